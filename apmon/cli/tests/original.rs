//! The original ApMon for Python, which needs Python 2: `apmon receive` understands what it sends.
//! `ci/peers` installs it and runs these tests.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use mmstats_testing::command::{run, tool};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Sends to an address with a password: each type with a time and without, what it can't send, and
/// more than a packet holds.
const SEND: &str = r"
import os, sys
# Its instance is the process id times 65,536, and above 32,767 that is no i32.
os.getpid = lambda: 7
import apmon
from Logger import Logger
address = sys.argv[1]
off = {'sys_monitoring': False, 'job_monitoring': False, 'general_info': False}
sender = apmon.ApMon({address + ' secret': off}, Logger.FATAL)
sender.enableBgMonitoring(False)
sender.sendTimedParameters('tier2', 'wn1', 1795255200, [
    ('float', 0.5), ('int', -17), ('big', 3000000000), ('text', 'C\xc3\xa1diz'), ('odd', u'x'), ('', 1)])
sender.sendParameters(None, 'wn2', [('latin1', 'caf\xe9')])
sender.sendParameters('tier2', '', [('bulk_%03d' % n, n / 2.0) for n in range(60)])
sender.free()
";

/// Sends by a configuration file.
const SEND_BY_FILE: &str = "
import os, sys
os.getpid = lambda: 7
import apmon
from Logger import Logger
sender = apmon.ApMon([sys.argv[1]], Logger.FATAL)
sender.sendParameters('tier2', 'wn1', [('float', 0.5)])
sender.free()
";

/// `apmon receive` on a free port, for packets with the password `secret`.
struct Receiver {
    child: Child,
    address: String,
    _stats: TempDir,
}

impl Receiver {
    fn start() -> Self {
        let stats = TempDir::new().unwrap();
        let password = stats.path().join("password");
        fs::write(&password, "secret").unwrap();
        fs::set_permissions(&password, Permissions::from_mode(0o600)).unwrap();
        let mut command = tool(env!("CARGO_BIN_EXE_apmon"));
        command.args(["receive", "-o", "json", "--udp", "127.0.0.1:0"]);
        command.arg("--password-file").arg(password).env("MMSTATS_PATH", stats.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("apmon: receiving on udp://");
        let address = address.unwrap_or_else(|| panic!("no address: {line}")).to_owned();
        Self { child, address, _stats: stats }
    }

    /// The next packets.
    fn packets(&mut self, count: usize) -> Vec<Value> {
        let lines = BufReader::new(self.child.stdout.take().unwrap()).lines().take(count);
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "run by ci/peers"]
fn we_receive_what_the_original_sends() {
    let mut receiver = Receiver::start();
    python(SEND, &receiver.address);
    let packets = receiver.packets(4);
    let of = |key: &str| packets.iter().map(|packet| packet[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("version"), vec![json!("2.17.02-py"); 4]);
    assert_eq!(of("sequence"), [1, 2, 3, 4]);
    assert!(of("instance").iter().all(|instance| *instance == packets[0]["instance"]));
    assert_eq!(of("time"), [json!(1_795_255_200), Value::Null, Value::Null, Value::Null]);
    assert_eq!(of("cluster"), ["tier2"; 4]);
    assert_eq!(of("node"), ["wn1", "wn2", "", ""]);

    // It sends integers as floats, and leaves out a text of its type `unicode`.
    let single = of("parameters");
    let types =
        json!([["float", 5, 0.5], ["int", 5, -17.0], ["big", 5, 3e9], ["text", 0, "C\u{e1}diz"]]);
    assert_eq!(single[0], types);
    assert_eq!(single[1], json!([["latin1", 0, {"hex": "636166e9"}]]));
    let bulk: Vec<_> = single[2..].iter().flat_map(|it| it.as_array().unwrap().clone()).collect();
    let expected = (0..60).map(|n| json!([format!("bulk_{n:03}"), 5, f64::from(n) / 2.0]));
    assert_eq!(bulk, expected.collect::<Vec<_>>());
}

/// A file as operators have it: the original and `apmon send` take the same from it.
#[test]
#[ignore = "run by ci/peers"]
fn both_send_by_the_same_configuration() {
    let mut receiver = Receiver::start();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("apmon.conf");
    let address = &receiver.address;
    let text = format!(
        "# MonALISA\n\n \t{address}\tsecret\nxApMon_loglevel = FATAL\nxApMon_maxMsgRate=50\n\
         xApMon_sys_monitoring = off\nxApMon_job_monitoring = off\nxApMon_general_info = off\n"
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    python(SEND_BY_FILE, path.as_os_str());
    let mut ours = tool(env!("CARGO_BIN_EXE_apmon"));
    ours.args(["send", "tier2", "wn1", "float=0.5", "--config"]).arg(&path);
    let ours = run(&mut ours);
    assert_eq!((ours.code, &*ours.stderr), (Some(0), ""));
    let packets = receiver.packets(2);
    assert_eq!([&packets[0]["version"], &packets[1]["version"]], ["2.17.02-py", "2.2.4-rs"]);
    for packet in packets {
        assert_eq!(packet["parameters"], json!([["float", 5, 0.5]]), "{packet}");
    }
}

/// Runs a script that prints nothing.
fn python(script: &str, argument: impl AsRef<OsStr>) {
    let python = std::env::var_os("APMON_PEER_PYTHON").expect("ci/peers sets it");
    let run = run(Command::new(python).args(["-c", script]).arg(argument));
    assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(0), "", ""));
}
