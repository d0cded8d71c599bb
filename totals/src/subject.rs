//! What a stat is about: the work of a program, telemetry of our tools, or the process.
//!
//! Whoever runs mmash, kodemon or apmon beside a program wants to see that program. So what isn't
//! about its work comes last, and is shown only if somebody asks for it.

use mmstats::{Series, StatsFile};

/// The commands that publish telemetry, with their name as the prefix.
const TOOLS: [&str; 3] = ["apmon", "kodemon", "mmash"];

/// What a stat is about, in the order in which stats are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The work of the program that publishes it.
    Work,
    /// mmash, kodemon or apmon: the file is theirs, and the label begins with their name. Labels of
    /// other programs are work, whatever they begin with.
    Telemetry,
    /// The process: what every file has, `sys.*` and `org.*`, perhaps behind a prefix.
    Process,
}

impl Subject {
    /// What a stat of `file` is about.
    pub fn of(file: &StatsFile, label: &str) -> Self {
        Self::of_command(file.identity().map_or("", |identity| &identity.command), label)
    }

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Telemetry => "tool",
            Self::Process => "process",
        }
    }

    /// What a stat of the program `command` is about: its name says so, not its dimensions.
    pub fn of_command(command: &str, label: &str) -> Self {
        let series = Series::parse(label);
        let name = series.name();
        let is_of_command = || name.strip_prefix(command).is_some_and(|rest| rest.starts_with('.'));
        if is_about_the_process(name) {
            Self::Process
        } else if TOOLS.contains(&command) && is_of_command() {
            Self::Telemetry
        } else {
            Self::Work
        }
    }
}

/// Whether it is one of the default fields: `sys.pid`, `org.python.version`.
fn is_about_the_process(name: &str) -> bool {
    let mut parts = name.rsplit('.');
    matches!(
        (parts.next(), parts.next(), parts.next()),
        (_, Some("sys"), _) | (Some("version" | "implementation"), _, Some("org"))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_comes_first_then_telemetry_then_the_process() {
        use Subject::{Process, Telemetry, Work};
        for (command, label, expected) in [
            ("webapp", "web.stats.status.2XX", Work),
            ("mmash", "mmash.requests", Telemetry),
            ("kodemon", "kodemon.store.sqlite.write", Telemetry),
            ("apmon", "apmon.receive.packets", Telemetry),
            ("webapp", "apmon.send.sent", Work),
            ("mmash", "mmash.sys.pid", Process),
            ("webapp", "sys.unpublished", Process),
            ("", "web.stats.sys.pid", Process),
            ("", "org.python.version", Process),
            ("webapp", "web.org.rust.version", Process),
            // Of other programs it is work.
            ("webapp", "mmash.requests", Work),
            ("", "kodemon.messages", Work),
            ("mmash", "mmashed.potatoes", Work),
            ("mmash", "other", Work),
            ("crm", "org.members", Work),
            ("crm", "org.members.count", Work),
            ("crm", "system.load", Work),
            ("crm", r#"load{host="a.sys.b"}"#, Work),
            ("crm", r#"load{zone="sys.eu",host="org.a.version"}"#, Work),
            ("mmash", r#"mmash.files{state="dead"}"#, Telemetry),
            ("webapp", r#"web.sys.threads{state="waiting.for.io"}"#, Process),
        ] {
            assert_eq!(Subject::of_command(command, label), expected, "{command} {label}");
        }
        assert!(Work < Telemetry && Telemetry < Process);
    }
}
