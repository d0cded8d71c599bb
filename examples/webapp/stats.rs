//! The stats of the server.

use std::path::PathBuf;

use mmstats::{
    Counter, Fixed, Histogram, MmStats, StatsFile, Text, Timer, Timestamp, UpDownCounter,
};

#[derive(MmStats)]
#[mmstats(prefix = "web.stats.")]
pub struct WebStats {
    /// Responses with a 2XX status.
    #[mmstats(label = "status.2XX", unit = "responses")]
    pub status_2xx: Counter,
    /// Responses with a 4XX status.
    #[mmstats(label = "status.4XX", unit = "responses")]
    pub status_4xx: Counter,
    /// Responses with a 5XX status.
    #[mmstats(label = "status.5XX", unit = "responses")]
    pub status_5xx: Counter,
    /// When the last request arrived.
    #[mmstats(label = "timers.last_hit", aggregate = "max")]
    pub last_hit: Timestamp,
    /// Connections that are being served.
    pub busy: UpDownCounter,
    /// Time to render a page.
    pub render: Timer,
    /// Size of a response's body.
    #[mmstats(label = "response.size", unit = "bytes", max = 1 << 20)]
    pub response_size: Histogram,
    /// The last path that was asked for.
    #[mmstats(label = "last_path", size = 64)]
    pub last_path: Text,
    /// The version of this server.
    #[mmstats(initial = env!("CARGO_PKG_VERSION"))]
    pub version: Fixed<String>,
}

mmstats::per_thread! {
    /// Each worker has its own file.
    pub static STATS: WebStats = WebStats::options().or_private_memory();
}

/// The files of this process, of whichever thread.
pub fn own_files() -> Vec<PathBuf> {
    let pid = Some(std::process::id());
    let is_own = |path: &PathBuf| StatsFile::read(path).is_ok_and(|file| file.pid() == pid);
    let found = mmstats::find::<&str>([]);
    found.paths().iter().filter(|path| is_own(path)).cloned().collect()
}

/// The file whose thread answered the most requests: fewer connections than threads leave some
/// without work.
pub fn busiest(files: &[PathBuf]) -> Option<PathBuf> {
    let answered = |path: &&PathBuf| {
        let file = StatsFile::read(path).ok()?;
        file.get("web.stats.render")?.component("count")?.as_u64()
    };
    files.iter().max_by_key(answered).cloned()
}
