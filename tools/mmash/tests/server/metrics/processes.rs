//! Processes that share a process id: in several namespaces, or one after the other.

use std::env;
use std::fs;
use std::path::Path;

use mmstats::{Counter, Field, Gauge, Identity, Options, Processes, StatsFile, Verdict};
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use mmstats_testing::namespace::{Proc, unshare};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use super::lifecycle::next_poll;
use super::{mmash_with, samples, worker};

/// A file with counts and a gauge that claims to be of this writer.
fn file_of(writer: &Identity, hits: u64) -> Vec<u8> {
    let busy = Foreign { aggregate: 1, ..Foreign::new("busy", 2, "Q", &[77]) };
    let hits = Foreign { unit: "requests".into(), ..Foreign::new("web.hits", 1, "Q", &[hits]) };
    foreign(writer, &[hits, busy])
}

/// The samples of a metric, without its name.
fn of<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    samples(text).into_iter().filter_map(|line| line.strip_prefix(name)).collect()
}

#[test]
fn a_dead_file_of_an_earlier_process_does_not_join_a_living_one() {
    let directory = TempDir::new().unwrap();
    let living = worker(directory.path(), 2);
    let identity = StatsFile::read(living.path().unwrap()).unwrap().identity().unwrap().clone();
    // Of the same program and pid, and dead: it started earlier or has no start time.
    let earlier = writer_like(&identity, |it| {
        it.start_time = identity.start_time - 1;
    });
    let unknown = writer_like(&identity, |it| {
        it.start_time = 0;
    });
    let dead = [earlier, unknown].map(|writer| {
        let path = write(
            directory.path(),
            format!("dead-{}.mmstats", writer.start_time),
            &file_of(&writer, 3_000),
        );
        let life = StatsFile::read(&path).unwrap().life(&mut Processes::new());
        assert_eq!(life.verdict, Verdict::Dead, "{life:?}");
        path
    });
    let labels = format!("cmd=\"{}\",pid=\"{}\"", identity.command, identity.pid);
    for by in ["pid", "tid"] {
        let server = mmash_with(directory.path(), &["--by", by, "--interval", "0.01"]);
        let assert_living = |text: &str| {
            let hits = of(text, "web_hits_requests_total{");
            assert!(hits.len() == 1 && hits[0].ends_with("} 2"), "{by}: {text}");
            let busy = of(text, "busy{");
            assert!(busy.len() == 1 && busy[0].ends_with("} 20"), "{by}: {text}");
            assert_eq!(of(text, "mmstats_up"), [format!("{{{labels}}} 1")], "{by}");
        };
        assert_living(&next_poll(&server));
        let kept = dead.clone().map(|path| fs::read(path).unwrap());
        for path in &dead {
            fs::remove_file(path).unwrap();
        }
        assert_living(&next_poll(&server));
        for (path, bytes) in dead.iter().zip(kept) {
            fs::write(path, bytes).unwrap();
        }
    }
    // Alone it has samples until its file is cleaned up, but none of present state.
    drop(living);
    fs::remove_file(&dead[1]).unwrap();
    let text = mmash_with(directory.path(), &[]).get("/metrics").body;
    assert_eq!(of(&text, "web_hits_requests_total"), [format!("{{{labels}}} 3000")]);
    assert_eq!(of(&text, "mmstats_up"), [format!("{{{labels}}} 0")]);
    assert!(!text.contains("busy"), "{text}");
}

/// A process that is the first of a new namespace; `None` if that isn't possible: the test is
/// skipped.
fn container() -> Option<Actor> {
    let mut command = unshare(Proc::Own)?;
    command.arg(env::current_exe().unwrap());
    Some(Actor::start_by(command, "metrics::processes::role"))
}

#[test]
#[ignore = "a role in other tests"]
fn role() {
    let mut published = Vec::new();
    play(|line| {
        let (hits, path) = line.split_once(' ').unwrap();
        published.push(publish(Path::new(path), hits.parse().unwrap()));
        String::new()
    });
}

fn publish(path: &Path, count: u64) -> mmstats::Published<()> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let stats = Options::dynamic("Side").path(path.parent().unwrap()).filename(name);
    let stats = stats.create().unwrap();
    let hits: Counter = stats.add(Counter::named("hits")).unwrap();
    hits.add(count);
    let level: Gauge<u64> = stats.add(Gauge::<u64>::named("level")).unwrap();
    level.set(count);
    stats
}

/// Waits until a file's writer is dead.
fn await_death(path: &Path) {
    let verdict = || StatsFile::read(path).unwrap().life(&mut Processes::new()).verdict;
    while verdict() != Verdict::Dead {
        std::thread::yield_now();
    }
}

/// The label of a file's namespace.
fn namespace(path: &Path) -> String {
    let namespace = StatsFile::read(path).unwrap().process().unwrap().pid_namespace;
    format!("pidns=\"{namespace}\"")
}

#[test]
fn the_first_processes_of_two_containers_stay_apart() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name);
    let paths = ["here.mmstats", "one.mmstats", "two.mmstats"].map(path);
    let _here = publish(&paths[0], 1_000);
    let (Some(mut one), Some(mut two)) = (container(), container()) else {
        return;
    };
    one.ask(&format!("2000 {}", paths[1].display()));
    two.ask(&format!("3000 {}", paths[2].display()));
    let [_, of_one, of_two] = [0, 1, 2].map(|index| namespace(&paths[index]));
    let servers = ["pid", "tid"]
        .map(|by| (by, mmash_with(directory.path(), &["--by", by, "--interval", "0.01"])));
    let one_sample = |server: &Server, name: &str, labels: &str| {
        let text = next_poll(server);
        let found = of(&text, name).into_iter().filter(|line| line.contains(labels));
        let found: Vec<&str> = found.map(|line| line.rsplit(' ').next().unwrap()).collect();
        assert_eq!(found.len(), 1, "{name} {labels}: {text}");
        found[0].to_owned()
    };
    for (by, server) in &servers {
        let here = format!("pid=\"{}\"", std::process::id());
        let text = next_poll(server);
        let mine = of(&text, "hits_total").into_iter().find(|line| line.contains(&here)).unwrap();
        assert!(!mine.contains("pidns") && mine.ends_with(" 1000"), "{by}: {mine}");
        for (labels, hits) in [(&of_one, "2000"), (&of_two, "3000")] {
            assert_eq!(one_sample(server, "hits_total", &format!("pid=\"1\",{labels}")), hits);
            assert_eq!(one_sample(server, "level", labels), hits);
            assert_eq!(one_sample(server, "mmstats_up", labels), "1");
        }
    }
    one.kill();
    await_death(&paths[1]);
    for (_, server) in &servers {
        assert_eq!(one_sample(server, "hits_total", &of_one), "2000");
        assert_eq!(one_sample(server, "mmstats_up", &of_one), "0");
        assert!(of(&next_poll(server), "level").iter().all(|line| !line.contains(&of_one)));
        assert_eq!(one_sample(server, "hits_total", &of_two), "3000");
    }
    fs::remove_file(&paths[1]).unwrap();
    for (_, server) in &servers {
        assert_eq!(one_sample(server, "hits_total", &of_two), "3000");
        assert!(!next_poll(server).contains(&of_one));
    }
}
