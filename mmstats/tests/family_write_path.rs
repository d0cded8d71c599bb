//! A series that its thread has met is found, and written, without system calls, allocations and
//! locks, whatever its kind and its dimensions are and however it is accessed.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write as _;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use mmstats::{
    Average, Counter, DimensionValue, Dimensions, Family, Gauge, Histogram, Layout, MmStats,
    MovingAverage, PerThread, Timer, UpDownCounter, WindowedAverage,
};
use mmstats_testing::confined::confined;
use mmstats_testing::os::allocator::{self, Counting};
use nix::sys::wait::WaitStatus;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often each write is made in each way. Without optimization it is much slower.
const ROUNDS: u64 = if cfg!(debug_assertions) { 2 * PERIOD } else { 1_000_000 };

/// The number of rounds after which all series have been met.
const PERIOD: u64 = 2_000;

#[derive(Clone, Copy, DimensionValue)]
enum Method {
    Get,
    #[mmstats(value = "POST")]
    Post,
}

#[derive(Dimensions)]
struct Request<'a> {
    tenant: &'a str,
    method: Method,
    status: u16,
    cached: bool,
    region: Option<&'a str>,
}

#[derive(Dimensions)]
struct Route {
    method: Method,
    cached: bool,
}

#[derive(MmStats)]
struct Families {
    requests: Family<Counter, Request<'static>>,
    pairs: Family<Counter>,
    many: Family<Counter>,
    #[mmstats(all)]
    busy: Family<UpDownCounter, Route>,
    small: Family<Gauge<u8>, Route>,
    level: Family<Gauge<f64>, Request<'static>>,
    average: Family<Average>,
    moving: Family<MovingAverage>,
    windowed: Family<WindowedAverage>,
    timer: Family<Timer, Route>,
    #[mmstats(error = 0.1)]
    histogram: Family<Histogram, Route>,
}

mmstats::per_thread! {
    static ALIGNED: Families = Families::options().layout(Layout::Aligned);
    static PACKED: Families = Families::options().layout(Layout::Packed);
}

static NUMBERS: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..PERIOD).map(|number| number.to_string()).collect());

fn request(round: u64) -> Request<'static> {
    const TENANTS: [&str; 5] = ["", "a", "acme", "größer", "a tenant of more than 32 bytes, or so"];
    Request {
        tenant: TENANTS[round as usize % 5],
        method: route(round).method,
        status: [200, 404, 503][round as usize % 3],
        cached: route(round).cached,
        region: [None, Some("eu"), Some("")][round as usize / 3 % 3],
    }
}

fn route(round: u64) -> Route {
    let method = if round.is_multiple_of(2) { Method::Get } else { Method::Post };
    Route { method, cached: (round / 2).is_multiple_of(2) }
}

/// The same pairs in every order, with values of no effect.
fn pairs(round: u64) -> [(&'static str, &'static str); 4] {
    let (key, value) = ("tenant", ["acme", "b"][round as usize / 4 % 2]);
    match round % 4 {
        0 => [(key, value), ("zone", "1"), ("none", ""), ("also none", "")],
        1 => [("none", ""), ("zone", "1"), ("none", ""), (key, value)],
        2 => [(key, "other"), ("zone", ""), ("zone", "1"), (key, value)],
        _ => [("zone", "2"), (key, value), ("zone", "1"), ("none", "")],
    }
}

/// A write, and the number of the round on which its series and its value depend.
type Write = fn(&Families, u64);

const WRITES: [(&str, Write); 17] = [
    ("Counter, struct", |to, round| to.requests.get(&request(round)).incr()),
    ("Counter, two at once", |to, round| {
        to.requests.get(&request(round)).add(to.pairs.get(&pairs(round)).get());
    }),
    ("Counter, pairs", |to, round| to.pairs.get(&pairs(round)).add(round)),
    ("Counter, no dimensions", |to, _| to.pairs.get(&[]).incr()),
    ("Counter, 2,000 series", |to, round| {
        to.many.get(&[("number", &NUMBERS[(round % PERIOD) as usize])]).incr();
    }),
    ("UpDownCounter", |to, round| to.busy.get(&route(round)).decr()),
    ("Gauge<u8>", |to, round| to.small.get(&route(round)).set(round as u8)),
    ("Gauge<f64>", |to, round| to.level.get(&request(round)).set(round as f64)),
    ("Gauge<f64>, add", |to, round| to.level.get(&request(round)).add(0.5)),
    ("Average", |to, round| to.average.get(&pairs(round)).add(round as f64)),
    ("MovingAverage", |to, round| to.moving.get(&pairs(round)).add(round as f64)),
    ("WindowedAverage", |to, round| to.windowed.get(&pairs(round)).add(round as f64)),
    ("Timer::record", |to, round| to.timer.get(&route(round)).record(Duration::from_nanos(round))),
    ("Timer::start", |to, round| drop(to.timer.get(&route(round)).start())),
    ("Timer::time", |to, round| to.timer.get(&route(round)).time(|| ())),
    ("Histogram::record", |to, round| to.histogram.get(&route(round)).record(round)),
    ("Histogram::record_nanos", |to, round| {
        to.histogram.get(&route(round)).record_nanos(Duration::from_micros(round));
    }),
];

/// A use of a static, and the number of the round.
type Guard = fn(&'static PerThread<Families>, u64);

const GUARDS: [(&str, Guard); 6] = [
    ("PerThread::hold", |of, round| drop(of.hold(move |stats| stats.busy.get(&route(round))))),
    ("PerThread::time", |of, round| of.time(|stats| stats.timer.get(&route(round)), || ())),
    ("PerThread::start", |of, round| {
        drop(of.start(move |stats| stats.timer.get(&route(round))));
    }),
    ("PerThread::start, stopped as another", |of, round| {
        of.start(|_| unreachable!()).stop_as(move |stats| stats.timer.get(&route(round)));
    }),
    ("PerThread::start, discarded", |of, round| {
        of.start(move |stats| stats.timer.get(&route(round))).discard();
    }),
    ("PerThread::time_async", |of, round| {
        let ready = std::future::ready(());
        let timed = pin!(of.time_async(move |stats| stats.timer.get(&route(round)), ready));
        assert!(timed.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }),
];

/// Everything that is measured, by name; it takes the number of rounds.
type Hits = BTreeMap<String, Box<dyn Fn(u64)>>;

/// All of them. Every series is met already, and the files are unlinked: a child that is killed leaves
/// nothing behind.
fn hits() -> Hits {
    let mut hits = Hits::new();
    for (layout, of) in [(Layout::Aligned, &ALIGNED), (Layout::Packed, &PACKED)] {
        for (name, write) in WRITES {
            let own = Families::options().layout(layout).create().unwrap();
            own.remove();
            let through_reference =
                move |rounds| (0..rounds).for_each(|round| write(black_box(&own), round));
            let through_static = move |rounds| {
                (0..rounds).for_each(|round| of.with(|stats| write(stats, round)));
            };
            hits.insert(format!("{name} ({layout:?}, &self)"), Box::new(through_reference));
            hits.insert(format!("{name} ({layout:?}, per_thread!)"), Box::new(through_static));
        }
        for (name, guard) in GUARDS {
            let hit = move |rounds| (0..rounds).for_each(|round| guard(of, round));
            hits.insert(format!("{name} ({layout:?})"), Box::new(hit));
        }
        of.with(|_| of.remove());
    }
    for hit in hits.values() {
        hit(PERIOD);
    }
    hits
}

#[test]
fn a_hit_allocates_nothing() {
    for (name, hit) in hits() {
        assert_eq!(allocator::calls(|| hit(ROUNDS)), 0, "{name}");
    }
    ALIGNED.with(|stats| {
        let calls = allocator::calls(|| _ = stats.pairs.get(&[("not", "met")]));
        assert!(calls > 0, "what a new series takes is counted");
    });
}

/// Meanwhile another thread meets series all the time, and takes every lock that there is. Whoever
/// wants one, too, has to wait by a system call.
#[test]
fn a_hit_makes_no_system_call_and_waits_for_nobody() {
    let Some((end, done)) = confined(hits_while_others_meet_series, |hits, report| {
        for (name, hit) in hits {
            hit(ROUNDS);
            writeln!(report, "{name}").unwrap();
        }
    }) else {
        return;
    };
    let last = done.lines().last().unwrap_or("none");
    let is_whole = matches!(end, WaitStatus::Exited(_, 0));
    assert!(is_whole, "{end:?}, and the last that went well: {last}");
    assert_eq!(done.lines().count(), 2 * (2 * WRITES.len() + GUARDS.len()));
}

fn hits_while_others_meet_series() -> Hits {
    let hits = hits();
    thread::spawn(|| {
        for number in 0_u64.. {
            let number = number.to_string();
            ALIGNED.with(|stats| stats.many.get(&[("other", &number)]).incr());
        }
    });
    hits
}
