//! A job of five generations whose parents end first, so that their children are adopted.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use mmstats_testing::TIMEOUT;
use mmstats_testing::figures::FigureReceiver;
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use crate::command::{apmon_to, end};

/// Each generation works, by itself and in a child for which it waits, starts two of the next and ends. All
/// of its processes say at their end what they are and what they used. The root stays until it is told to
/// end.
const JOB: &str = r#"
work() { i=0; while [ $i -lt $1 ]; do i=$((i + 1)); done; }
report() { read -r stat < /proc/self/stat; echo "$stat"; }
generation() {
    if [ $1 -lt 5 ]; then
        (generation $(($1 + 1))) &
        (generation $(($1 + 1))) &
    fi
    (work 5000; report) &
    (work 15000; report)
    work 50000
    report
}
(generation 1) &
wait
read -r go
exit 3
"#;
/// 1 + 2 + 4 + 8 + 16 generations of three processes each.
const PROCESSES: usize = 93;
/// The unit of the kernel's times, in seconds.
const TICK: f64 = 0.01;

#[test]
fn processor_time_never_falls_and_is_what_all_processes_used() {
    let receiver = FigureReceiver::start();
    let mut command = apmon_to(&receiver);
    command.args(["--interval", "1s", "--", "sh", "-c", JOB]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let reports = BufReader::new(child.stdout.take().unwrap()).lines().take(PROCESSES);
    let reports: Vec<_> = reports.map(|line| Stat::parse(&line.unwrap())).collect();
    assert_eq!(reports.len(), PROCESSES);
    // Somebody has waited for each of them.
    let deadline = Instant::now() + TIMEOUT;
    while reports.iter().any(|stat| path(stat.pid).exists()) {
        assert!(Instant::now() < deadline, "they aren't reaped");
        thread::sleep(Duration::from_millis(5));
    }
    // At least one packet is sent before the last one; while the job works there are more.
    let first = receiver.next();
    drop(child.stdin.take());

    // What the kernel says about the children of one that isn't reaped yet is what `wait4` said to it.
    let apmon = Pid::from_raw(child.id().cast_signed());
    waitid(Id::Pid(apmon), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
    let stat = fs::read_to_string(path(child.id())).unwrap();
    let waited_for = Stat::parse(&stat).of_children;
    assert_eq!(end(&mut child), Some(3));

    let packets: Vec<_> = [first].into_iter().chain(receiver.waiting()).collect();
    let times: Vec<_> = packets.iter().map(|packet| packet.numbers["cpu_time"]).collect();
    let last = *times.last().unwrap();
    let reported: f64 = reports.iter().map(|stat| stat.own).sum();
    println!("{times:?}; waited for: {waited_for}; reported: {reported}");
    assert!(times.is_sorted(), "{times:?}");
    assert!(packets.len() > 1 && packets.last().unwrap().has("exit_code"));
    // Two times, cut to ticks.
    assert!((last - waited_for).abs() <= 2.0 * TICK, "{last} is sent, {waited_for} is right");
    // As above, for each process and the root.
    let bound = 2.0 * TICK * (PROCESSES + 1) as f64;
    assert!((reported..reported + bound).contains(&last), "{last} is sent, {reported} reported");
}

/// What `/proc/PID/stat` says.
struct Stat {
    pid: u32,
    /// User and system time in seconds.
    own: f64,
    /// The same of children that were waited for.
    of_children: f64,
}

impl Stat {
    /// Of a process whose name has no space.
    fn parse(line: &str) -> Self {
        let fields: Vec<_> = line.split_whitespace().collect();
        let time = |number: usize| fields[number - 1].parse::<f64>().unwrap() * TICK;
        Self {
            pid: fields[0].parse().unwrap(),
            own: time(14) + time(15),
            of_children: time(16) + time(17),
        }
    }
}

fn path(pid: u32) -> PathBuf {
    format!("/proc/{pid}/stat").into()
}
