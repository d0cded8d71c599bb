//! What the arguments of `apmon monitor` do.

use std::io::{BufRead, BufReader};
use std::process::{self, Command, Stdio};

use mmstats_testing::command::tool;
use mmstats_testing::figures::FigureReceiver;
use nix::sys::signal::Signal::SIGTERM;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::monitor::{Monitor, command};

#[test]
fn the_host_has_the_names_of_the_arguments_and_options_their_values() {
    let receiver = FigureReceiver::start();
    let names = ["--cluster", "Tier2_Nodes", "--node", "wn001"];
    let options = ["--set", "sys_interval=1", "--set", "xApMon_sys_uptime=off"];
    let _monitor = Monitor::start(&receiver, &[names, options].concat());
    let packet = receiver.next();
    assert_eq!((packet.cluster.as_str(), packet.node.as_str()), ("Tier2_Nodes", "wn001"));
    assert!(packet.has("load1") && !packet.has("uptime"));
}

#[test]
fn a_job_without_a_process_is_reported_and_the_others_go_on() {
    let receiver = FigureReceiver::start();
    let mut ended = Command::new("true").spawn().unwrap();
    ended.wait().unwrap();
    let (gone, here) = (ended.id().to_string(), format!("{},,here", process::id()));
    let arguments = ["--job", &gone, "--job", &here];
    let mut command = command(&["-d", &receiver.destination()]);
    let mut child = command.args(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let expected = format!("apmon: --job {gone}: there is no process {gone}");
    assert_eq!(lines.next().unwrap().unwrap(), expected);
    assert!(lines.next().unwrap().unwrap().contains("sending figures"));
    kill(Pid::from_raw(child.id().cast_signed()), SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert_eq!(receiver.next().node, "here");
}

#[test]
fn wrong_arguments_are_errors_that_say_what_is_expected() {
    for (arguments, expected) in [
        (&["-d", "127.0.0.1", "--job", "x"][..], "expected a process id"),
        (&["-d", "127.0.0.1", "--set", "sys_laod1=off"], "sys_load1"),
        (&["-d", "127.0.0.1", "--set", "sys_load1"], "expected NAME=VALUE"),
        (&["-d", "127.0.0.1", "--interval", "25h"], "must be between 1s and a day"),
        (&["-d", "127.0.0.1:0"], "port"),
        (&[], "--destination"),
        (&["--config", "/nonexistent"], "/nonexistent"),
    ] {
        let mut command = tool(env!("CARGO_BIN_EXE_apmon"));
        let output = command.arg("monitor").args(arguments).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
}
