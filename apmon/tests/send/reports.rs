//! Problems are reported to the program alone, and a report can do anything.

use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::{env, thread};

use apmon::config::Level;
use apmon::{ApMon, RateLimit, params};
use mmstats_testing::TIMEOUT;
use mmstats_testing::actor::play;

use crate::receiver::Receiver;

/// Meets all problems that it can.
fn meet_problems(apmon: &ApMon) {
    for _ in 0..50 {
        let _ = apmon.send(params!["nan" => f64::NAN, "" => 1, "n" => 1]);
        let _ = apmon.send([]);
    }
}

/// A report may be made by any thread of the sender, and nothing is locked meanwhile.
#[test]
fn a_report_may_send_and_wait() {
    static APMON: OnceLock<ApMon> = OnceLock::new();
    static THREADS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let receiver = Receiver::start();
    let builder = ApMon::builder().on_error(|_| {
        let apmon = APMON.wait();
        let thread = thread::current().name().unwrap_or_default().to_owned();
        THREADS.lock().unwrap().push(thread);
        apmon.send_to("from", "a report", params!["n" => 1, "" => 2]).unwrap();
        apmon.counts();
        let _ = apmon.connect(std::time::Duration::from_millis(1));
        // The thread that sends can't wait for itself.
        apmon.flush(std::time::Duration::from_millis(1));
    });
    let closed = Receiver::apart();
    let apmon = builder
        .destination("nobody..invalid")
        .unwrap()
        .destination(&receiver.destination())
        .unwrap()
        .destination(&closed.destination())
        .unwrap()
        .rate_limit(RateLimit::Queue(2))
        .max_rate(5)
        .start()
        .unwrap();
    drop(closed);
    let apmon = APMON.get_or_init(|| apmon);
    let send = || apmon.send_to("a program", "itself", params!["n" => 1, "nan" => f64::NAN]);
    for _ in 0..100 {
        send().unwrap();
    }
    // The look-up is reported by its own thread.
    while !THREADS.lock().unwrap().iter().any(|name| name == "apmon-addresses") {
        thread::yield_now();
    }
    let threads = THREADS.lock().unwrap();
    assert!(threads.iter().any(|name| name.contains("a_report_may_send")), "{threads:?}");
    // Parameter, rate, address, refused, look-up: each once.
    assert!((4..=5).contains(&threads.len()), "{threads:?}");
    let names =
        receiver.packets().iter().map(|it| it.packet().cluster.to_vec()).collect::<Vec<_>>();
    assert!(names.iter().any(|name| name == b"from"));
}

#[test]
fn a_report_has_a_level_and_one_line() {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&reports);
    let builder = ApMon::builder().destination("127.0.0.1:9 secret").unwrap();
    let builder = builder.on_error(move |report| all.lock().unwrap().push(report.clone()));
    let apmon = builder.start().unwrap();
    let name = format!("a\n\u{1b}[31m{}", "x".repeat(1_000));
    let _ = apmon.send(params![&name => f64::NAN]);
    let reports = reports.lock().unwrap();
    let (report, line) = (&reports[0], reports[0].to_string());
    assert_eq!((report.level(), report.suppressed()), (Level::Warning, 0));
    assert!(line.len() < 300 && !line.contains(char::is_control), "{line}");
    assert!(!format!("{reports:?} {apmon:?}").contains("secret"));
}

#[test]
fn a_report_that_panics_stops_nothing() {
    let receiver = Receiver::start();
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
    let builder = builder.max_rate(20).rate_limit(RateLimit::Queue(3));
    // Without a message on the terminal.
    let apmon = builder.on_error(|_| std::panic::resume_unwind(Box::new(()))).start().unwrap();
    for _ in 0..260 {
        apmon.send(params!["n" => 1, "" => 2]).unwrap();
    }
    assert_eq!(apmon.flush(TIMEOUT), 0);
    let counts = apmon.counts();
    assert_eq!((counts.packets(), counts.waiting), (260, 0));
    assert_eq!(counts.sent, receiver.packets().len() as u64);
}

#[test]
#[ignore = "a program that a test starts"]
fn program() {
    play(|port| {
        let closed = Receiver::apart().destination();
        let destinations = ["nobody..invalid", "127.1:9", &closed, &format!("127.0.0.1:{port}")];
        for limit in [RateLimit::Drop, RateLimit::Queue(1)] {
            let builder = ApMon::builder().rate_limit(limit).max_rate(1);
            let builder = destinations
                .iter()
                .fold(builder, |builder, destination| builder.destination(destination).unwrap());
            let apmon = builder.start().unwrap();
            meet_problems(&apmon);
            let _ = apmon.connect(std::time::Duration::from_millis(10));
        }
        assert!(ApMon::from_config(["/nonexistent"]).is_err());
        "done".to_owned()
    });
}

#[test]
fn nothing_is_ever_printed() {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--exact", "reports::program"])
        .env("MMSTATS_TEST_ACTOR", "reports::program")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let receiver = Receiver::start();
    writeln!(child.stdin.take().unwrap(), "{}", receiver.port()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let printed = String::from_utf8(output.stdout).unwrap();
    let of_the_harness = ["running ", "test ", "answer: done"];
    let is_other = |line: &&str| !of_the_harness.iter().any(|begin| line.contains(begin));
    let others: Vec<_> = printed.lines().filter(|line| !line.is_empty()).filter(is_other).collect();
    assert_eq!(others, [""; 0], "{printed}");
}
