//! A counter's increment, against the counters of other libraries.
//!
//! Theirs can be shared by threads, so they pay for an atomic addition even if nobody shares
//! them; ours belongs to one thread. Both sides of a comparison are
//! behind opaque pointers. If a library is meant to be used through a static, that form is
//! measured too, against ours.

use std::error::Error;
use std::hint::black_box;
use std::sync::LazyLock;

use mmstats::MmStats;
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};

use super::{Against, Bench, Comparison, DIRECTORY, recorder};
use crate::bare::set_variable;
use crate::harness::{Measurement, Pair, Turn};
use crate::stats::Kinds;
use crate::unrolled;

pub const COMPARISONS: &[Comparison] = &[
    by_reference("prometheus `IntCounter::inc`", 0.2, prometheus),
    by_reference("prometheus-client `Counter::inc`", 0.2, prometheus_client),
    by_reference("metrics `Counter::increment`, a handle kept", 0.2, metrics_handle),
    by_reference("metrics `counter!(…).increment`", 0.2, metrics_macro),
    by_reference("metriken `Counter::increment`", 0.2, metriken),
    by_reference("opentelemetry `BoundCounter::add`", 0.2, opentelemetry_bound),
    by_reference("hornet (PCP MMV) `Counter::up`", 0.5, hornet),
    by_static("prometheus `IntCounter::inc`, a `LazyLock` static", prometheus_static),
    by_static("metriken `Counter::increment`, a static", metriken_static),
];

type Measure = fn(&Bench) -> Result<Measurement, Box<dyn Error>>;

const fn by_reference(against: &'static str, asked: f64, measure: Measure) -> Comparison {
    let (operation, against) = ("`Counter::incr`", Against::Other(against));
    Comparison { operation, against, asked: Some(asked), measure }
}

const fn by_static(against: &'static str, measure: Measure) -> Comparison {
    let (operation, against) = ("`per_thread!`: `Counter::incr`", Against::Other(against));
    Comparison { operation, against, asked: None, measure }
}

/// Our counter behind a reference, against another one.
fn referenced(bench: &Bench, other: Turn<'_>) -> Result<Measurement, Box<dyn Error>> {
    let stats = bench.kinds()?;
    let counter = black_box(&stats.counter);
    let ours = unrolled!(counter.incr());
    Ok(bench.harness.compare(Pair { ours, other, besides: None })?)
}

fn prometheus(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let counter = prometheus::IntCounter::new("requests", "Requests that were answered.")?;
    let counter = black_box(&counter);
    referenced(bench, unrolled!(counter.inc()))
}

fn prometheus_client(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    use prometheus_client::metrics::counter::Counter;

    let counter = Counter::<u64>::default();
    let counter = black_box(&counter);
    referenced(bench, unrolled!(counter.inc()))
}

fn metrics_handle(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    recorder::install();
    let counter = metrics::counter!("requests");
    let counter = black_box(&counter);
    referenced(bench, unrolled!(counter.increment(1)))
}

fn metrics_macro(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    recorder::install();
    referenced(bench, unrolled!(metrics::counter!("requests").increment(1)))
}

fn metriken(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let counter = metriken::Counter::new();
    let counter = black_box(&counter);
    referenced(bench, unrolled!(counter.increment()))
}

fn opentelemetry_bound(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    // Without a reader it would add nothing up.
    let provider = SdkMeterProvider::builder().with_reader(ManualReader::default()).build();
    let counter = provider.meter("bench").u64_counter("requests").build();
    let counter = counter.bind(&[KeyValue::new("method", "GET")]);
    let counter = black_box(&counter);
    referenced(bench, unrolled!(counter.add(1)))
}

fn hornet(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    use hornet::client::Client;
    use hornet::client::metric::Counter;

    set_variable("PCP_TMP_DIR", bench.directory.as_os_str())?;
    let mut counter = Counter::new("requests", 0, "Requests that were answered.", "")?;
    Client::new("bench")?.export(&mut [&mut counter])?;
    let counter = black_box(&mut counter);
    // Its stores are plain ones, and sixteen of them could become one.
    referenced(bench, unrolled!(black_box(counter.up().is_ok())))
}

mmstats::per_thread! {
    static STATS: Kinds = Kinds::options().path(DIRECTORY.get().expect("set by main"));
}

/// Our counter by a `per_thread!` static, against another static.
fn fixed(bench: &Bench, other: Turn<'_>) -> Result<Measurement, Box<dyn Error>> {
    let ours = unrolled!(STATS.with(|stats| stats.counter.incr()));
    Ok(bench.harness.compare(Pair { ours, other, besides: None })?)
}

fn prometheus_static(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    static REQUESTS: LazyLock<prometheus::IntCounter> = LazyLock::new(|| {
        prometheus::IntCounter::new("requests", "Requests that were answered.").expect("a name")
    });
    fixed(bench, unrolled!(REQUESTS.inc()))
}

fn metriken_static(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    static REQUESTS: metriken::Counter = metriken::Counter::new();
    fixed(bench, unrolled!(REQUESTS.increment()))
}
