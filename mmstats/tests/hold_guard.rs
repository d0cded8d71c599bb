//! Holds: counted up in one thread and down in another, even if one of them has no file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use mmstats::{HoldGuard, MmStats, PerThread, UpDownCounter};
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::in_thread;
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::{busy, create, files, path_of};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

#[derive(MmStats)]
struct Web {
    busy: UpDownCounter,
}

mmstats::per_thread! {
    static MOVED: Web = Web::options().path(path_of("moved"));
    static ENDING: Web = Web::options().path(path_of("ending"));
    static UNWINDING: Web = Web::options().path(path_of("unwinding"));
    static FORKED: Web = Web::options().path(path_of("forked"));
    static STRICT: Web = Web::options().path(path_of("strict"));
    static MIXED: Web = Web::options().path(path_of("mixed")).or_private_memory();
    static PRIVATE: Web = Web::options().path(path_of("private")).or_private_memory();
    static CHILDLESS: Web = Web::options().path(path_of("childless")).or_private_memory();
    static LIMITED: Web = Web::options().path(path_of("limited"));
    static PANICKING: Web = Web::options().path(path_of("panicking"));
}

fn hold(stats: &'static PerThread<Web>) -> HoldGuard<Web> {
    stats.hold(|stats| &stats.busy)
}

#[test]
fn it_counts_across_threads() {
    struct Request {
        _busy: HoldGuard<Web>,
    }
    let directory = create("moved");
    let requests: Vec<_> = (0..3).map(|_| Request { _busy: hold(&MOVED) }).collect();
    assert_eq!(busy(&directory), 3);
    let number = 7;
    let captures = MOVED.hold(move |stats| {
        assert_eq!(number, 7);
        &stats.busy
    });
    assert_eq!(busy(&directory), 4);
    let (waits, has_dropped) = std::sync::mpsc::channel::<()>();
    thread::scope(|scope| {
        // Alive at the same time as this thread, so it has another file.
        let other = scope.spawn(move || {
            drop(requests);
            drop(waits);
            MOVED.with(|stats| stats.busy.get())
        });
        assert!(has_dropped.recv().is_err());
        assert_eq!(other.join().unwrap(), -3);
    });
    assert_eq!((busy(&directory), MOVED.with(|stats| stats.busy.get())), (1, 4));
    in_thread(|| drop(captures));
    assert_eq!(busy(&directory), 0);
}

#[test]
fn a_thread_local_destructor_drops_one() {
    struct Last(#[expect(dead_code, reason = "it is dropped")] HoldGuard<Web>);
    thread_local! {
        static BEFORE: Last = Last(hold(&ENDING));
        static AFTER: Last = Last(hold(&ENDING));
    }
    let directory = create("ending");
    in_thread(|| {
        // In whichever order destructors run, one of these runs after the library's.
        BEFORE.with(|_| ());
        AFTER.with(|_| ());
        assert_eq!(ENDING.with(|stats| stats.busy.get()), 2);
    });
    assert_eq!(busy(&directory), 0);
}

#[test]
fn unwinding_drops_one() {
    let directory = create("unwinding");
    let unwound = catch_unwind(|| {
        let _busy = hold(&UNWINDING);
        panic!("the request's");
    });
    assert!(unwound.is_err());
    assert_eq!((files(&directory).len(), busy(&directory)), (1, 0));
}

#[test]
fn a_forked_child_releases_nothing_of_its_parent_s() {
    let directory = create("forked");
    let guard = hold(&FORKED);
    let code = in_child(|| {
        drop(guard);
        let own = FORKED.with(|stats| stats.busy.get());
        let held = hold(&FORKED);
        let while_held = FORKED.with(|stats| stats.busy.get());
        drop(held);
        (own, while_held, FORKED.with(|stats| stats.busy.get())) == (0, 1, 0)
    });
    assert_eq!((code, busy(&directory)), (0, 0), "the parent's own drop counts");
    let guard = hold(&FORKED);
    assert_eq!(in_child(|| hold_and_leave(&FORKED)), 0);
    assert_eq!(busy(&directory), 1, "not the child's");
    drop(guard);
}

fn hold_and_leave(stats: &'static PerThread<Web>) -> bool {
    std::mem::forget(hold(stats));
    true
}

#[test]
fn it_panics_when_with_does() {
    let panics = |action: &dyn Fn()| {
        let payload = catch_unwind(AssertUnwindSafe(action)).unwrap_err();
        *payload.downcast::<String>().unwrap()
    };
    let without_file = panics(&|| drop(hold(&STRICT)));
    assert!(without_file.starts_with("no stats for this thread: can't "), "{without_file}");
    assert_eq!(without_file, panics(&|| STRICT.with(|_| ())));
    let directory = create("strict");
    drop(hold(&STRICT));
    assert_eq!((files(&directory).len(), busy(&directory)), (1, 0));
}

#[test]
fn a_hold_begun_in_private_memory_counts_once_a_thread_has_a_file() {
    let first = hold(&MIXED);
    let (second, third) = (hold(&MIXED), hold(&MIXED));
    drop(second);
    let directory = create("mixed");
    // This thread's own instance stays private while it lives.
    let other = in_thread(|| hold(&MIXED));
    assert_eq!(busy(&directory), 3, "the first, the third, and the other's");
    in_thread(|| drop(first));
    assert_eq!(busy(&directory), 2);
    drop((third, other));
    assert_eq!(busy(&directory), 2, "not yet");
    in_thread(|| drop(hold(&MIXED)));
    assert_eq!(busy(&directory), 0);
    in_thread(|| drop(hold(&MIXED)));
    assert_eq!(busy(&directory), 0, "once");
}

#[test]
fn a_hold_within_private_memory_leaves_nothing() {
    drop(hold(&PRIVATE));
    let directory = create("private");
    in_thread(|| PRIVATE.with(|stats| assert_eq!(stats.busy.get(), 0)));
    assert_eq!((files(&directory).len(), busy(&directory)), (1, 0));
}

#[test]
fn a_child_does_not_inherit_pending_holds() {
    let guard = hold(&CHILDLESS);
    let directory = create("childless");
    let code = in_child(|| CHILDLESS.with(|stats| stats.busy.get()) == 0 && busy(&directory) == 0);
    assert_eq!(code, 0);
    in_thread(|| CHILDLESS.with(|_| ()));
    assert_eq!(busy(&directory), 1);
    drop(guard);
}

#[test]
#[ignore = "a role, and no test by itself"]
fn a_program_that_runs_out_of_descriptors() {
    play(|_| {
        let directory = create("limited");
        let guards: Vec<_> = (0..8).map(|_| hold(&LIMITED)).collect();
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        let limit = |soft| setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
        limit(3);
        let threads = guards.into_iter().map(|guard| {
            thread::spawn(move || {
                let error = LIMITED.try_with(|_| ()).unwrap_err();
                drop(guard);
                format!("{error:#}")
            })
        });
        let threads: Vec<_> = threads.collect();
        let errors: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        limit(hard);
        let before = busy(&directory);
        drop(hold(&LIMITED));
        let after = busy(&directory);
        drop(hold(&LIMITED));
        format!("{before}, {after}, {}: {}", busy(&directory), errors[0])
    });
}

#[test]
fn guards_that_threads_drop_without_a_descriptor_count_once_a_file_can_be_created() {
    let mut program = Actor::start("a_program_that_runs_out_of_descriptors");
    let answer = program.ask("go");
    assert!(answer.starts_with("8, 0, 0: ") && answer.contains("Too many open files"), "{answer}");
}

#[test]
fn dropping_never_panics() {
    let directory = create("panicking");
    thread_local! {
        static FAILS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }
    let guard = PANICKING.hold(|stats| {
        assert!(!FAILS.get(), "in the program's own code");
        &stats.busy
    });
    FAILS.set(true);
    drop(guard);
    assert_eq!(busy(&directory), 1, "what the program's own code didn't name");
}
