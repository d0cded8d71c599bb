//! Whether mmash's cost is independent of the number of clients: `ci/load` runs it for longer.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mmstats::{Counter, Field, Options, Published};
use mmstats_testing::command::tool;
use mmstats_testing::http;
use mmstats_testing::server::Server;
use tempfile::TempDir;

const FILES: usize = 1_000;
const STATS: usize = 20;
const STREAMS: usize = 50;
/// Each scrapes five times a second.
const SCRAPERS: usize = 4;
const SCRAPE: Duration = Duration::from_millis(200);
/// Seconds until memory should no longer grow.
const WARM_UP: u64 = 10;
/// Maximum growth after that.
const GROWTH: f64 = 1.1;

/// Files of live writers whose stats all change. Every label is unique, so each is a separate row.
struct Writers(Vec<(Vec<Counter>, Published<()>)>);

impl Writers {
    fn create(directory: &Path) -> Self {
        let writer = |number: usize| {
            let options = Options::dynamic("Load").path(directory).default_fields(false);
            let stats = options.filename(format!("load-{number}.mmstats")).create();
            let stats = stats.expect("a file: each takes a descriptor, see `ulimit -n`");
            let add = |stat| stats.add(Counter::named(format!("load.{number}.stat.{stat}")));
            ((0..STATS).map(|stat| add(stat).unwrap()).collect(), stats)
        };
        Self((0..FILES).map(writer).collect())
    }

    /// Counts for this long.
    fn write_for(&self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.0.iter().flat_map(|(counters, _)| counters).for_each(Counter::incr);
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The resources that the process has used so far.
#[derive(Clone, Copy, Debug)]
struct Taken {
    resident: usize,
    reads: u64,
    polls: u64,
}

impl Taken {
    fn of(server: &Server) -> Self {
        let polls = &server.get("/stats/mmash.looks?aggr=one").json()["mmash.looks"];
        Self {
            resident: server.proc_number("status", "VmRSS:") as usize,
            // Receiving from sockets isn't counted as reading.
            reads: server.proc_number("io", "syscr:"),
            polls: polls.as_u64().unwrap(),
        }
    }
}

/// The clients.
struct Clients {
    stop: Arc<AtomicBool>,
    steps: Arc<AtomicUsize>,
    scrapes: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

impl Clients {
    fn start(address: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let [steps, scrapes] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let spawn = |work: fn(SocketAddr, &AtomicBool, &AtomicUsize), count: &Arc<AtomicUsize>| {
            let (stop, count) = (Arc::clone(&stop), Arc::clone(count));
            thread::spawn(move || work(address, &stop, &count))
        };
        let watchers = (0..STREAMS).map(|_| spawn(watch, &steps));
        let threads = watchers.chain((0..SCRAPERS).map(|_| spawn(scrape, &scrapes))).collect();
        Self { stop, steps, scrapes, threads }
    }

    /// The number of steps over all streams, and the number of scrapes.
    fn end(self) -> (usize, usize) {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        (self.steps.load(Ordering::Relaxed), self.scrapes.load(Ordering::Relaxed))
    }
}

fn watch(address: SocketAddr, stop: &AtomicBool, steps: &AtomicUsize) {
    let mut stream = http::connect(address);
    let request = "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let (mut stream, mut line) = (BufReader::new(stream), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        line.clear();
        assert!(stream.read_until(b'\n', &mut line).unwrap() > 0, "a stream has ended");
        if line.starts_with(b"event: ") {
            steps.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn scrape(address: SocketAddr, stop: &AtomicBool, scrapes: &AtomicUsize) {
    while !stop.load(Ordering::Relaxed) {
        let due = Instant::now() + SCRAPE;
        assert_eq!(http::get(address, "/metrics").status, 200);
        scrapes.fetch_add(1, Ordering::Relaxed);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

#[test]
#[ignore = "takes more than a minute: ci/load"]
fn many_who_ask_take_no_more_memory_and_no_more_polls() {
    let seconds = env::var("LOAD_SECONDS").map_or(60, |seconds| seconds.parse().unwrap());
    let [files, telemetry] = [(); 2].map(|()| TempDir::new_in("/dev/shm").unwrap());
    let writers = Writers::create(files.path());
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.args(["--listen", "127.0.0.1:0", "--glob"]).arg(files.path());
    command.arg("--glob").arg(telemetry.path()).env("MMSTATS_PATH", telemetry.path());
    let server = Server::start(&mut command);
    let write_for = |seconds| writers.write_for(Duration::from_secs(seconds));
    let clients = Clients::start(server.address);
    let started = Instant::now();
    write_for(WARM_UP);
    let warm = Taken::of(&server);
    write_for(seconds - WARM_UP);
    let end = Taken::of(&server);
    let elapsed = started.elapsed().as_secs_f64();
    let (steps, scrapes) = clients.end();

    let growth = end.resident as f64 / warm.resident as f64;
    let (polls, reads) = (end.polls - warm.polls, end.reads - warm.reads);
    println!(
        "{FILES} files of {STATS} stats, {elapsed:.1} s\n\
         {:.1} scrapes a second, {:.2} steps a second to each of {STREAMS} streams\n\
         memory: {} KiB after {WARM_UP} s, {} KiB in the end, {growth:.3} times that\n\
         {polls} polls in the last {} s, {:.0} reads each",
        scrapes as f64 / elapsed,
        steps as f64 / elapsed / STREAMS as f64,
        warm.resident,
        end.resident,
        seconds - WARM_UP,
        reads as f64 / polls as f64,
    );
    assert!(growth <= GROWTH, "memory grows");
    // One poll may have begun before, and another one may be unfinished.
    assert!(polls <= seconds - WARM_UP + 1, "more than one poll per interval");
    let pass = FILES as f64 * 1.05;
    assert!(reads as f64 <= pass * (polls + 1) as f64, "requests cause reads of the files");
}
