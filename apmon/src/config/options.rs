//! Options and their defaults.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::level::Level;
use super::names;
use super::shown::shown;
use super::switches::{self, Switches};

/// Seconds of an interval.
const INTERVALS: RangeInclusive<u32> = 1..=86_400;
/// Packets a second.
const RATES: RangeInclusive<u32> = 1..=1_000_000;
/// Bytes of a packet.
const SIZES: RangeInclusive<u32> = 512..=8_192;
/// Sources aren't read again sooner, whatever is asked for.
const MIN_RECHECK: Duration = Duration::from_secs(30);

/// The options of a configuration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// `loglevel`: which reports are passed on. Default: warnings and worse.
    pub level: Level,
    /// `maxMsgRate`: packets a second, 1 to 1,000,000. Default: 20.
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
    /// `sys_NAME`, `job_NAME`, `NAME`: single figures. Default: on.
    pub switches: Switches,
    /// `recheck_interval`, kept while `conf_recheck` is off: the two may stand in either order.
    pub(crate) recheck_interval: Duration,
}

/// Whether figures are collected, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monitoring {
    /// Whether they are.
    pub enabled: bool,
    /// The time between two packets.
    pub interval: Duration,
}

/// Why an option wasn't set as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// No option has this name.
    Unknown(String),
    /// The value is wrong.
    Value { expected: String, found: String },
    /// It is known and has no effect, or another one.
    Effect(String),
}

impl OptionError {
    /// [`Level::Warning`] if the option or its value is wrong; [`Level::Notice`] if it is known and
    /// has no effect, or another one.
    pub const fn level(&self) -> Level {
        if matches!(self.0, Reason::Effect(_)) { Level::Notice } else { Level::Warning }
    }
}

/// What is wrong, and what was expected.
impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            // The search takes longer than all the rest, so it waits until somebody asks.
            Reason::Unknown(name) => match names::nearest(name) {
                Some(nearest) => {
                    write!(f, "unknown option, did you mean {}{nearest}?", names::PREFIX)
                }
                None => f.write_str("unknown option"),
            },
            Reason::Value { expected, found } => {
                write!(f, "expected {expected}, found \"{found}\"")
            }
            Reason::Effect(reason) => f.write_str(reason),
        }
    }
}

impl Error for OptionError {}

impl Default for Options {
    fn default() -> Self {
        let monitoring = Monitoring { enabled: true, interval: Duration::from_mins(2) };
        let recheck_interval = Duration::from_mins(10);
        Self {
            level: Level::Warning,
            max_rate: 20,
            max_size: 1_440,
            recheck: Some(recheck_interval),
            system: monitoring,
            jobs: monitoring,
            general_info: true,
            extras: true,
            switches: Switches::default(),
            recheck_interval,
        }
    }
}

impl Options {
    /// Sets the option with this name, without the prefix `xApMon_`, from its text.
    ///
    /// Switches take `on`, `true`, `yes`, `1` and `off`, `false`, `no`, `0`, in any case. Older names
    /// stand for today's.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such option, or if it has no such value; the option then stays
    /// as it is. Also if there is such an option and it has no effect, or another one: see
    /// [`OptionError::level`].
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), OptionError> {
        match name {
            "loglevel" => self.level = level(value)?,
            "maxMsgRate" => self.max_rate = number(value, RATES)?,
            "maxMsgSize" => self.max_size = number(value, SIZES)? as usize,
            "conf_recheck" => self.recheck = is_on(value)?.then_some(self.recheck_interval),
            "recheck_interval" => return self.set_recheck_interval(interval(value)?),
            "sys_monitoring" => self.system.enabled = is_on(value)?,
            "sys_interval" => self.system.interval = interval(value)?,
            "job_monitoring" => self.jobs.enabled = is_on(value)?,
            "job_interval" => self.jobs.interval = interval(value)?,
            "general_info" => self.general_info = is_on(value)?,
            "extras" => self.extras = is_on(value)?,
            // Originals count in these what they have sent.
            _ if name.ends_with("_data_sent") => {}
            _ => return self.set_switch(name, value),
        }
        Ok(())
    }

    /// Sets options that were set before without an error.
    pub(crate) fn set_all(&mut self, options: &[(String, String)]) {
        for (name, value) in options {
            // The same values failed nowhere.
            let _ = self.set(name, value);
        }
    }

    fn set_recheck_interval(&mut self, asked: Duration) -> Result<(), OptionError> {
        self.recheck_interval = asked.max(MIN_RECHECK);
        self.recheck = self.recheck.map(|_| self.recheck_interval);
        if asked < MIN_RECHECK {
            let reason = format!("{MIN_RECHECK:?} is used, the shortest interval");
            return Err(OptionError(Reason::Effect(reason)));
        }
        Ok(())
    }

    fn set_switch(&mut self, name: &str, value: &str) -> Result<(), OptionError> {
        if let Some(reason) = names::without_effect(name) {
            return Err(OptionError(Reason::Effect(format!("without effect: {reason}"))));
        }
        let Some(switch) = switches::switch(names::current(name)) else {
            return Err(OptionError(Reason::Unknown(name.to_owned())));
        };
        self.switches.set(switch, is_on(value)?);
        Ok(())
    }
}

fn is_on(value: &str) -> Result<bool, OptionError> {
    let is_one_of = |words: [&str; 4]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
    match value {
        _ if is_one_of(["on", "true", "yes", "1"]) => Ok(true),
        _ if is_one_of(["off", "false", "no", "0"]) => Ok(false),
        _ => Err(wrong_value("ON or OFF", value)),
    }
}

fn level(value: &str) -> Result<Level, OptionError> {
    let expected = "OFF, FATAL, ERROR, WARNING, INFO, NOTICE or DEBUG";
    Level::from_name(value).ok_or_else(|| wrong_value(expected, value))
}

fn interval(value: &str) -> Result<Duration, OptionError> {
    number(value, INTERVALS).map(|seconds| Duration::from_secs(seconds.into()))
}

fn number(value: &str, range: RangeInclusive<u32>) -> Result<u32, OptionError> {
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (min, max) = range.into_inner();
        wrong_value(format!("a number from {min} to {max}"), value)
    })
}

fn wrong_value(expected: impl Into<String>, found: &str) -> OptionError {
    OptionError(Reason::Value { expected: expected.into(), found: shown(found) })
}
