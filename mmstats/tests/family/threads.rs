//! Series in several threads.

use std::sync::{Arc, Barrier};
use std::thread;

use mmstats::{Counter, Family, Gauge, HoldGuard, MmStats, StatsFile, Timer, UpDownCounter};
use mmstats_testing::stats_dir::{self, files};

use crate::totals::{alone, by_label, expected, overflow};

#[derive(MmStats)]
#[mmstats(prefix = "tenants.")]
struct Tenants {
    requests: Family<Counter>,
}

mmstats::per_thread! {
    static TENANTS: Tenants = Tenants::options().path(stats_dir::path_of("tenants"));
}

/// Otherwise a tenant whom one thread meets among its first 2,000 and another later would have a
/// figure of its own that is too low.
#[test]
fn whoever_is_shown_is_shown_wholly() {
    alone(|| {
        let directory = stats_dir::create("tenants");
        let begin = Arc::new(Barrier::new(4));
        let meet = |thread: u64| {
            let begin = Arc::clone(&begin);
            move || {
                begin.wait();
                for number in 0..3_000_u64 {
                    // Another order in each thread: these are coprime to 3,000.
                    let tenant = (number * [7, 1_001, 1_999, 2_999][thread as usize]) % 3_000;
                    let tenant = tenant.to_string();
                    TENANTS
                        .with(|stats| stats.requests.get(&[("tenant", &tenant)]).add(1 + thread));
                }
            }
        };
        let threads: Vec<_> = (0..4).map(|thread| thread::spawn(meet(thread))).collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let mut sums = by_label(&directory, "tenants.requests");
        assert_eq!(sums.values().sum::<i64>(), 3_000 * (1 + 2 + 3 + 4));
        assert_eq!(sums.remove(&overflow("tenants.requests")), Some(1_000 * 10));
        assert_eq!(sums.len(), 2_000);
        assert!(sums.values().all(|&sum| sum == 1 + 2 + 3 + 4), "{sums:?}");
    });
}

#[derive(MmStats)]
#[mmstats(prefix = "adopted.")]
struct Adopted {
    counts: Family<Counter>,
    levels: Family<Gauge<i32>>,
    busy: Family<UpDownCounter>,
    time: Family<Timer>,
}

mmstats::per_thread! {
    static ADOPTED: Adopted = Adopted::options().path(stats_dir::path_of("adopted"));
}

#[test]
fn a_thread_goes_on_with_the_series_of_one_that_has_ended() {
    alone(|| {
        let directory = stats_dir::create("adopted");
        let use_all = || {
            ADOPTED.with(|stats| {
                for number in 0..200 {
                    let number = number.to_string();
                    stats.counts.get(&[("n", &number)]).incr();
                    stats.levels.get(&[("n", &number)]).set(7);
                }
            });
            nix::unistd::gettid().as_raw()
        };
        thread::spawn(use_all).join().unwrap();
        let count = files(&directory).len();
        assert!(count > 1);
        assert!(by_label(&directory, "adopted.levels").values().all(|&level| level == 0), "reset");
        // The thread stays until its files were looked at.
        let looked = Arc::new(Barrier::new(2));
        let thread = thread::spawn({
            let looked = Arc::clone(&looked);
            move || {
                let tid = use_all();
                looked.wait();
                looked.wait();
                tid
            }
        });
        looked.wait();
        assert_eq!(files(&directory).len(), count, "no others");
        assert!(by_label(&directory, "adopted.counts").values().all(|&sum| sum == 2));
        let tids: Vec<_> =
            files(&directory).iter().map(|path| StatsFile::read(path).unwrap().tid()).collect();
        looked.wait();
        let tid = i64::from(thread.join().unwrap());
        assert_eq!(tids, vec![Some(tid); count]);
    });
}

type Busy = Box<dyn Fn(&Adopted) -> &UpDownCounter + Send>;

struct Request {
    _busy: HoldGuard<Adopted, Busy>,
}

/// The thread that lowers meets the series for the first time.
#[test]
fn guards_take_series() {
    alone(|| {
        stats_dir::create("guards");
        mmstats::per_thread! {
            static STATS: Adopted = Adopted::options().prefix("guards.").path(stats_dir::path_of("guards"));
        }
        let tenant = String::from("acme");
        let busy = STATS.hold(move |stats| stats.busy.get(&[("tenant", &tenant)]));
        let timing = STATS.start(|stats| stats.time.get(&[("route", "/")]));
        thread::spawn(move || drop((busy, timing))).join().unwrap();
        let directory = stats_dir::path_of("guards");
        let sums = expected([(r#"guards.busy{tenant="acme"}"#, 0)]);
        assert_eq!(by_label(&directory, "guards.busy"), sums);
        let sums = expected([(r#"guards.time{route="/"}"#, 1)]);
        assert_eq!(by_label(&directory, "guards.time"), sums);

        mmstats::per_thread! {
            static BOXED: Adopted = Adopted::options().prefix("boxed.").path(stats_dir::path_of("guards"));
        }
        let counter: Busy = Box::new(|stats| stats.busy.get(&[("tenant", "b")]));
        let request = Request { _busy: BOXED.hold(counter) };
        assert_eq!(by_label(&directory, "boxed.busy")[r#"boxed.busy{tenant="b"}"#], 1);
        drop(request);
        assert_eq!(by_label(&directory, "boxed.busy")[r#"boxed.busy{tenant="b"}"#], 0);
    });
}

#[test]
fn removing_the_files_of_all_threads_removes_their_further_files() {
    alone(|| {
        let directory = stats_dir::create("removed");
        mmstats::per_thread! {
            static STATS: Tenants = Tenants::options().prefix("gone.").path(stats_dir::path_of("removed"));
        }
        let meet = |from: u32| {
            STATS.with(|stats| {
                for number in from..from + 200 {
                    stats.requests.get(&[("n", &number.to_string())]).incr();
                }
            });
        };
        meet(0);
        thread::spawn(move || meet(0)).join().unwrap();
        assert!(files(&directory).len() > 2);
        STATS.remove();
        meet(200);
        assert_eq!(files(&directory).len(), 0);
    });
}
