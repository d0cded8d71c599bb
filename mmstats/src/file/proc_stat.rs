//! The fields of `/proc/PID/stat` that show whether a pid still belongs to the same process.

/// The fields that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcStat {
    /// It has ended, and its parent hasn't waited for it.
    pub is_zombie: bool,
    /// Clock ticks since boot.
    pub start_time: u64,
}

/// Positions behind the command, the only field that may contain spaces.
const STATE: usize = 0;
const THREADS: usize = 17;
const START_TIME: usize = 19;

impl ProcStat {
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let command_end = text.iter().rposition(|&byte| byte == b')')?;
        let text = str::from_utf8(&text[command_end + 1..]).ok()?;
        let fields: Vec<&str> = text.split_ascii_whitespace().take(START_TIME + 1).collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        // A main thread that ended before the others is shown as a zombie too.
        let ended = matches!(*fields.get(STATE)?, "Z" | "X");
        Some(Self { is_zombie: ended && number(THREADS)? <= 1, start_time: number(START_TIME)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(state: &str, threads: u32) -> Option<ProcStat> {
        let text = format!(
            "42 (a) b) (c) {state} 1 42 42 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 {threads} 0 77123 99 1 2"
        );
        ProcStat::parse(text.as_bytes())
    }

    #[test]
    fn a_command_may_have_any_characters() {
        let expected = ProcStat { is_zombie: false, start_time: 77_123 };
        assert_eq!(parse("S", 3), Some(expected));
        assert_eq!(ProcStat::parse(b"42 (a b"), None);
        assert_eq!(ProcStat::parse(b"42 (a) S 1 2"), None);
    }

    #[test]
    fn a_zombie_has_no_threads_that_live_on() {
        assert!(parse("Z", 1).unwrap().is_zombie);
        assert!(!parse("Z", 2).unwrap().is_zombie);
    }
}
