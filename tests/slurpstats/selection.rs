//! Which files and stats are shown, and how slurpstats ends.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::Stdio;

use mmstats_testing::command::{Run, dead_pid, run};
use mmstats_testing::original::{content, original};
use mmstats_testing::stats_dir::write;

use crate::every_kind::EveryKind;
use crate::{command, output, slurpstats, vector};

#[test]
fn files_are_selected_by_label_and_liveness() {
    let every = EveryKind::new();
    let dead = write(every.directory().as_ref(), "dead.mmstats", &original(dead_pid()));
    let dead = dead.to_str().unwrap();
    let undecided = write(every.directory().as_ref(), "who.mmstats", &content(&[]));
    let location = every.directory();

    let alive = output(["--alive", location]);
    assert!(alive.contains("render") && !alive.contains(dead), "{alive}");
    let gone = output(["--dead", location]);
    assert!(gone.starts_with(&format!("==> {dead}  [dead: ")), "{gone}");
    assert_eq!(gone.matches("==>").count(), 1);
    let all = output([location]);
    let mark = format!("==> {}  [undecided: no process id in it]", undecided.display());
    assert!(all.contains(&mark), "{all}");

    let some = output(["-l", "*its", "--label", "r?nder", location]);
    assert_eq!(some.matches("==>").count(), 2, "no file without a stat: {some}");
    assert_eq!(some.matches("  hits").count(), 2, "{some}");

    for (arguments, reason) in [
        (
            &["-l", "nothing*", location][..],
            "read 3 files; found none with a stat whose label matches",
        ),
        (&["--alive", dead], "read 1 file; found none whose program is alive"),
    ] {
        let Run { code, stdout, stderr } = slurpstats(arguments.iter().copied());
        assert_eq!((code, stdout.as_str()), (Some(1), ""));
        assert_eq!(stderr, format!("slurpstats: {reason}\n"));
    }
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..40 {
        let name = format!("{number}.mmstats");
        fs::copy(vector("py-0.6.1-big"), directory.path().join(name)).unwrap();
    }
    for format in ["text", "json", "csv", "prom"] {
        let mut child = command()
            .args(["-o", format])
            .arg(directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        drop(stdout);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn finding_nothing_reports_the_locations_and_the_reason() {
    let directory = tempfile::tempdir().unwrap();
    let nothing = run(command().env("MMSTATS_PATH", directory.path()));
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(1), ""));
    for part in [
        "slurpstats: no stats files found\n".to_owned(),
        format!("  {}/*.mmstats\n", directory.path().display()),
        format!("  {}/mmstats-*\n", directory.path().display()),
        "MMSTATS_PATH".to_owned(),
        "PrivateTmp".to_owned(),
        "may not look into".to_owned(),
        "removes its files".to_owned(),
    ] {
        assert!(nothing.stderr.contains(&part), "{part:?} in\n{}", nothing.stderr);
    }
    let missing = run(command().env("MMSTATS_PATH", directory.path().join("none")));
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("(there is no such directory)"), "{}", missing.stderr);

    let elsewhere = write(directory.path(), "x.stats", &original(dead_pid()));
    let by_glob = run(command().env("MMSTATS_GLOB", directory.path().join("*.stats")));
    assert!(by_glob.stdout.contains(elsewhere.to_str().unwrap()), "{}", by_glob.stdout);
}

#[test]
fn colour_only_when_wanted() {
    let path = vector("py-0.6.1-web");
    assert!(!output([path.as_str()]).contains('\x1b'), "stdout is no terminal");
    assert!(output(["--color", "always", &path]).contains("\x1b[1m==> "));
    assert!(!output(["--color", "never", &path]).contains('\x1b'));
}

#[test]
fn help_version_man_page_and_completions() {
    assert_eq!(output(["--version"]), format!("slurpstats {}\n", env!("CARGO_PKG_VERSION")));
    let (short, long) = (output(["-h"]), output(["--help"]));
    assert!(short.contains("Examples:") && !short.contains("--generate"), "{short}");
    for part in ["Examples:", "--generate", "Exit codes:", "MMSTATS_GLOB"] {
        assert!(long.contains(part), "{part} in {long}");
    }
    for (what, beginning) in [
        ("man", ".ie"),
        ("bash", "_slurpstats() {"),
        ("zsh", "#compdef slurpstats"),
        ("fish", "complete -c slurpstats"),
    ] {
        let text = output(["--generate", what]);
        assert!(
            text.starts_with(beginning) && text.replace('\\', "").contains("help-texts"),
            "{what}: {text}"
        );
    }
    let wrong = slurpstats(["--labels", "x"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("--label"), "{}", wrong.stderr);
    let wrong = slurpstats(["-l", "["]);
    assert_eq!(wrong.code, Some(2));
}

#[test]
fn the_same_file_is_shown_once_and_directories_and_globs_are_expanded() {
    let directory = tempfile::tempdir().unwrap();
    let names = ["a.mmstats", "mmstats-b", "c.other"];
    let paths: Vec<PathBuf> =
        names.iter().map(|name| write(directory.path(), name, &original(dead_pid()))).collect();
    let location = directory.path().to_str().unwrap();
    let shown = |arguments: &[&str]| output(arguments.iter().copied()).matches("==> ").count();
    assert_eq!(shown(&[location]), 2);
    assert_eq!(shown(&[location, paths[0].to_str().unwrap()]), 2);
    assert_eq!(shown(&[&format!("{location}/*")]), 3);
    assert_eq!(shown(&[paths[2].to_str().unwrap()]), 1);
}
