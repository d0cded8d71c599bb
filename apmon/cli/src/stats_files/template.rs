//! Names of clusters and nodes from what a stats file says about its writer.

use std::fmt::Write;
use std::str::FromStr;

use mmstats::StatsFile;

/// The name that stands for what a file doesn't say, as those of the original mmstats don't.
const UNKNOWN: &str = "unknown";

/// The name of a cluster or node, with placeholders: `{cmd}`, `{host}`, `{pid}`, `{tid}`. Braces are
/// written `{{` and `}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Placeholder(Placeholder),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placeholder {
    Command,
    Host,
    Pid,
    Tid,
}

const PLACEHOLDERS: [(&str, Placeholder); 4] = [
    ("cmd", Placeholder::Command),
    ("host", Placeholder::Host),
    ("pid", Placeholder::Pid),
    ("tid", Placeholder::Tid),
];

impl Template {
    /// The name for a file. What the file doesn't say is "unknown".
    pub fn name_for(&self, file: &StatsFile) -> String {
        let mut name = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => name.push_str(text),
                Piece::Placeholder(placeholder) => placeholder.write(file, &mut name),
            }
        }
        name
    }
}

impl Placeholder {
    fn write(self, file: &StatsFile, name: &mut String) {
        let identity = file.identity();
        let mut text = |text: Option<&str>| {
            name.push_str(text.filter(|text| !text.is_empty()).unwrap_or(UNKNOWN));
        };
        let number = match self {
            Self::Command => return text(identity.map(|identity| &*identity.command)),
            Self::Host => return text(identity.map(|identity| &*identity.host)),
            Self::Pid => file.pid().map(i64::from),
            Self::Tid => file.tid(),
        };
        match number {
            Some(number) => write!(name, "{number}").expect("a String takes everything"),
            None => text(None),
        }
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (mut pieces, mut literal) = (Vec::new(), String::new());
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let (brace, behind) = (&rest[at..=at], &rest[at + 1..]);
            if let Some(behind) = behind.strip_prefix(brace) {
                literal.push_str(brace);
                rest = behind;
                continue;
            }
            let (name, behind) = match behind.split_once('}') {
                Some(found) if brace == "{" => found,
                _ => {
                    return Err(format!("a brace is alone; {{{{ and }}}} are braces, {}", known()));
                }
            };
            let found = PLACEHOLDERS.iter().find(|(known, _)| *known == name);
            let (_, placeholder) =
                found.ok_or_else(|| format!("unknown {{{name}}}, {}", known()))?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::Placeholder(*placeholder));
            rest = behind;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        if pieces.is_empty() { Err("must not be empty".to_owned()) } else { Ok(Self(pieces)) }
    }
}

fn known() -> String {
    let names: Vec<_> = PLACEHOLDERS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
    format!("known are {}", names.join(" "))
}

#[cfg(test)]
mod tests {
    use mmstats::Identity;
    use mmstats_testing::foreign::{Foreign, foreign, writer_like};

    use super::*;

    fn file(command: &str) -> StatsFile {
        let writer = writer_like(&Identity::default(), |it| {
            (it.pid, it.tid) = (42, 43);
            (it.command, it.host) = (command.to_owned(), "web-1".to_owned());
        });
        StatsFile::from_bytes("file", foreign(&writer, &[Foreign::new("a", 1, "Q", &[1])])).unwrap()
    }

    #[test]
    fn placeholders_are_what_a_file_says_about_its_writer() {
        let original = StatsFile::from_bytes("o", b"\x01\x04\0jobs\x01\0B\xff\x07").unwrap();
        for (template, of_ours, of_original) in [
            ("{cmd}", "shop", "unknown"),
            ("{host}.{pid}-{tid}", "web-1.42-43", "unknown.unknown-unknown"),
            ("Tier2", "Tier2", "Tier2"),
            ("{{{cmd}}}", "{shop}", "{unknown}"),
            ("}}{{cmd}}", "}{cmd}", "}{cmd}"),
            ("ä{cmd}ö", "äshopö", "äunknownö"),
        ] {
            let template: Template = template.parse().unwrap();
            assert_eq!(template.name_for(&file("shop")), of_ours);
            assert_eq!(template.name_for(&original), of_original);
        }
        // A value is never a template.
        assert_eq!("{cmd}".parse::<Template>().unwrap().name_for(&file("{pid}")), "{pid}");
        assert_eq!("{cmd}".parse::<Template>().unwrap().name_for(&file("")), "unknown");
    }

    #[test]
    fn what_is_no_template_is_an_error_that_lists_the_placeholders() {
        for (template, reason) in [
            ("a{CMD}", "unknown {CMD}, known are {cmd} {host} {pid} {tid}"),
            ("{}", "unknown {}, known are"),
            ("{cmd", "a brace is alone; {{ and }} are braces, known are {cmd}"),
            ("cmd}", "a brace is alone"),
            ("{{cmd}", "a brace is alone"),
            ("", "must not be empty"),
        ] {
            let error = template.parse::<Template>().unwrap_err();
            assert!(error.starts_with(reason), "{template}: {error}");
        }
    }
}
