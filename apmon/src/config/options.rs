//! Options and their defaults.

use std::time::Duration;

/// The options of a configuration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// `loglevel`: which reports are passed on. Default: warnings and worse.
    pub level: Level,
    /// `maxMsgRate`: packets a second. Default: 20.
    pub max_rate: u32,
    /// `maxMsgSize`: bytes of a packet, 512 to 8,192. Default: 1,440.
    pub max_size: usize,
    /// `conf_recheck`, `recheck_interval`: when sources are read again, if they are. Default: every
    /// 600 s; never sooner than 30 s.
    pub recheck: Option<Duration>,
    /// `sys_monitoring`, `sys_interval`. Default: every 120 s.
    pub system: Monitoring,
    /// `job_monitoring`, `job_interval`. Default: every 120 s.
    pub jobs: Monitoring,
    /// `general_info`: with every second `sys_interval`. Default: on.
    pub general_info: bool,
    /// `extras`: figures that the originals lack. Default: on.
    pub extras: bool,
}

/// Whether figures are collected, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monitoring {
    /// Whether they are.
    pub enabled: bool,
    /// The time between two packets.
    pub interval: Duration,
}

/// How important a report is; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names of the originals")]
pub enum Level {
    Off,
    Fatal,
    Error,
    Warning,
    Info,
    Notice,
    Debug,
}

impl Default for Options {
    fn default() -> Self {
        let monitoring = Monitoring { enabled: true, interval: Duration::from_mins(2) };
        Self {
            level: Level::Warning,
            max_rate: 20,
            max_size: 1_440,
            recheck: Some(Duration::from_mins(10)),
            system: monitoring,
            jobs: monitoring,
            general_info: true,
            extras: true,
        }
    }
}
