//! A job of five generations that wait for their children, seen from outside.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mmstats_proc::Roots;
use mmstats_proc::process::{Table, Tree};
use mmstats_proc::units::ticks_as_seconds;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

const JOB: &str = r"
work() { i=0; while [ $i -lt $1 ]; do i=$((i + 1)); done; }
generation() {
    if [ $1 -lt 5 ]; then
        (generation $(($1 + 1))) &
        (generation $(($1 + 1)))
        wait
    fi
    work 15000
}
read go
generation 1
echo done
read go
";

#[test]
fn a_job_uses_what_wait4_reports() {
    let roots = Roots::default();
    let mut command = Command::new("sh")
        .args(["-c", JOB])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut tree = Tree::of(&roots, command.id()).unwrap();
    let mut input = command.stdin.take().unwrap();
    let mut output = command.stdout.take().unwrap();
    input.write_all(b"\n").unwrap();
    let reader = std::thread::spawn(move || {
        let mut done = [0; 5];
        output.read_exact(&mut done).unwrap();
    });
    let deadline = Instant::now() + Duration::from_mins(2);
    let (mut last, mut most) = (0, 0);
    while !reader.is_finished() {
        tree.update(&roots, &Table::read(&roots).unwrap());
        assert!(tree.cpu_time() >= last, "it fell from {last} to {}", tree.cpu_time());
        last = tree.cpu_time();
        most = most.max(tree.processes().len());
        assert!(Instant::now() < deadline, "the job doesn't end");
    }
    reader.join().unwrap();
    tree.update(&roots, &Table::read(&roots).unwrap());
    assert_eq!(tree.processes().len(), 1, "the root waits for input");
    drop(input);
    let counted = ticks_as_seconds(tree.cpu_time());
    command.wait().unwrap();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let used = (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6;
    println!("at most {most} processes at once; {counted} s of {used} s");
    assert!(most >= 5, "five generations at once, not {most}");
    // The root's own time, and that for which it waited, are each cut to ticks twice.
    assert!(counted <= used && used - counted <= 0.05, "{counted} s counted, {used} s used");
}
