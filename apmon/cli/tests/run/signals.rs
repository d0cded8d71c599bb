//! Signals that other processes send.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::{self, Command};
use std::thread;

use mmstats_testing::TIMEOUT;
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::command::{run, within};
use mmstats_testing::required::is_installed;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use signal_hook::iterator::Signals;

use crate::command::apmon_run;

/// Those that a process can get and live on.
const SIGNALS: [Signal; 9] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGWINCH,
    Signal::SIGXCPU,
];
/// The role of a command that says which signals it gets.
const ROLE: &str = "signals::says_which_signals_it_gets";

#[test]
#[ignore = "the command"]
fn says_which_signals_it_gets() {
    let mut signals = Signals::new(SIGNALS.map(|signal| signal as i32)).unwrap();
    // Whoever waits for a signal that doesn't come fails.
    thread::spawn(|| {
        thread::sleep(TIMEOUT);
        process::exit(1);
    });
    play(|line| match line {
        "pid" => process::id().to_string(),
        _ => signals.forever().next().unwrap().to_string(),
    });
}

/// The command, whose pid is that of `apmon run`. That ends as this program.
pub fn command(apmon: Command) -> Actor {
    let mut command = Actor::start_by(apmon, ROLE);
    // It has its handlers when it answers, and signals are passed on when one was.
    command.ask("pid");
    kill(command.pid(), Signal::SIGUSR2).unwrap();
    assert_eq!(next(&mut command), Signal::SIGUSR2);
    command
}

/// `apmon run` with this program.
pub fn apmon_run_this() -> Command {
    apmon_run(env::current_exe().unwrap())
}

/// The next signal that it gets.
#[track_caller]
pub fn next(command: &mut Actor) -> Signal {
    let number: i32 = command.ask("next").parse().unwrap();
    Signal::try_from(number).unwrap()
}

#[test]
fn each_signal_is_passed_on_once() {
    let mut command = command(apmon_run_this());
    for signal in SIGNALS {
        for _ in 0..3 {
            kill(command.pid(), signal).unwrap();
            assert_eq!(next(&mut command), signal);
        }
    }
    command.end();
}

/// It waits for the command, as it may be sent to `apmon run` at any moment.
#[test]
fn a_signal_that_comes_before_the_command_is_started_is_passed_on() {
    if !is_installed("perl") {
        return;
    }
    // It is blocked first and sent then, and the program becomes `apmon run`.
    let mut sender = Command::new("perl");
    sender
        .args(["-MPOSIX", "-e"])
        .arg("sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM)); kill 'TERM', $$; exec @ARGV");
    let mut receiver = apmon_run("perl");
    receiver
        .args(["-MPOSIX", "-e"])
        .arg("sigprocmask(SIG_UNBLOCK, POSIX::SigSet->new(SIGTERM)); sleep 60");
    let run = run(&mut within(sender, &receiver));
    assert_eq!((run.code, &*run.stderr), (Some(128 + Signal::SIGTERM as i32), ""));
}

#[test]
fn it_stops_and_continues_with_the_command() {
    let mut apmon = apmon_run_this();
    apmon.process_group(0);
    let mut command = command(apmon);
    for signal in [Signal::SIGTSTP, Signal::SIGTTIN, Signal::SIGTTOU] {
        killpg(command.pid(), signal).unwrap();
        let status = waitpid(command.pid(), Some(WaitPidFlag::WUNTRACED)).unwrap();
        assert_eq!(status, WaitStatus::Stopped(command.pid(), signal));
        killpg(command.pid(), Signal::SIGCONT).unwrap();
        kill(command.pid(), Signal::SIGUSR1).unwrap();
        assert_eq!(next(&mut command), Signal::SIGUSR1);
    }
    command.end();
}
