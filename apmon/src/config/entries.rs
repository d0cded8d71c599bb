//! Options as names and values, the inverse of setting them.

use std::fmt;
use std::time::Duration;

use super::level::Level;
use super::names;
use super::options::Options;
use super::switches;

/// The value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionValue {
    /// Of `loglevel`.
    Level(Level),
    /// Seconds, bytes, packets a second.
    Number(u64),
    /// On or off.
    Switch(bool),
}

/// As in a file: `WARNING`, `120`, `on`.
impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Level(level) => f.write_str(level.name()),
            Self::Number(number) => number.fmt(f),
            Self::Switch(true) => f.write_str("on"),
            Self::Switch(false) => f.write_str("off"),
        }
    }
}

impl Options {
    /// Every option with its value: first those that aren't about a single figure, then figures of the
    /// host, of jobs and general ones. [`set`](Self::set) takes both, the latter as text.
    pub fn entries(&self) -> impl Iterator<Item = (String, OptionValue)> {
        names::all().map(|name| {
            let value = self.value(&name);
            (name, value)
        })
    }

    fn value(&self, name: &str) -> OptionValue {
        let interval = |interval: Duration| OptionValue::Number(interval.as_secs());
        match name {
            "loglevel" => OptionValue::Level(self.level),
            "maxMsgRate" => OptionValue::Number(self.max_rate.into()),
            "maxMsgSize" => OptionValue::Number(self.max_size as u64),
            "conf_recheck" => OptionValue::Switch(self.recheck.is_some()),
            "recheck_interval" => interval(self.recheck.unwrap_or(self.recheck_interval)),
            "sys_monitoring" => OptionValue::Switch(self.system.enabled),
            "sys_interval" => interval(self.system.interval),
            "job_monitoring" => OptionValue::Switch(self.jobs.enabled),
            "job_interval" => interval(self.jobs.interval),
            "general_info" => OptionValue::Switch(self.general_info),
            "extras" => OptionValue::Switch(self.extras),
            _ => OptionValue::Switch(
                switches::switch(name).is_none_or(|(group, name)| self.switches.is_on(group, name)),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_can_be_set_to_another_value_and_back() {
        let default = Options::default();
        for (name, value) in default.entries() {
            let other = match value {
                OptionValue::Level(_) => OptionValue::Level(Level::Debug),
                OptionValue::Number(number) => OptionValue::Number(number + 1),
                OptionValue::Switch(on) => OptionValue::Switch(!on),
            };
            let mut options = Options::default();
            options.set(&name, &other.to_string()).unwrap();
            let changed: Vec<_> =
                options.entries().zip(default.entries()).filter(|(new, old)| new != old).collect();
            let [((of, new), _)] = &changed[..] else { panic!("{name}: {changed:?}") };
            assert_eq!((of, *new), (&name, other));
            options.set(&name, &value.to_string()).unwrap();
            assert_eq!(options, default, "{name}");
        }
    }
}
