//! Startup, messages and shutdown.

use std::fs::File;
use std::path::PathBuf;

use mmstats_testing::command::{ignoring, run, run_into, tool};
use mmstats_testing::kodemon::{Kodemon, command, start, without_addresses};
use nix::sys::signal::Signal;

#[test]
fn a_signal_shuts_it_down_and_received_messages_are_stored() {
    for (signal, code) in [(Signal::SIGTERM, 0), (Signal::SIGHUP, 0), (Signal::SIGINT, 130)] {
        let (directory, kodemon) = start();
        for _ in 0..100 {
            kodemon.call("a.rs-f", 0.001, 0.0);
        }
        assert_eq!(kodemon.server.end(signal), Some(code), "{signal}");
        assert_eq!(mmstats::find([directory.path()]).paths(), [] as [PathBuf; 0], "{signal}");
        let again = Kodemon::start(directory.path());
        assert_eq!(again.json("/api/keys")["keys"][0]["count"], 100);
    }
}

/// As with `nohup`, or in the background of a script.
#[test]
fn signals_ignored_at_startup_stay_ignored() {
    let directory = tempfile::TempDir::new().unwrap();
    let ignored = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT];
    let kodemon = Kodemon::of(&mut ignoring(&ignored, &command(directory.path())));
    for signal in ignored {
        kodemon.server.send(signal);
        assert_eq!(kodemon.server.get("/healthz").status, 200, "{signal}");
    }
    assert_eq!(kodemon.server.end(Signal::SIGTERM), Some(0));
}

#[test]
fn an_address_in_use_is_named_in_the_error() {
    let (_directory, first) = start();
    let other = tempfile::TempDir::new().unwrap();
    let http = first.server.address.to_string();
    let udp = first.udp.to_string();
    for (arguments, expected) in [
        (["--http", &*http, "--udp", "127.0.0.1:0"], format!("can't listen on {http}: ")),
        (["--http", "127.0.0.1:0", "--udp", &*udp], format!("can't receive on {udp}: ")),
    ] {
        let run = run(without_addresses(other.path()).args(arguments));
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(&expected), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn invalid_arguments_are_reported() {
    let directory = tempfile::TempDir::new().unwrap();
    for (arguments, expected) in [
        (["--keep", "30"], "30"),
        (["--keep", "0s"], "0s"),
        (["--http", "localhost"], "localhost"),
        (["--udp", "unix:/run/k"], "unix:/run/k"),
        (["--max-keys", "0"], "0"),
        (["--max-keys", "many"], "many"),
    ] {
        let run = run(without_addresses(directory.path()).args(arguments));
        assert_eq!(run.code, Some(2), "{arguments:?}");
        assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn an_unknown_store_kind_is_an_error_that_lists_the_known_ones() {
    let directory = tempfile::TempDir::new().unwrap();
    let command = |store: &str| {
        let mut command = tool(env!("CARGO_BIN_EXE_kodemon"));
        command.args(["--udp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--store", store]);
        command.current_dir(directory.path()).env("MMSTATS_PATH", directory.path());
        command
    };
    for (store, kind) in
        [("redis:foo", "redis"), ("elastik:http://u:secret@h", "elastik"), ("a\u{202e}:b", "a\\u")]
    {
        let run = run(&mut command(store));
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{store}");
        let expected =
            [&*format!("unknown kind \"{kind}"), "sqlite:", "elasticsearch:", "opensearch:"];
        assert!(expected.iter().all(|text| run.stderr.contains(text)), "{}", run.stderr);
        assert!(
            !run.stderr.contains("secret") && !run.stderr.contains('\u{202e}'),
            "{}",
            run.stderr
        );
        let left = std::fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(left, 0, "{store}: a file was created");
    }
    let kodemon = Kodemon::of(&mut command("./redis:foo"));
    assert!(directory.path().join("redis:foo").is_file());
    assert_eq!(kodemon.server.end(Signal::SIGTERM), Some(0));
}

#[test]
fn the_store_defaults_to_the_user_s_state_directory() {
    let home = tempfile::TempDir::new().unwrap();
    let state = home.path().join("state");
    for (variable, value, expected) in [
        ("HOME", home.path(), home.path().join(".local/state/kodemon/kodemon.db")),
        ("XDG_STATE_HOME", &*state, state.join("kodemon/kodemon.db")),
    ] {
        let mut command = tool(env!("CARGO_BIN_EXE_kodemon"));
        command.args(["--udp", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
        command.env("MMSTATS_PATH", home.path()).env_remove("XDG_STATE_HOME");
        command.env("HOME", "/nonexistent").env(variable, value);
        let kodemon = Kodemon::of(&mut command);
        assert!(expected.is_file(), "{}", expected.display());
        assert_eq!(kodemon.server.end(Signal::SIGTERM), Some(0));
    }
}

/// As for a service user without a home directory.
#[test]
fn a_state_directory_that_cannot_be_created_is_an_error_that_names_the_option() {
    let directory = tempfile::TempDir::new().unwrap();
    let home = directory.path().join("home");
    File::create(&home).unwrap();
    let mut command = tool(env!("CARGO_BIN_EXE_kodemon"));
    command.args(["--udp", "127.0.0.1:0", "--http", "127.0.0.1:0"]).env_remove("XDG_STATE_HOME");
    let run = run(command.env("MMSTATS_PATH", directory.path()).env("HOME", &home));
    let reason = "Not a directory (os error 20); use --store";
    let reported = format!("kodemon: {}/.local/state/kodemon: {reason}\n", home.display());
    assert_eq!((run.code, run.stderr), (Some(2), reported));
}

#[test]
fn help_and_man_page_list_the_options() {
    let help = run(tool(env!("CARGO_BIN_EXE_kodemon")).arg("--help"));
    let man = run(tool(env!("CARGO_BIN_EXE_kodemon")).args(["--generate", "man"]));
    for run in [&help, &man] {
        assert_eq!((run.code, &*run.stderr), (Some(0), ""));
    }
    let options =
        ["udp", "http", "host", "store", "keep", "trust-clock", "token", "max-keys", "verbose"];
    for option in options {
        assert!(help.stdout.contains(&format!("--{option}")), "{option}");
        let in_roff = format!("\\-\\-{}", option.replace('-', "\\-"));
        assert!(man.stdout.contains(&in_roff), "{option}");
    }
}

/// The man page used to be lost silently.
#[test]
fn a_man_page_that_cannot_be_written_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let man = run_into(tool(env!("CARGO_BIN_EXE_kodemon")).args(["--generate", "man"]), full);
    let message = "kodemon: writing to stdout failed: No space left on device (os error 28)\n";
    assert_eq!((man.code, man.stderr.as_str()), (Some(2), message));
}
