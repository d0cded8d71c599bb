//! The Python sender under every installed Python: decorated objects stay what they were.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mmstats_testing::receiver::Receiver;
use mmstats_testing::required::requires;

/// The installed Pythons that the sender supports, by version: those on the PATH and those of
/// pyenv.
fn pythons() -> BTreeMap<(u32, u32), PathBuf> {
    let mut candidates: Vec<PathBuf> =
        (8..30).map(|minor| format!("python3.{minor}").into()).collect();
    candidates.push("python3".into());
    if let Ok(root) = Command::new("pyenv").arg("root").output() {
        let versions = Path::new(String::from_utf8_lossy(&root.stdout).trim()).join("versions");
        for version in versions.read_dir().into_iter().flatten().flatten() {
            candidates.push(version.path().join("bin/python3"));
        }
    }
    let with_version = |python: PathBuf| {
        let print = "import sys; print(*sys.version_info[:2])";
        let printed = Command::new(&python).args(["-c", print]).output().ok()?;
        let text = String::from_utf8(printed.stdout).ok()?;
        let (major, minor) = text.trim().split_once(' ')?;
        Some(((major.parse().ok()?, minor.parse().ok()?), python))
    };
    let mut found: BTreeMap<_, _> = candidates.into_iter().filter_map(with_version).collect();
    found.retain(|version, _| *version >= (3, 8));
    requires(!found.is_empty(), "python3 of version 3.8 or later isn't installed");
    found
}

fn run(python: &Path, script: &str, port: u16) -> Output {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new(python)
        .arg(here.join("tests/python").join(script))
        .env("PYTHONPATH", here.join("python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("KODEMON_PORT", port.to_string())
        .env_remove("KODEMON_HOST")
        .output()
        .unwrap()
}

/// A table of kinds, in the script: the decorated one has the kind, the attributes and the
/// signature of what was there, returns the same, survives copying and pickling, and each call is
/// timed once, until what it returned is done.
#[test]
fn decorated_objects_keep_their_kind_and_attributes() {
    for (version, python) in pythons() {
        let output = run(&python, "kinds.py", 1);
        let [printed, problems] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(output.status.success() && printed.is_empty(), "{version:?}:\n{printed}{problems}");
    }
}

/// An object's timed `__del__` ran into the sender's globals, which are None by then, and its body
/// was not called.
#[test]
fn a_timed_del_is_called_at_interpreter_exit() {
    let server = Receiver::start();
    for (version, python) in pythons() {
        let output = run(&python, "dying.py", server.port());
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
        for name in text.lines() {
            *lines.entry(name).or_default() += 1;
        }
        let problems = String::from_utf8_lossy(&output.stderr);
        let dead = lines.values().all(|&times| times == 2);
        assert!(
            lines.len() == 27 && dead && problems.is_empty(),
            "{version:?}: {lines:?}\n{problems}"
        );
        // Those deleted while what builds a message still existed, the sender's own module or
        // not.
        assert!((12..=27).contains(&server.waiting()), "{version:?}");
    }
}
