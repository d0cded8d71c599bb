//! mmash on a socket behind nginx, under a path, with the documented configuration.

use std::io::Read;
use std::path::Path;

use mmstats::{Counter, Field, Options, Published};
use mmstats_testing::nginx::{HOST, Nginx, resolve};
use mmstats_testing::server::Server;
use tempfile::TempDir;

use crate::command_on;

fn behind(nginx: &Nginx, directory: &Path) -> Server {
    let mut command = command_on(&nginx.socket("mmash"), directory);
    Server::start(command.args(["--interval", "0.05", "--host", HOST]))
}

fn publish(directory: &TempDir) -> (Published<()>, Counter) {
    let stats = Options::dynamic("jobs").path(directory.path()).create().unwrap();
    let done = stats.add(Counter::named("jobs//done")).unwrap();
    (stats, done)
}

#[test]
fn everything_works_under_a_path_with_the_password() {
    let Some(nginx) = Nginx::start() else { return };
    let directory = TempDir::new().unwrap();
    let (_stats, _done) = publish(&directory);
    let _server = behind(&nginx, directory.path());
    let found = nginx.crawl("/mmash/");
    for part in ["page/page.js", "page/icon.svg", "kit/style.css", "kit/chart.js", "stats/"] {
        assert!(found.contains(&format!("/mmash/{part}")), "{part}: {found:?}");
    }
    assert!(found.iter().all(|path| path.starts_with("/mmash/")), "{found:?}");
    for (path, to) in [
        ("/mmash", "/mmash/"),
        ("/mmash/graph?filter=web", "/mmash/?filter=web"),
        ("/mmash/graph/?filter=web", "/mmash/?filter=web"),
        ("/mmash/stats?glob=*", "/mmash/stats/?glob=*"),
    ] {
        let answer = nginx.get(path);
        assert!([301, 308].contains(&answer.status), "{path}: {}", answer.status);
        assert_eq!(resolve(path, answer.header("location").unwrap()), to, "{path}");
    }
    let document = "/mmash/api/v1/openapi.json";
    let server = nginx.get(document).json()["servers"][0]["url"].clone();
    assert_eq!(resolve(document, server.as_str().unwrap()), "/mmash/");
    // Slashes are kept as they are.
    assert_eq!(nginx.get("/mmash/api/v1/stats/jobs//done").status, 200);
    assert_eq!(nginx.get("/mmash/api/v1/stats/jobs%2F%2Fdone").status, 200);
    assert_eq!(nginx.get_unknown("/mmash/").status, 401);
}

/// With nginx's default buffers and with its default compression.
#[test]
fn each_step_of_a_stream_arrives_at_once() {
    let Some(nginx) = Nginx::start() else { return };
    let directory = TempDir::new().unwrap();
    let (_stats, done) = publish(&directory);
    let _server = behind(&nginx, directory.path());
    for (encoding, headers) in [(None, &[][..]), (Some("gzip"), &["Accept-Encoding: gzip"])] {
        let (answer, mut stream) = nginx.ask("/mmash/api/v1/stream", headers);
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding));
        // Nothing else changes, so what arrives is this step.
        for _ in 0..3 {
            assert!(stream.read(&mut [0; 16_384]).unwrap() > 0, "the stream has ended");
            done.incr();
        }
    }
}
