//! Messages if nothing matches, and waiting for what comes later.

use std::io::{BufRead, BufReader};

use mmstats::Options;

use crate::{Running, counter, folder, pollstats, publish, text};

#[test]
fn a_field_without_its_prefix_is_suggested() {
    let (folder, path) = folder();
    let stats = Options::dynamic("Web").path(folder.path()).prefix("web.stats.").create().unwrap();
    let _status = counter(&stats, "status.2XX");
    let said = |field: &str| text(&pollstats(&["-c", "1", "-d", "0.01", field, &path]).stderr);
    for (field, meant) in [("status.2XX", "web.stats.status.2XX"), ("status.*", "*.status.*")] {
        let said = said(field);
        assert!(said.contains(&format!("did you mean {meant}?")), "{said}");
    }
    let said = said("misses");
    assert!(said.contains("misses") && said.contains("--list"), "{said}");
}

#[test]
fn separate_fields_are_joined_in_a_hint() {
    let output = pollstats(&["hits", "misses", "render"]);
    let stderr = text(&output.stderr);
    assert!(stderr.contains("fields are separated by commas: hits,misses,render\n"), "{stderr}");
    assert_eq!(output.status.code(), Some(2));
    let (_folder, path) = folder();
    assert!(!text(&pollstats(&["hits", &path]).stderr).contains("commas"));
}

#[test]
fn it_waits_for_the_first_program() {
    let (folder, path) = folder();
    let late = folder.path().join("late");
    for (location, fields) in [(&path[..], "jobs.done"), (late.to_str().unwrap(), "*.done")] {
        let mut running =
            Running::start(&["--wait", "-d", "0.01", "-o", "csv", "--delta", fields, location]);
        let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
        let mut said = String::new();
        stderr.read_line(&mut said).unwrap();
        assert!(said.contains("waiting") && said.contains("Ctrl-C"), "{said}");

        std::fs::create_dir_all(location).unwrap();
        let stats = publish(location.as_ref());
        let done = counter(&stats, "done");
        assert_eq!(running.line(), "time,jobs.done");
        done.add(3);
        assert_eq!(running.sum_until_now(), 3);
        running.child.stderr = Some(stderr.into_inner());
        let (code, _, stderr) = running.interrupt();
        assert_eq!((code, stderr.as_str()), (Some(130), ""));
    }
}

#[test]
fn ctrl_c_ends_the_wait() {
    let (_folder, path) = folder();
    let mut running = Running::start(&["--wait", "-d", "3600", &path]);
    let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
    stderr.read_line(&mut String::new()).unwrap();
    running.child.stderr = Some(stderr.into_inner());
    let (code, lines, _) = running.interrupt();
    assert_eq!((code, lines.len()), (Some(130), 0));
}
