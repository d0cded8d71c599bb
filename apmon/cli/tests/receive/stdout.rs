//! A stdout that isn't read, is closed, or is full.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::Signal;

use crate::packets::numbered;
use crate::receiver::Receiver;

/// Maximum time of a shutdown: 2 s, with a margin for a busy machine.
const END: Duration = Duration::from_secs(20);

/// `apmon receive | head -1`
#[test]
fn it_ends_when_nobody_reads_any_more_also_without_another_packet() {
    let mut receiver = Receiver::start(&[]);
    receiver.send(&numbered(7, 1));
    let mut stdout = BufReader::new(receiver.stdout());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.starts_with("Shop "), "{line}");
    drop(stdout);
    assert_eq!(receiver.ended(), Some(0));
    assert_eq!(receiver.reports(), [""; 0]);
}

#[test]
fn an_unread_stdout_stops_nothing_and_no_line_is_cut() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    // Whole pages, so that a line would be cut by the end of one.
    fcntl(&writer, FcntlArg::F_SETPIPE_SZ(8_192)).unwrap();
    let mut receiver = Receiver::start_into(&["-o", "json"], writer);
    let (mut sent, mut sequence) = (0, 0);
    let counts = loop {
        for _ in 0..1_000 {
            sequence += 1;
            receiver.send(&numbered(7, sequence));
        }
        sent += 1_000;
        let counts = receiver.until(|counts| counts["packets"] + counts["dropped.kernel"] == sent);
        if counts["dropped.queue"] > 0 {
            break counts;
        }
    };
    assert!(counts["waiting"] > 0 && counts["shown"] > 0, "{counts:?}");
    let began = Instant::now();
    receiver.signal(Signal::SIGTERM);
    assert_eq!(receiver.ended(), Some(0));
    assert!(began.elapsed() < END, "{:?}", began.elapsed());
    // Unless shutdown is forced on a slow machine.
    if let [report] = &*receiver.reports() {
        let expected = format!("apmon: stdout isn't read: {} packets not shown", counts["waiting"]);
        assert_eq!(*report, expected);
    }
    let mut shown = String::new();
    reader.read_to_string(&mut shown).unwrap();
    assert!(shown.ends_with("}\n"), "the last line is cut");
    assert_eq!(shown.lines().count() as i64, counts["shown"]);
}

#[test]
fn what_waited_is_shown_once_it_is_read_again() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut receiver = Receiver::start_into(&[], writer);
    let packets: Vec<_> = (0..5_000).map(|sequence| numbered(7, sequence)).collect();
    receiver.send_all(&packets);
    assert!(receiver.counts()["waiting"] > 0);
    let lines = std::thread::spawn(|| BufReader::new(reader).lines().count());
    let counts = receiver.until_all_counted(5_000);
    assert_eq!(counts["shown"], 5_000);
    assert_eq!(receiver.end(Signal::SIGTERM).0, Some(0));
    assert_eq!(lines.join().unwrap(), 5_000);
}

#[test]
fn a_stdout_that_cannot_be_written_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut receiver = Receiver::start_into(&[], Stdio::from(full));
    receiver.send(&numbered(7, 1));
    assert_eq!(receiver.ended(), Some(2));
    let expected = "apmon: writing to stdout failed: No space left on device (os error 28)";
    assert_eq!(receiver.reports(), [expected]);
}
