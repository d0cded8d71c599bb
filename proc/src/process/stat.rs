//! The line of `/proc/PID/stat`.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::Roots;
use crate::text::{number, words};

/// A process, from `/proc/PID/stat`, which anybody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// The process.
    pub pid: u32,
    /// The process that waits for it to end: its parent, or who adopted it. 0 if that can't be seen.
    pub parent: u32,
    /// What it does: `R`, `S`, `D`, `T`, `t`, `Z`, `I` or a letter of a kernel to come.
    pub state: char,
    /// When it started, in clock ticks since boot. No two processes have the same `pid` and this.
    pub start_time: u64,
    /// Time in programs, of all its threads, in clock ticks.
    pub user_time: u64,
    /// Time in the kernel, in clock ticks.
    pub system_time: u64,
    /// Both times of children that ended and were waited for, and of theirs, in clock ticks. Those of
    /// children that nobody waits for, as where SIGCHLD is ignored, aren't in it.
    pub waited_time: u64,
    /// Page faults without input and output.
    pub minor_faults: u64,
    /// Page faults that waited for a disk.
    pub major_faults: u64,
    /// Threads. A process that ended has 1, or 0 in older kernels.
    pub threads: u64,
}

/// More than the line has: 52 numbers and a name.
const MAX_LINE: usize = 4096;

impl Stat {
    /// A process now. `None` if there is none, or its line is wrong.
    pub fn read(roots: &Roots, pid: u32) -> Option<Self> {
        let path = roots.of_process(pid, "stat");
        Self::read_file(&path).filter(|stat| stat.pid == pid)
    }

    pub(super) fn read_file(path: &Path) -> Option<Self> {
        let mut line = [0; MAX_LINE];
        let mut file = File::open(path).ok()?;
        // The kernel gives the whole line at once: a second call would only return that it is the end.
        let size = loop {
            match file.read(&mut line) {
                Ok(size) => break size,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The process ended after the file was opened.
                Err(_) => return None,
            }
        };
        Self::parse(&line[..size])
    }

    /// `PID (NAME) STATE PARENT …`. A name may have spaces, brackets and newlines, but nothing behind it
    /// has a bracket.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let open = line.iter().position(|&byte| byte == b'(')?;
        let close = line.iter().rposition(|&byte| byte == b')')?;
        let pid = u32::try_from(number(line[..open].trim_ascii())?).ok()?;
        let mut words = words(&line[close + 1..]);
        let &[state] = words.next()? else { return None };
        let parent = u32::try_from(number(words.next()?)?).ok()?;
        // Words count from 1; the fourth was the parent.
        let mut last = 4;
        let mut word = |index: usize| {
            let skipped = index - last - 1;
            last = index;
            words.nth(skipped).and_then(number)
        };
        Some(Self {
            pid,
            parent,
            state: state.is_ascii_graphic().then_some(char::from(state))?,
            minor_faults: word(10)?,
            major_faults: word(12)?,
            user_time: word(14)?,
            system_time: word(15)?,
            waited_time: word(16)?.checked_add(word(17)?)?,
            threads: word(20)?,
            start_time: word(22)?,
        })
    }

    /// User and system time of the process itself, in clock ticks.
    pub fn cpu_time(&self) -> u64 {
        self.user_time.saturating_add(self.system_time)
    }

    /// Whether both are the same process, perhaps at other times.
    pub fn is_same_process(&self, other: &Self) -> bool {
        (self.pid, self.start_time) == (other.pid, other.start_time)
    }

    /// Whether it ended, and only waits for its parent to notice.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'x')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> String {
        format!(
            "42 ({name}) S 7 42 42 0 -1 4194304 100 200 3 4 50 60 70 80 20 0 9 0 123456 1048576 25 \
             18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 3 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
        )
    }

    #[test]
    fn any_name_gives_the_same_figures() {
        for name in ["sh", "", "a b", ") R 1 1 (", "((", "))", "x\n1 (y) R 2", "\u{e9}\u{fffd}"] {
            let stat = Stat::parse(line(name).as_bytes()).unwrap();
            assert_eq!((stat.pid, stat.parent, stat.state), (42, 7, 'S'), "{name}");
            assert_eq!((stat.minor_faults, stat.major_faults), (100, 3), "{name}");
            assert_eq!((stat.user_time, stat.system_time), (50, 60), "{name}");
            assert_eq!((stat.waited_time, stat.threads), (150, 9), "{name}");
            assert_eq!(stat.start_time, 123_456, "{name}");
        }
    }

    #[test]
    fn a_line_that_is_cut_or_wrong_is_no_process() {
        let whole = line("sh");
        let start = whole.find(" 1048576").unwrap();
        for end in 0..start - "123456".len() {
            assert_eq!(Stat::parse(&whole.as_bytes()[..end]), None, "{end}");
        }
        for wrong in [") (", "(", "()", "1 ()", "x (sh) S 1", "1 (sh) SS 1 1", "42 (sh"] {
            assert_eq!(Stat::parse(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(Stat::parse(whole.replace(" 50 ", " -50 ").as_bytes()), None);
        assert_eq!(Stat::parse(whole.replace("42 (", "4294967338 (").as_bytes()), None);
    }
}
