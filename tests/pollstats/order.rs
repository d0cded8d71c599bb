//! Stats that aren't about a program's work come last: those of mmash and kodemon, `sys.*`.

use std::path::Path;

use mmstats::Identity;
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use mmstats_testing::stats_dir::write;

use crate::{folder, pollstats, text};

const COUNTER: u8 = 1;
const GAUGE: u8 = 2;

/// A file as published by a program of this name.
fn published(folder: &Path, command: &str, fields: &[(&str, u8)]) {
    let writer = writer_like(&Identity::default(), |it| {
        it.command = command.into();
    });
    let fields: Vec<_> =
        fields.iter().map(|&(label, kind)| Foreign::new(label, kind, "Q", &[1])).collect();
    write(folder, format!("{command}.mmstats"), &foreign(&writer, &fields));
}

fn tools(folder: &Path) {
    let telemetry =
        [("mmash.files", GAUGE), ("mmash.requests", COUNTER), ("mmash.sys.load", GAUGE)];
    published(folder, "mmash", &telemetry);
    published(folder, "kodemon", &[("kodemon.messages", COUNTER)]);
}

/// The columns of one run.
fn columns(arguments: &[&str]) -> String {
    let output = pollstats(&[&["-c", "1", "-d", "0.01", "-o", "csv"], arguments].concat());
    let stdout = text(&output.stdout);
    stdout.lines().next().unwrap().trim_start_matches("time,").to_owned()
}

#[test]
fn programs_are_shown_by_default_and_tools_on_request() {
    let (folder, path) = folder();
    tools(folder.path());
    // A program may count what it sends to mmash, which is its work.
    published(folder.path(), "webapp", &[("web.busy", GAUGE), ("mmash.posts", COUNTER)]);

    let work = "mmash.posts,web.busy";
    let telemetry = "kodemon.messages,mmash.requests,mmash.files";
    assert_eq!(columns(&[&path]), work);
    assert_eq!(columns(&["--all", &path]), format!("{work},{telemetry},mmash.sys.load"));
    assert_eq!(columns(&["-p", "kodemon.", &path]), "kodemon.messages");
    assert_eq!(columns(&["mmash.files", &path]), "mmash.files");
    assert_eq!(columns(&["*.sys.*", &path]), "mmash.sys.load");
    assert_eq!(columns(&["*s", &path]), "mmash.posts,kodemon.messages,mmash.files,mmash.requests");

    let list = text(&pollstats(&["--list", "-o", "csv", &path]).stdout);
    let listed: Vec<_> = list.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    let telemetry = ["kodemon.messages", "mmash.files", "mmash.requests", "mmash.sys.load"];
    assert_eq!(listed, [&["mmash.posts", "web.busy"], &telemetry[..]].concat());
}

#[test]
fn tools_are_shown_if_nothing_else_moves_and_processes_are_suggested() {
    let (folder, path) = folder();
    tools(folder.path());
    assert_eq!(columns(&[&path]), "kodemon.messages,mmash.requests,mmash.files");

    let (folder, path) = crate::folder();
    published(folder.path(), "idle", &[("sys.load", GAUGE)]);
    let output = pollstats(&["-c", "1", "-d", "0.01", &path]);
    let said = text(&output.stderr);
    assert!(said.contains("--all adds sys.*") && said.contains("--list"), "{said}");
    assert_eq!(columns(&["--all", &path]), "sys.load");
}

#[test]
fn what_is_missing_is_reported_first_and_then_files_in_natural_order() {
    let (folder, path) = folder();
    for name in ["c10.mmstats", "c2.mmstats"] {
        write(folder.path(), name, b"\x02");
    }
    let [one, other] = ["z", "a"].map(|name| folder.path().join(name).display().to_string());
    let output = pollstats(&["-c", "1", "-d", "0.01", "hits", &path, &one, &other]);
    let said = text(&output.stderr);
    let file = |line: &str| line.split(": ").nth(1).unwrap().rsplit('/').next().unwrap().to_owned();
    let files: Vec<_> = said.lines().take(4).map(file).collect();
    assert_eq!(files, ["z", "a", "c2.mmstats", "c10.mmstats"], "{said}");
}
