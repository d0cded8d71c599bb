//! Which figures a command sends, and how often: what `monitor` and `run` have in common.

use std::time::Duration;

use apmon::config::Options;
use clap::Args;
use mmstats_cli::duration::parse_duration;

/// Options that override the configuration's.
#[derive(Args, Clone, Debug)]
#[expect(clippy::doc_markdown, reason = "shown verbatim in the help")]
pub struct FigureArguments {
    /// Time between two packets with figures of the host, or of a job [default: the configuration's
    /// xApMon_sys_interval and xApMon_job_interval, or 2m]
    #[arg(short, long, value_name = "TIME", value_parser = parse_interval, allow_hyphen_values = true)]
    pub interval: Option<Duration>,

    /// Set an option of the configuration (repeatable): sys_monitoring=off, job_open_files=off
    ///
    /// It overrides the configuration and --interval. Every single figure has an option:
    /// xApMon_sys_NAME, xApMon_job_NAME and, of what a host has once, xApMon_NAME.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_option)]
    pub set: Vec<(String, String)>,
}

impl FigureArguments {
    /// The options, in the order in which they are set.
    pub fn options(&self) -> impl Iterator<Item = (&str, String)> {
        let seconds = self.interval.map(|interval| interval.as_secs().to_string());
        let intervals =
            ["sys_interval", "job_interval"].into_iter().zip([seconds.clone(), seconds]);
        let intervals = intervals.filter_map(|(name, seconds)| Some((name, seconds?)));
        intervals.chain(self.set.iter().map(|(name, value)| (name.as_str(), value.clone())))
    }
}

fn parse_interval(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_hours(24);
    let interval = parse_duration(text)?;
    if (Duration::from_secs(1)..=LONGEST).contains(&interval) {
        return Ok(interval);
    }
    Err("must be between 1s and a day".to_owned())
}

/// An option and its value, with or without the prefix that it has in a file.
fn parse_option(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    let (name, value) = (name.trim(), value.trim());
    let name = name.strip_prefix("xApMon_").unwrap_or(name);
    Options::default().set(name, value).map_err(|error| error.to_string())?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_may_have_its_prefix_and_must_exist() {
        let expected = ("sys_load1".to_owned(), "off".to_owned());
        assert_eq!(parse_option("sys_load1=off"), Ok(expected.clone()));
        assert_eq!(parse_option("xApMon_sys_load1 = off"), Ok(expected));
        for (text, expected) in [
            ("sys_load1", "expected NAME=VALUE"),
            ("sys_load1=maybe", "expected ON or OFF"),
            ("sys_laod1=on", "sys_load1"),
            ("sys_interval=0", "1 to 86400"),
        ] {
            let error = parse_option(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn single_options_go_before_the_interval() {
        let arguments = FigureArguments {
            interval: Some(Duration::from_mins(1)),
            set: vec![("sys_interval".to_owned(), "5".to_owned())],
        };
        let mut options = Options::default();
        arguments.options().for_each(|(name, value)| options.set(name, &value).unwrap());
        assert_eq!(options.system.interval, Duration::from_secs(5));
        assert_eq!(options.jobs.interval, Duration::from_mins(1));
    }
}
