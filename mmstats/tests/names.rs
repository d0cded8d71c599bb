//! The names of files: tools find them, and the file system accepts them.

use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use mmstats::{Options, StatsFile, find};
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::stats_dir::files;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

#[test]
#[ignore = "a role"]
fn creator() {
    let mut kept = Vec::new();
    play(|template| {
        let directory = env::var_os("DIRECTORY").unwrap();
        let options = Options::dynamic("Struct").path(directory).filename(template);
        kept.push(options.create().unwrap());
        let path = kept[kept.len() - 1].path().unwrap();
        path.file_name().unwrap().to_str().unwrap().to_owned()
    });
}

#[test]
fn tools_find_the_files_of_a_program_of_any_name() {
    let long = "n".repeat(245);
    for name in [".name", "...", &long, &format!(".{long}{long}"), &"ü".repeat(200), "a/b", "/"] {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(env::current_exe().unwrap());
        command.arg0(name).env("DIRECTORY", directory.path());
        let mut actor = Actor::start_by(command, "creator");
        let pid = actor.pid().to_string();
        let mut made = Vec::new();
        for template in [
            "{CMD}-{PID}-{TID}.mmstats",
            "{CMD}-{PID}-{TID}.mmstats",
            ".{CMD}{HOST}{STRUCT}-{PID}.mmstats",
            &format!("{long}{{PID}}{long}{{CMD}}.mmstats"),
            &format!("mmstats-{long}-{{PID}}-{{CMD}}"),
        ] {
            let file = actor.ask(template);
            assert!(file.contains(&pid), "{name:?}: {template} became {file}");
            made.push(directory.path().join(file));
        }
        assert!(made[1].to_str().unwrap().ends_with("-2.mmstats"), "{made:?}");
        made.sort();
        assert_eq!(find([directory.path()]).paths(), made, "{name:?}");
        assert_eq!(files(directory.path()), made);
        let identity = StatsFile::read(&made[0]).unwrap().identity().unwrap().command.clone();
        assert_eq!(identity, name.rsplit('/').next().unwrap(), "the identity has it all");
    }
}

#[test]
#[ignore = "a role"]
fn publisher_by_the_environment() {
    let stats = Options::dynamic("Here").create().unwrap();
    let path = stats.path().unwrap();
    assert_eq!(path.parent().unwrap().as_os_str(), env::var_os("EXPECTED").unwrap());
    assert_eq!(find::<&str>([]).paths(), [path]);
}

/// Placeholders are filled in; everything else is part of the name.
#[test]
fn a_directory_may_have_any_name() {
    for (template, name) in [
        (&b"a%b%"[..], &b"a%b%"[..]),
        (b"100%-{PIDS}-%CMD%", b"100%-{PIDS}-%CMD%"),
        (b"\xff-{CMD}", b"\xff-prog"),
        (b"{CMD}-{x}-%CMD%", b"prog-{x}-%CMD%"),
        (b"[{CMD}]*", b"[prog]*"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let expected = directory.path().join(OsStr::from_bytes(name));
        std::fs::create_dir(&expected).unwrap();
        let mut command = Command::new(env::current_exe().unwrap());
        let role = ["publisher_by_the_environment", "--exact", "--ignored", "--nocapture"];
        let path = directory.path().join(OsStr::from_bytes(template));
        command.arg0("prog").args(role).env("MMSTATS_PATH", path).env("EXPECTED", &expected);
        let output =
            command.env_remove("MMSTATS_GLOB").env_remove("MMSTATS_FILES").output().unwrap();
        assert!(output.status.success(), "{}: {output:?}", name.escape_ascii());
    }
}

/// Each of them used to try the names of all before it, which took 43 s.
#[test]
fn a_thread_has_two_thousand_instances_of_one_name() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most.min(4096), most).unwrap();
    // That many are left besides other descriptors.
    let instances = most.min(4096).saturating_sub(500).min(2000) as usize;
    // In memory, if possible: creating that many files on a disk takes seconds.
    let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let create = |_| {
        let options = Options::dynamic("Many").capacity(0).path(directory.path());
        options.filename("many.mmstats").create().unwrap()
    };
    let stats: Vec<_> = (0..instances).map(create).collect();
    for (number, stats) in (1..).zip(&stats) {
        let name = stats.path().unwrap().file_name().unwrap().to_str().unwrap();
        let expected =
            if number == 1 { "many.mmstats".into() } else { format!("many-{number}.mmstats") };
        assert_eq!(name, expected);
    }
    // A name that has become free is found again.
    drop(stats);
    assert_eq!(create(0).path(), Some(&*directory.path().join("many.mmstats")));
}
