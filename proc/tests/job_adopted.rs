//! A job of five generations whose parents end first, below a process that adopts the orphans. This is a
//! program of its own: it waits for any child.

use std::collections::HashSet;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mmstats_proc::Roots;
use mmstats_proc::process::{Table, Tree};
use mmstats_proc::units::ticks_as_seconds;
use nix::errno::Errno;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

/// Each generation works, by itself and in a child for which it waits, starts two of the next and ends.
const JOB: &str = r"
work() { i=0; while [ $i -lt $1 ]; do i=$((i + 1)); done; }
generation() {
    work 15000
    (work 3000)
    if [ $1 -lt 5 ]; then
        (generation $(($1 + 1))) &
        (generation $(($1 + 1))) &
    fi
    (work 100) &
}
generation 1
";

#[test]
#[expect(clippy::zombie_processes, reason = "`waitpid` waits for it, too")]
fn an_adopted_job_uses_what_wait4_reports() {
    let roots = Roots::default();
    set_child_subreaper(true).unwrap();
    let mut tree = Tree::below(&roots, std::process::id()).unwrap();
    let command = Command::new("sh").args(["-c", JOB]).stdin(Stdio::null()).spawn().unwrap();
    assert!(tree.set_root(&roots, command.id()));
    let deadline = Instant::now() + Duration::from_mins(2);
    let mut seen = HashSet::new();
    let (mut last, mut passes, mut waited) = (0, 0, 0);
    loop {
        tree.update(&roots, &Table::read(&roots).unwrap());
        seen.extend(tree.processes().iter().map(|it| (it.pid, it.start_time)));
        assert!(tree.cpu_time() >= last, "it fell from {last} to {}", tree.cpu_time());
        last = tree.cpu_time();
        passes += 1;
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => {}
            Ok(_) => waited += 1,
            Err(Errno::ECHILD) => break,
            Err(error) => panic!("{error}"),
        }
        assert!(Instant::now() < deadline, "the job doesn't end");
    }
    tree.update(&roots, &Table::read(&roots).unwrap());
    assert!(tree.processes().is_empty());
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let used = (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6;
    let counted = ticks_as_seconds(tree.cpu_time());
    println!(
        "{passes} passes, {} processes, {waited} adopted; {counted} s of {used} s",
        seen.len()
    );
    assert!(waited >= 31, "the command and 2 + 4 + 8 + 16 orphans, not {waited}");
    assert!((counted - used).abs() <= 0.02, "{counted} s counted, {used} s used");
}
