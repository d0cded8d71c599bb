//! kodemon on a socket behind nginx, under a path, with the documented configuration.

use std::io::Read;

use mmstats_testing::kodemon::{Kodemon, until, without_addresses};
use mmstats_testing::nginx::{HOST, Nginx, resolve};
use tempfile::TempDir;

fn behind(nginx: &Nginx) -> (TempDir, Kodemon) {
    let directory = TempDir::new().unwrap();
    let mut command = without_addresses(directory.path());
    command.args(["--udp", "127.0.0.1:0", "--listen", &nginx.socket("kodemon"), "--host", HOST]);
    (directory, Kodemon::of(&mut command))
}

#[test]
fn everything_works_under_a_path_with_the_password() {
    let Some(nginx) = Nginx::start() else { return };
    let (_directory, kodemon) = behind(&nginx);
    let found = nginx.crawl("/kodemon/");
    for part in ["page/page.js", "page/icon.svg", "kit/style.css", "kit/chart.js", "api/keys"] {
        assert!(found.contains(&format!("/kodemon/{part}")), "{part}: {found:?}");
    }
    assert!(found.iter().all(|path| path.starts_with("/kodemon/")), "{found:?}");
    let document = "/kodemon/api/openapi.json";
    let server = nginx.get(document).json()["servers"][0]["url"].clone();
    assert_eq!(resolve(document, server.as_str().unwrap()), "/kodemon/");
    // The slashes of a key are kept, including the first one.
    kodemon.call("/srv/a//b.py-f", 0.5, 1.0);
    until(
        || nginx.get("/kodemon/api/keys/%2Fsrv%2Fa%2F%2Fb.py-f/summary").json(),
        |summary| summary["total"]["count"] == 1,
    );
    assert_eq!(nginx.get_unknown("/kodemon/").status, 401);
}

/// With nginx's default buffers and with its default compression.
#[test]
fn each_step_of_a_stream_arrives_at_once() {
    let Some(nginx) = Nginx::start() else { return };
    let (_directory, kodemon) = behind(&nginx);
    for (encoding, headers) in [(None, &[][..]), (Some("gzip"), &["Accept-Encoding: gzip"])] {
        let (answer, mut stream) = nginx.ask("/kodemon/api/stream?key=f", headers);
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding));
        // Nothing else changes, so what arrives is this step.
        for _ in 0..3 {
            assert!(stream.read(&mut [0; 16_384]).unwrap() > 0, "the stream has ended");
            kodemon.call("f", 0.5, 1.0);
        }
    }
}
