//! Finding a series of a family by its dimensions and adding one to it, against others' families.
//!
//! Both sides go through the same sets of dimensions in the same order, so neither finds just the
//! series that it found before.

mod dimensions;

use std::error::Error;
use std::hint::black_box;

use mmstats::{Counter, Family, MmStats, Published};
use prometheus::{IntCounterVec, Opts};
use prometheus_client::metrics::counter::Counter as ClientCounter;
use prometheus_client::metrics::family::Family as ClientFamily;

use super::{Against, Bench, Comparison, recorder};
use crate::harness::{Measurement, Pair, SendTurn, Turn, on_two_threads, timed, timing_each};
use crate::{rounds, unrolled};
use dimensions::{ByStatus, ByTenant, METHODS, OwnedByTenant};

type Measure = fn(&Bench) -> Result<Measurement, Box<dyn Error>>;

const OF_WORDS: &str = "`Family::get` of an enum and a `u16`, `incr`";
const OF_TEXT: &str = "`Family::get` of a `&str` and an enum, `incr`";
const OF_64: &str = "`Family::get` of two pairs, 64 series, `incr`";
const OF_1000: &str = "`Family::get` of two pairs, 1,000 series, `incr`";
const PROMETHEUS: &str = "prometheus `with_label_values`";
const CLIENT_PAIRS: &str = "prometheus-client `Family<Vec<(String, String)>>`";
const METRICS: &str = "metrics `counter!` with two labels";

pub const COMPARISONS: &[Comparison] = &[
    row(OF_WORDS, "prometheus-client, the same struct", 0.4, words),
    row(
        "the same, two threads",
        "prometheus-client family, two threads",
        0.4,
        words_on_two_threads,
    ),
    row(OF_TEXT, PROMETHEUS, 0.5, text_prometheus),
    row(OF_TEXT, "prometheus-client, a `String` built for each call", 0.4, text_client),
    row(OF_64, PROMETHEUS, 0.55, |bench| pairs_prometheus(bench, 64)),
    row(OF_64, CLIENT_PAIRS, 0.5, |bench| pairs_client(bench, 64)),
    row(OF_64, METRICS, 0.3, |bench| pairs_metrics(bench, 64)),
    row(OF_1000, PROMETHEUS, 0.85, |bench| pairs_prometheus(bench, 1000)),
    row(OF_1000, CLIENT_PAIRS, 0.5, |bench| pairs_client(bench, 1000)),
    row(OF_1000, METRICS, 0.3, |bench| pairs_metrics(bench, 1000)),
    row("a counter of a family, kept: `incr`", "`Counter::incr`", 1.1, kept),
    row("adding the 9,750th to 9,800th series of a family", "the 50th to 100th", 2.0, adding),
];

/// The process has room for no more beside those of the other rows, which are some of these.
const MOST: usize = 9_800;

const fn row(
    operation: &'static str,
    against: &'static str,
    asked: f64,
    measure: Measure,
) -> Comparison {
    Comparison { operation, against: Against::Other(against), asked: Some(asked), measure }
}

#[derive(MmStats)]
struct Requests {
    by_status: Family<Counter, ByStatus>,
    by_tenant: Family<Counter, ByTenant<'static>>,
    #[mmstats(max = 10_000)]
    by_pairs: Family<Counter>,
    plain: Counter,
}

fn requests(bench: &Bench) -> Result<Published<Requests>, Box<dyn Error>> {
    Ok(Requests::options().path(bench.directory).create()?)
}

/// Goes through values, again and again.
struct Cycle<T> {
    values: Vec<T>,
    next: usize,
}

impl<T> Cycle<T> {
    fn of(values: Vec<T>) -> Self {
        Self { values, next: 0 }
    }

    #[inline]
    fn next(&mut self) -> &T {
        self.next = if self.next + 1 < self.values.len() { self.next + 1 } else { 0 };
        &self.values[self.next]
    }
}

fn statuses() -> Cycle<ByStatus> {
    let statuses = (0..16).map(|number| 200 + 17 * number);
    let all = statuses.flat_map(|status| METHODS.map(|method| ByStatus { method, status }));
    Cycle::of(all.collect())
}

fn tenants(count: usize) -> Vec<String> {
    (0..count / METHODS.len()).map(|number| format!("tenant-{number}")).collect()
}

fn by_tenant(tenants: &[String]) -> Cycle<ByTenant<'_>> {
    let of = |tenant| METHODS.map(|method| ByTenant { tenant, method });
    Cycle::of(tenants.iter().flat_map(|tenant| of(tenant)).collect())
}

fn words(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let stats = requests(bench)?;
    let family = black_box(&stats.by_status);
    let mut sets = statuses();
    let ours = unrolled!(family.get(sets.next()).incr());
    let peer = ClientFamily::<ByStatus, ClientCounter>::default();
    let (peer, mut sets) = (black_box(&peer), statuses());
    let other = unrolled!(peer.get_or_create(sets.next()).inc());
    Ok(bench.harness.compare(Pair { ours, other, besides: None })?)
}

fn words_on_two_threads(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let stats = [requests(bench)?, requests(bench)?];
    let ours = on_two_threads(stats.map(|stats| {
        let mut sets = statuses();
        move |times| {
            let family = black_box(&stats.by_status);
            rounds!(times, family.get(sets.next()).incr())
        }
    }));
    let peer = ClientFamily::<ByStatus, ClientCounter>::default();
    let other = on_two_threads([statuses(), statuses()].map(|mut sets| {
        let peer = peer.clone();
        let turn: SendTurn<'_> =
            Box::new(move |times| rounds!(times, peer.get_or_create(sets.next()).inc()));
        turn
    }));
    Ok(bench.harness.compare(Pair { ours, other, besides: None })?)
}

/// Our family by a text and an enum, against another.
fn of_text(
    bench: &Bench,
    tenants: &[String],
    other: Turn<'_>,
) -> Result<Measurement, Box<dyn Error>> {
    let stats = requests(bench)?;
    let (family, mut sets) = (black_box(&stats.by_tenant), by_tenant(tenants));
    let ours = unrolled!(family.get(sets.next()).incr());
    Ok(bench.harness.compare(Pair { ours, other, besides: None })?)
}

fn prometheus_vec() -> Result<IntCounterVec, Box<dyn Error>> {
    Ok(IntCounterVec::new(Opts::new("requests", "Requests."), &["tenant", "method"])?)
}

fn text_prometheus(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (tenants, peer) = (tenants(64), prometheus_vec()?);
    let (peer, mut sets) = (black_box(&peer), by_tenant(&tenants));
    let other = unrolled!({
        let set = sets.next();
        peer.with_label_values(&[set.tenant, set.method.name()]).inc();
    });
    of_text(bench, &tenants, other)
}

fn text_client(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (tenants, peer) = (tenants(64), ClientFamily::<OwnedByTenant, ClientCounter>::default());
    let (peer, mut sets) = (black_box(&peer), by_tenant(&tenants));
    let other = unrolled!({
        let &ByTenant { tenant, method } = sets.next();
        peer.get_or_create(&OwnedByTenant { tenant: tenant.to_owned(), method }).inc();
    });
    of_text(bench, &tenants, other)
}

/// Our family by two pairs, against another.
fn of_pairs(
    bench: &Bench,
    tenants: &[String],
    other: Turn<'_>,
) -> Result<Measurement, Box<dyn Error>> {
    let stats = requests(bench)?;
    let (family, mut sets) = (black_box(&stats.by_pairs), by_tenant(tenants));
    let ours = unrolled!({
        let set = sets.next();
        family.get(&[("tenant", set.tenant), ("method", set.method.name())]).incr();
    });
    Ok(bench.harness.compare(Pair { ours, other, besides: None })?)
}

fn pairs_prometheus(bench: &Bench, count: usize) -> Result<Measurement, Box<dyn Error>> {
    let (tenants, peer) = (tenants(count), prometheus_vec()?);
    let (peer, mut sets) = (black_box(&peer), by_tenant(&tenants));
    let other = unrolled!({
        let set = sets.next();
        peer.with_label_values(&[set.tenant, set.method.name()]).inc();
    });
    of_pairs(bench, &tenants, other)
}

fn pairs_client(bench: &Bench, count: usize) -> Result<Measurement, Box<dyn Error>> {
    let tenants = tenants(count);
    let peer = ClientFamily::<Vec<(String, String)>, ClientCounter>::default();
    let (peer, mut sets) = (black_box(&peer), by_tenant(&tenants));
    let other = unrolled!({
        let set = sets.next();
        let pairs = [("tenant", set.tenant), ("method", set.method.name())];
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        peer.get_or_create(&pairs.into()).inc();
    });
    of_pairs(bench, &tenants, other)
}

fn pairs_metrics(bench: &Bench, count: usize) -> Result<Measurement, Box<dyn Error>> {
    recorder::install();
    let tenants = tenants(count);
    let mut sets = by_tenant(&tenants);
    let other = unrolled!({
        let &ByTenant { tenant, method } = sets.next();
        let (tenant, method) = (tenant.to_owned(), method.name());
        metrics::counter!("requests", "tenant" => tenant, "method" => method).increment(1);
    });
    of_pairs(bench, &tenants, other)
}

fn kept(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let stats = requests(bench)?;
    let tenant = &ByTenant { tenant: "acme", method: METHODS[0] };
    let (series, plain) = (black_box(stats.by_tenant.get(tenant)), black_box(&stats.plain));
    let (ours, other) = (unrolled!(series.incr()), unrolled!(plain.incr()));
    Ok(bench.harness.compare(Pair { ours, other, besides: None })?)
}

fn adding(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let tenants = tenants(MOST);
    let sets = by_tenant(&tenants).values;
    let get = |stats: &Requests, sets: &[ByTenant<'_>]| {
        for set in sets {
            stats.by_pairs.get(&[("tenant", set.tenant), ("method", set.method.name())]);
        }
    };
    let adding = |last: usize| {
        let (before, added) = sets[..last].split_at(last - 50);
        timing_each(move |_| {
            let stats = requests(bench).expect("/dev/shm has room");
            get(&stats, before);
            let (taken, ()) = timed(|| get(&stats, added));
            (taken, stats)
        })
    };
    Ok(bench.harness.compare(Pair { ours: adding(MOST), other: adding(100), besides: None })?)
}
