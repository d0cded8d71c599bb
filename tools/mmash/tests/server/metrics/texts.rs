//! Texts in `/metrics`, and what `--by cmd` leaves out: whatever creates ever new series.

use mmstats::{Field, Fixed, Options, Published, Text};
use mmstats_testing::original::{content, field};
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use super::{mmash_with, samples, worker};

/// A text that visitors control, a constant one, and one of the original's.
fn writers(directory: &TempDir) -> Published<()> {
    let stats = Options::dynamic("Texts").path(directory.path()).create().unwrap();
    let visited: Text = stats.add(Text::named("visited")).unwrap();
    visited.set("/?q=whatever");
    let _: Fixed<String> = stats.add(Fixed::named("version").initial("1.2".to_owned())).unwrap();
    let fields = [field("state", "8s", 0xff, b"idle\0\0\0\0")];
    write(directory.path(), "mmstats-old", &content(&fields));
    stats
}

#[test]
fn a_changing_text_becomes_a_label_only_on_request() {
    let directory = TempDir::new().unwrap();
    let _writers = writers(&directory);
    let text = mmash_with(directory.path(), &[]).get("/metrics").body;
    let infos =
        |text: &str| samples(text).into_iter().filter(|line| line.contains("_info")).count();
    assert!(text.contains(",value=\"1.2\"} 1\n"), "{text}");
    // With the version of the compiler, which every file contains.
    assert_eq!(infos(&text), 2, "{text}");
    let text = mmash_with(directory.path(), &["--texts"]).get("/metrics").body;
    assert!(text.contains(",value=\"/?q=whatever\"} 1\n"), "{text}");
    assert!(text.contains("value=\"idle\"} 1\n"), "{text}");
    assert_eq!(infos(&text), 4, "{text}");
}

#[test]
fn by_program_there_is_no_sample_of_one_process_or_thread() {
    let directory = TempDir::new().unwrap();
    let _writers = (writers(&directory), worker(directory.path(), 1));
    let text = mmash_with(directory.path(), &["--by", "cmd", "--texts"]).get("/metrics").body;
    let command = samples(&text).into_iter().find_map(|line| line.strip_prefix("busy{"));
    let (command, _) = command.and_then(|rest| rest.split_once('}')).expect(&text);
    for line in samples(&text) {
        let labels = line.split_once('{').map_or("", |(_, rest)| rest.split_once('}').unwrap().0);
        let rest = labels.strip_prefix(command).unwrap_or(labels);
        assert!(rest.is_empty() || rest.starts_with(",le="), "{line}");
        // A maximum over processes belongs to no single one.
        assert!(
            !line.starts_with("sys_") || line.starts_with("sys_unpublished_threads{"),
            "{line}"
        );
    }
}
