//! The stats of the service: three families, whose series differ in their dimensions.

use std::io;
use std::path::PathBuf;

use mmstats::{Counter, DimensionValue, Dimensions, Family, MmStats, Timer, UpDownCounter};

/// What the files are called; readers find them wherever `$MMSTATS_PATH` or the default puts them.
const FILE_NAME: &str = "tenants-{PID}-{TID}.mmstats";

/// The tenants that there are.
pub const TENANTS: [&str; 4] = ["acme", "globex", "initech", "umbrella"];

#[derive(Clone, Copy, DimensionValue)]
pub enum Method {
    #[mmstats(value = "GET")]
    Get,
    #[mmstats(value = "POST")]
    Post,
}

/// One answered request. Each combination of values is a series:
/// `api.requests{method="GET",status="200",tenant="acme"}`.
#[derive(Dimensions)]
pub struct Answered<'a> {
    pub tenant: &'a str,
    pub method: Method,
    pub status: u16,
}

#[derive(Dimensions)]
pub struct Tenant<'a> {
    pub tenant: &'a str,
}

#[derive(Dimensions)]
pub struct Route {
    pub method: Method,
}

#[derive(MmStats)]
#[mmstats(prefix = "api.")]
pub struct ApiStats {
    /// Requests that were answered.
    // Whoever sends requests can invent tenants, so there is a limit: 2,000 series, unless `max` says
    // otherwise. This one leaves room for two invented ones; what is beyond counts in
    // `api.requests{overflow="true"}`.
    #[mmstats(unit = "requests", max = 18)]
    pub requests: Family<Counter, Answered<'static>>,
    /// Requests that are being answered.
    // All values are known, so that all series can be there from the start.
    #[mmstats(unit = "requests", all)]
    pub in_flight: Family<UpDownCounter, Route>,
    /// Time to answer a request.
    #[mmstats(max = 6)]
    pub latency: Family<Timer, Tenant<'static>>,
}

mmstats::per_thread! {
    /// Each thread counts in a file of its own, and readers add them up. Without the capacity, which
    /// has room for all series, they would go into further files.
    pub static STATS: ApiStats =
        ApiStats::options().filename(FILE_NAME).capacity(16 * 1024).or_private_memory();
}

/// Creates the series of the tenants that there are, before anybody invents others. They begin at 0,
/// so that a rate includes the first request.
pub fn admit_tenants() {
    STATS.with(|stats| {
        for tenant in TENANTS {
            stats.latency.get(&Tenant { tenant });
            for method in [Method::Get, Method::Post] {
                for status in [200, 503] {
                    stats.requests.get(&Answered { tenant, method, status });
                }
            }
        }
    });
}

/// The files of this process, as a glob for the tools.
pub fn files() -> io::Result<PathBuf> {
    let own = STATS.try_with_published(|file| file.path().map(PathBuf::from));
    let own = own.map_err(io::Error::other)?;
    let own = own.ok_or_else(|| io::Error::other("no stats file can be created"))?;
    Ok(own.with_file_name(format!("tenants-{}-*", std::process::id())))
}
