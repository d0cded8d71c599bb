//! What the derive macros make of dimensions and families, read back from the file.
//!
//! The strictest lints apply here as in a user's crate: the macros' output must pass them.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]

use mmstats::{
    Counter, DimensionValue, Dimensions, Family, MmStats, Published, StatsFile, UpDownCounter,
};
use tempfile::TempDir;

/// Stats and where their file is.
struct Created<T: MmStats> {
    stats: Published<T>,
    _directory: TempDir,
}

fn created<T: MmStats>() -> Created<T> {
    let directory = tempfile::tempdir().unwrap();
    let stats = T::options().path(directory.path()).default_fields(false).create().unwrap();
    Created { stats, _directory: directory }
}

impl<T: MmStats> Created<T> {
    fn file(&self) -> StatsFile {
        StatsFile::read(self.stats.path().unwrap()).unwrap()
    }

    /// Labels and values, sorted.
    fn values(&self) -> Vec<(String, String)> {
        let file = self.file();
        let stats = file.stats().map(|stat| (stat.label().into_owned(), stat.value().to_string()));
        let mut values: Vec<_> = stats.collect();
        values.sort();
        values
    }
}

#[derive(DimensionValue, Clone, Copy)]
enum Method {
    #[mmstats(value = "GET")]
    Get,
    #[mmstats(value = "POST")]
    Post,
    Other,
}

#[derive(Dimensions)]
struct Request<'a> {
    tenant: &'a str,
    method: Method,
    status: u16,
}

#[derive(MmStats)]
#[mmstats(prefix = "http.")]
struct HttpStats {
    /// Requests that were answered.
    requests: Family<Counter, Request<'static>>,
    #[mmstats(unit = "jobs")]
    pairs: Family<UpDownCounter>,
}

#[test]
fn the_fields_become_the_label_s_dimensions() {
    let http = created::<HttpStats>();
    let tenant = String::from("acme");
    for status in [200, 404, 200] {
        http.stats.requests.get(&Request { tenant: &tenant, method: Method::Get, status }).incr();
    }
    http.stats.requests.get(&Request { tenant: "b", method: Method::Other, status: 0 }).incr();
    http.stats.pairs.get(&[("of", &tenant)]).decr();
    let expected = [
        (r#"http.pairs{of="acme"}"#, "-1"),
        (r#"http.requests{method="GET",status="200",tenant="acme"}"#, "2"),
        (r#"http.requests{method="GET",status="404",tenant="acme"}"#, "1"),
        (r#"http.requests{method="Other",status="0",tenant="b"}"#, "1"),
    ];
    assert_eq!(http.values(), expected.map(|(label, value)| (label.into(), value.into())));
    let file = http.file();
    assert_eq!(file.get(expected[1].0).unwrap().help(), "Requests that were answered.");
    assert_eq!(file.get(expected[0].0).unwrap().unit(), "jobs");
}

#[test]
fn a_field_has_its_dimensions() {
    #[derive(MmStats)]
    struct Web {
        #[mmstats(label = "requests", dimensions(status = "2xx", code = 200, secure = true))]
        fine: Counter,
        #[mmstats(label = "requests", dimensions(status = "5xx", none = ""))]
        failed: Counter,
        #[mmstats(label = "requests")]
        other: Counter,
    }

    let web = created::<Web>();
    web.stats.fine.add(3);
    web.stats.failed.add(2);
    web.stats.other.incr();
    let expected = [
        ("requests", "1"),
        (r#"requests{code="200",secure="true",status="2xx"}"#, "3"),
        (r#"requests{status="5xx"}"#, "2"),
    ];
    assert_eq!(web.values(), expected.map(|(label, value)| (label.into(), value.into())));
}

#[test]
fn all_combinations_begin_at_0() {
    #[derive(Dimensions)]
    struct Route {
        method: Method,
        cached: bool,
    }

    #[derive(MmStats)]
    struct Web {
        #[mmstats(all, max = 6)]
        requests: Family<Counter, Route>,
    }

    let web = created::<Web>();
    web.stats.requests.get(&Route { method: Method::Post, cached: true }).incr();
    let expected = [
        (r#"requests{cached="false",method="GET"}"#, "0"),
        (r#"requests{cached="false",method="Other"}"#, "0"),
        (r#"requests{cached="false",method="POST"}"#, "0"),
        (r#"requests{cached="true",method="GET"}"#, "0"),
        (r#"requests{cached="true",method="Other"}"#, "0"),
        (r#"requests{cached="true",method="POST"}"#, "1"),
    ];
    assert_eq!(web.values(), expected.map(|(label, value)| (label.into(), value.into())));
}
