//! What a stat is about: the work of a program, a tool of mmstats itself, or a process as such.
//!
//! Whoever starts mmash and kodemon beside a program wants to see that program. So what isn't
//! about its work comes last, and is shown only where somebody asks for it.

use mmstats::StatsFile;

/// The commands that publish what they count of themselves, under their own name as the prefix.
const TOOLS: [&str; 2] = ["kodemon", "mmash"];

/// What a stat is about, in the order in which stats are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The work of the program that publishes it.
    Work,
    /// mmash or kodemon: the file is theirs, and the label begins with their name. Another
    /// program's labels are its own affair, whatever they begin with.
    Tool,
    /// The process: what every file has, `sys.*` and `org.*`, perhaps behind a prefix.
    Process,
}

impl About {
    /// What a stat of `file` is about.
    pub fn of(file: &StatsFile, label: &str) -> Self {
        Self::of_command(file.identity().map_or("", |identity| &identity.command), label)
    }

    /// Its name, for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Tool => "tool",
            Self::Process => "process",
        }
    }

    /// What a stat of the program `command` is about.
    pub fn of_command(command: &str, label: &str) -> Self {
        let is_of_command =
            || label.strip_prefix(command).is_some_and(|rest| rest.starts_with('.'));
        if is_about_the_process(label) {
            Self::Process
        } else if TOOLS.contains(&command) && is_of_command() {
            Self::Tool
        } else {
            Self::Work
        }
    }
}

/// Whether it is one of the default fields: `sys.pid`, `org.python.version`.
fn is_about_the_process(label: &str) -> bool {
    let mut parts = label.rsplit('.');
    matches!(
        (parts.next(), parts.next(), parts.next()),
        (_, Some("sys"), _) | (Some("version" | "implementation"), _, Some("org"))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_comes_first_then_the_tools_then_the_process() {
        use About::{Process, Tool, Work};
        for (command, label, expected) in [
            ("webapp", "web.stats.status.2XX", Work),
            ("mmash", "mmash.requests", Tool),
            ("kodemon", "kodemon.store.sqlite.write", Tool),
            ("mmash", "mmash.sys.pid", Process),
            ("webapp", "sys.unpublished", Process),
            ("", "web.stats.sys.pid", Process),
            ("", "org.python.version", Process),
            ("webapp", "web.org.rust.version", Process),
            // What other programs publish is their own affair.
            ("webapp", "mmash.requests", Work),
            ("", "kodemon.messages", Work),
            ("mmash", "mmashed.potatoes", Work),
            ("mmash", "other", Work),
            ("crm", "org.members", Work),
            ("crm", "org.members.count", Work),
            ("crm", "system.load", Work),
        ] {
            assert_eq!(About::of_command(command, label), expected, "{command} {label}");
        }
        assert!(Work < Tool && Tool < Process);
    }
}
