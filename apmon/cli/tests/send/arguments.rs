//! Parameters, destinations, passwords and the time as arguments.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use apmon::wire::Packet;
use mmstats_testing::command::{run, tool};
use tempfile::TempDir;

use crate::receiver::{Receiver, send, shown};

#[test]
fn values_are_sent_as_what_they_are() {
    let receiver = Receiver::start();
    let mut command = receiver.command();
    command.args(["Shop", "web-1", "orders=17", "ciudad=C\u{e1}diz", "big=3000000000"]);
    command.args(["load:d=1", "build:s=17", "none=", "bad=nan"]);
    command.arg(OsStr::from_bytes(b"caf\xe9=\xff"));
    let run = run(&mut command);
    assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(0), "", ""));
    let packet = receiver.packet();
    let expected = "Shop web-1 orders=I32(17) ciudad=\"C\u{e1}diz\" big=F64(3000000000.0) \
                    load=F64(1.0) build=\"17\" none=\"\" bad=\"nan\" caf\u{fffd}=\"\u{fffd}\"";
    assert_eq!(shown(&packet), expected);
    let packet = Packet::decode(&packet).unwrap();
    let header = packet.header.unwrap();
    assert_eq!((header.version, header.password), (&b"2.2.4-rs"[..], &b""[..]));
    assert_eq!(header.numbering.unwrap().sequence, 1);
    assert_eq!((packet.parameters.last().unwrap().name, packet.time), (&b"caf\xe9"[..], None));
    assert!(receiver.is_quiet(), "one packet");
}

#[test]
fn a_node_may_be_empty_and_a_time_is_sent() {
    let receiver = Receiver::start();
    for time in ["2026-11-21T10:00:00Z", "1795255200"] {
        let run = run(receiver.command().args(["Shop", "", "a=1", "--time", time]));
        assert_eq!((run.code, &*run.stderr), (Some(0), ""));
        let packet = receiver.packet();
        assert_eq!(shown(&packet), "Shop  a=I32(1)");
        assert_eq!(Packet::decode(&packet).unwrap().time, Some(1_795_255_200));
    }
}

#[test]
fn each_destination_gets_each_packet_and_verbose_says_so() {
    let receivers = [Receiver::start(), Receiver::start()];
    let [first, second] = receivers.each_ref().map(Receiver::address);
    let parameters: Vec<_> = (0..200).map(|number| format!("parameter{number}=1")).collect();
    let mut command = send();
    command.args(["-v", "-d", &first, "-d", &second, "-d", &first, "Shop", "web-1"]);
    let run = run(command.args(&parameters));
    let packets = receivers.each_ref().map(Receiver::packets);
    assert_eq!((packets[0].len(), packets[1].len()), (4, 4));
    let summary =
        format!("apmon: 4 packets with 200 parameters to {first}, {second}: 8 sent, 0 not sent\n");
    assert_eq!((run.code, run.stderr), (Some(0), summary));
    for packets in packets {
        let names: Vec<_> = packets
            .iter()
            .flat_map(|packet| Packet::decode(packet).unwrap().parameters)
            .map(|parameter| String::from_utf8_lossy(parameter.name).into_owned() + "=1")
            .collect();
        assert_eq!(names, parameters);
    }
}

#[test]
fn a_configuration_has_destinations_passwords_and_options() {
    let receiver = Receiver::start();
    let lines = format!("{} from-config\nxApMon_maxMsgSize = 512\n", receiver.address());
    let (_directory, config) = private_file(&lines);
    let parameters = (0..60).map(|number| format!("parameter{number}=1"));
    let mut command = send();
    command.arg("--config").arg(&config).args(["Shop", "web-1"]).args(parameters);
    let run = run(command.env("APMON_PASSWORD", "from-environment"));
    assert_eq!((run.code, &*run.stderr), (Some(0), ""));
    let packets = receiver.packets();
    assert!(packets.len() > 2 && packets.iter().all(|packet| packet.len() <= 512));
    assert!(packets.iter().all(|packet| password(packet) == b"from-config"));
}

#[test]
fn a_password_is_in_the_environment_or_a_file_and_never_in_an_argument() {
    let receiver = Receiver::start();
    let (_directory, file) = private_file("from-file\n");
    let command = || {
        let mut command = receiver.command();
        command.args(["Shop", "web-1", "a=1"]);
        command
    };
    let by_variable = run(command().env("APMON_PASSWORD", "from-environment"));
    assert_eq!((by_variable.code, &*by_variable.stderr), (Some(0), ""));
    assert_eq!(password(&receiver.packet()), b"from-environment");

    let mut by_file = command();
    by_file.arg("--password-file").arg(&file).env("APMON_PASSWORD", "from-environment");
    let by_file = run(&mut by_file);
    assert_eq!((by_file.code, &*by_file.stderr), (Some(0), ""));
    assert_eq!(password(&receiver.packet()), b"from-file");

    let destination = format!("{} secret", receiver.address());
    let refused = run(send().args(["-d", &destination, "Shop", "web-1", "a=1"]));
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("APMON_PASSWORD or --password-file"), "{}", refused.stderr);
    assert!(receiver.is_quiet());
}

/// Who mends the wrong one and tries again would send the others twice.
#[test]
fn nothing_is_sent_if_an_argument_is_wrong() {
    let receiver = Receiver::start();
    for (arguments, reason) in [
        (["a=1", "b"], "apmon: expected NAME=VALUE, found \"b\"\n"),
        (["a=1", "b:i=x"], "expected a whole number"),
        (["a=1", "--time=0"], "to 2038-01-19"),
        (["a=1", "--max-rate=0"], "1..=1000000"),
        (["a=1", "--stdin"], "cannot be used with"),
        (["a=1", "--config=none"], "cannot be used with"),
        (["a=1", "--password-file=/nonexistent"], "/nonexistent: No such file"),
    ] {
        let run = run(receiver.command().args(["Shop", "web-1"]).args(arguments));
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{arguments:?}");
        assert!(run.stderr.contains(reason), "{arguments:?}: {}", run.stderr);
    }
    assert!(receiver.is_quiet());
    for (arguments, reason) in [
        (vec!["Shop", "web-1", "a=1"], "--destination <HOST[:PORT]>"),
        (vec!["-d", "h:0", "Shop", "web-1", "a=1"], "expected a port from 1 to 65535"),
        (vec!["-c", "/nonexistent", "Shop", "web-1", "a=1"], "/nonexistent: No such file"),
        (vec!["-d", "h", "Shop", "web-1"], "NAME[:TYPE]=VALUE"),
    ] {
        let run = run(send().args(&arguments));
        assert_eq!(run.code, Some(2), "{arguments:?}");
        assert!(run.stderr.contains(reason), "{arguments:?}: {}", run.stderr);
    }
}

/// At first 13 packets may go at one a second, after half a second the next one, and so on.
#[test]
fn packets_that_the_rate_holds_back_for_too_long_are_reported_and_not_sent() {
    let receiver = Receiver::start();
    let text = "x".repeat(1_300);
    let unsent = [14, 15, 17].map(|count| {
        let mut command = receiver.command();
        command.args(["Shop", "web-1", "--max-rate", "1"]);
        command.args((0..count).map(|number| format!("p{number}={text}")));
        let run = run(&mut command);
        let unsent = count - receiver.packets().len();
        let (code, report) = match unsent {
            0 => (0, String::new()),
            _ => (2, format!("apmon: packets not sent: {unsent}\n")),
        };
        assert_eq!((run.code, run.stderr), (Some(code), report), "{count}");
        unsent
    });
    assert!(unsent[2] > 0, "{unsent:?}");
}

#[test]
fn what_no_packet_can_hold_is_an_error_and_the_rest_is_sent() {
    let receiver = Receiver::start();
    let large = format!("large={}", "x".repeat(9_000));
    let part = run(receiver.command().args(["Shop", "web-1", "a=1", &large, "b=2"]));
    assert_eq!(part.code, Some(2));
    assert!(part.stderr.contains("parameter 'large' is left out"), "{}", part.stderr);
    assert_eq!(shown(&receiver.packet()), "Shop web-1 a=I32(1) b=I32(2)");

    let all = run(receiver.command().args(["Shop", "web-1", &large]));
    assert!(all.stderr.ends_with("apmon: there is no parameter to send\n"), "{}", all.stderr);
    assert_eq!(all.code, Some(2));
    assert!(receiver.is_quiet());
}

#[test]
fn a_destination_without_an_address_is_named_and_the_others_get_their_packets() {
    let receiver = Receiver::start();
    let run = run(receiver.command().args(["-d", "nowhere.invalid", "Shop", "web-1", "a=1"]));
    assert_eq!(run.code, Some(2));
    for reason in ["nowhere.invalid:8884: no address is known after 5s", "packets not sent: 1"] {
        assert!(run.stderr.contains(reason), "{}", run.stderr);
    }
    assert_eq!(shown(&receiver.packet()), "Shop web-1 a=I32(1)");
}

#[test]
fn help_and_man_page_list_the_options() {
    let help = run(send().arg("--help"));
    let man = run(tool(env!("CARGO_BIN_EXE_apmon")).args(["--generate", "man"]));
    for run in [&help, &man] {
        assert_eq!((run.code, &*run.stderr), (Some(0), ""));
    }
    for option in ["destination", "config", "password-file", "time", "max-rate", "stdin", "verbose"]
    {
        assert!(help.stdout.contains(&format!("--{option}")), "{option}");
    }
    assert!(help.stdout.contains("APMON_PASSWORD"));
}

#[track_caller]
fn password(packet: &[u8]) -> &[u8] {
    Packet::decode(packet).unwrap().header.unwrap().password
}

/// A file that others can't read.
fn private_file(content: &str) -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, content).unwrap();
    let set = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o600));
    set(&path).unwrap();
    (directory, path)
}
