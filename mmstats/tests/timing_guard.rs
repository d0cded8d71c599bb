//! Guards of statics: held in one thread, dropped in another, across `.await`, after a fork.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Waker};

use mmstats::{MmStats, PerThread, Timer, TimingGuard};
use mmstats_testing::in_thread;
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::{create, files, path_of, timings};

#[derive(MmStats)]
struct Web {
    request: Timer,
    failed: Timer,
}

mmstats::per_thread! {
    static MOVED: Web = Web::options().path(path_of("moved"));
    static POLLED: Web = Web::options().path(path_of("polled"));
    static ENDING: Web = Web::options().path(path_of("ending"));
    static UNWINDING: Web = Web::options().path(path_of("unwinding"));
    static FORKED: Web = Web::options().path(path_of("forked"));
    static LATER: Web = Web::options().path(path_of("later"));
    static PRIVATE: Web = Web::options().path(path_of("private")).or_private_memory();
    static PANICKING: Web = panic!("in the program's own code");
}

fn requests(stats: &'static PerThread<Web>) -> TimingGuard<Web> {
    stats.start(|stats| &stats.request)
}

#[test]
fn a_timing_ends_in_any_thread_that_drops_it() {
    let directory = create("moved");
    let watch = mmstats::Stopwatch::start();
    let timing = requests(&MOVED);
    let (recorded, failed) = in_thread(move || {
        let elapsed = timing.elapsed();
        assert!(timing.stop() >= elapsed);
        MOVED.start(|stats| &stats.request).discard();
        let failed = requests(&MOVED).stop_as(|stats| &stats.failed);
        let recorded = MOVED.with(|stats| stats.request.last());
        (recorded, failed)
    });
    assert!(recorded <= watch.elapsed().as_secs_f64() && recorded > 0.0);
    assert!(failed <= watch.elapsed());
    assert_eq!((timings(&directory, "request"), timings(&directory, "failed")), (1, 1));
}

#[test]
fn a_future_is_timed_from_its_first_poll_to_its_end() {
    let directory = create("polled");
    let mut context = Context::from_waker(Waker::noop());
    let time = |future| Box::pin(POLLED.time_async(|stats| &stats.request, future));
    drop(time(std::future::pending::<()>()));
    assert_eq!(files(&directory).len(), 0, "never polled");
    let mut cancelled = time(std::future::pending());
    assert!(cancelled.as_mut().poll(&mut context).is_pending());
    assert_eq!(files(&directory).len(), 0, "it goes on");
    in_thread(|| drop(cancelled));
    assert_eq!(timings(&directory, "request"), 1);
    let mut ended = Box::pin(POLLED.time_async(|stats| &stats.request, async { 42 }));
    assert!(ended.as_mut().poll(&mut context).is_ready());
    assert_eq!(timings(&directory, "request"), 2);
}

#[test]
fn a_thread_local_destructor_drops_one() {
    struct Last(#[expect(dead_code, reason = "it is dropped")] TimingGuard<Web>);
    thread_local! {
        static BEFORE: Last = Last(requests(&ENDING));
        static AFTER: Last = Last(requests(&ENDING));
    }
    let directory = create("ending");
    in_thread(|| {
        // In whichever order destructors run, one of these runs after the library's.
        BEFORE.with(|_| ());
        ENDING.with(|_| ());
        AFTER.with(|_| ());
    });
    assert_eq!(timings(&directory, "request"), 2);
}

#[test]
fn unwinding_drops_one() {
    let directory = create("unwinding");
    let unwound = catch_unwind(|| {
        let _timing = requests(&UNWINDING);
        panic!("the request's");
    });
    assert!(unwound.is_err());
    assert_eq!(timings(&directory, "request"), 1);
}

#[test]
fn a_forked_child_records_nothing_of_its_parent_s() {
    let directory = create("forked");
    let timing = requests(&FORKED);
    let code = in_child(|| {
        drop(timing);
        let own = requests(&FORKED);
        let none_yet = FORKED.with(|stats| stats.request.count()) == 0;
        let in_grandchild = in_child(|| {
            let waits = own.stop_as(|stats| &stats.request) > std::time::Duration::ZERO;
            waits && FORKED.with(|stats| stats.request.count()) == 0
        });
        none_yet && in_grandchild == 0
    });
    assert_eq!(code, 0);
    assert_eq!(
        (files(&directory).len(), timings(&directory, "request")),
        (1, 1),
        "the parent's own"
    );
}

#[test]
fn a_timing_that_no_file_could_take_waits_for_one() {
    let timing = requests(&LATER);
    in_thread(|| drop(timing));
    requests(&LATER).stop_as(|stats| &stats.failed);
    let directory = create("later");
    in_thread(|| drop(requests(&LATER)));
    assert_eq!((timings(&directory, "request"), timings(&directory, "failed")), (2, 1));
    drop(requests(&LATER));
    assert_eq!((timings(&directory, "request"), timings(&directory, "failed")), (3, 1), "once");
}

#[test]
fn a_timing_that_ends_in_private_memory_waits_for_a_file() {
    PRIVATE.with(|stats| assert_eq!(stats.request.count(), 0));
    drop(requests(&PRIVATE));
    let directory = create("private");
    // Its instance stays private as long as the thread lives.
    drop(requests(&PRIVATE));
    assert_eq!((PRIVATE.problem().unwrap().threads, files(&directory).len()), (1, 0));
    in_thread(|| PRIVATE.with(|stats| assert_eq!(stats.request.count(), 2)));
    assert_eq!(timings(&directory, "request"), 2);
}

#[test]
fn timings_beyond_the_pending_limit_stay_in_private_memory() {
    mmstats::per_thread! {
        static MANY: Web = Web::options().path(path_of("many")).or_private_memory();
        static NONE: Web = Web::options().path(path_of("many"));
    }
    for _ in 0..10_003 {
        drop(requests(&MANY));
    }
    drop(requests(&NONE));
    assert_eq!(MANY.with(|stats| stats.request.count()), 3);
    let directory = create("many");
    in_thread(|| drop(requests(&MANY)));
    assert_eq!(timings(&directory, "request"), 10_001);
}

#[test]
fn dropping_never_panics() {
    let dropped = catch_unwind(AssertUnwindSafe(|| {
        drop(requests(&PANICKING));
        drop(MOVED.start(|_| panic!("in the program's own code")));
    }));
    assert!(dropped.is_ok());
    let in_the_middle = catch_unwind(AssertUnwindSafe(|| {
        let _timing = requests(&PANICKING);
        panic!("the request's");
    }));
    assert_eq!(*in_the_middle.unwrap_err().downcast::<&str>().unwrap(), "the request's");
}
