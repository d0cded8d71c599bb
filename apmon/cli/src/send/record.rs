//! What a line of stdin says: parameters, and perhaps cluster and node before them.

use std::str;
use std::time::SystemTime;

use apmon::{ApMon, Parameter, SendError, Sent};

use super::parameter;

/// What stands for a cluster or node that each line has.
const IN_LINE: &str = "-";

/// The cluster and node of the arguments.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    pub cluster: &'a str,
    pub node: &'a str,
}

/// A packet's worth of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<'a> {
    pub cluster: &'a str,
    pub node: &'a str,
    pub parameters: Vec<Parameter<'a>>,
}

impl Record<'_> {
    /// Sends it.
    ///
    /// # Errors
    ///
    /// Returns an error if nothing of it can be sent.
    pub fn send(&self, apmon: &ApMon, time: Option<SystemTime>) -> Result<Sent, SendError> {
        let packet = apmon.packet(self.cluster, self.node).params(&self.parameters);
        match time {
            Some(time) => packet.at(time).send(),
            None => packet.send(),
        }
    }
}

impl<'a> Names<'a> {
    /// Parses a line; `None` if it is blank.
    ///
    /// # Errors
    ///
    /// Returns a message if any part of it is wrong.
    pub fn parse(self, line: &'a [u8]) -> Result<Option<Record<'a>>, String> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let mut words = self.split(line).into_iter();
        let cluster = in_line_or(self.cluster, "a cluster", &mut words)?;
        let node = in_line_or(self.node, "a node", &mut words)?;
        let parameters = words.map(parameter::parse).collect::<Result<Vec<_>, _>>();
        let parameters = parameters.map_err(|error| error.to_string())?;
        if parameters.is_empty() {
            return Err("expected NAME=VALUE behind cluster and node".to_owned());
        }
        Ok(Some(Record { cluster, node, parameters }))
    }

    /// Splits a line at tabs if it has any. Otherwise it is one parameter, or, if it has names, it is
    /// split at spaces.
    fn split(self, line: &[u8]) -> Vec<&[u8]> {
        let has_names = self.cluster == IN_LINE || self.node == IN_LINE;
        if line.contains(&b'\t') {
            line.split(|&byte| byte == b'\t').collect()
        } else if has_names {
            line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect()
        } else {
            vec![line]
        }
    }
}

fn in_line_or<'a>(
    name: &'a str,
    what: &str,
    words: &mut impl Iterator<Item = &'a [u8]>,
) -> Result<&'a str, String> {
    if name != IN_LINE {
        return Ok(name);
    }
    let word = words.next().ok_or_else(|| format!("expected {what}"))?;
    str::from_utf8(word).map_err(|error| format!("expected {what} in UTF-8: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: Names<'static> = Names { cluster: "C", node: "N" };
    const IN_LINES: Names<'static> = Names { cluster: "-", node: "-" };

    fn record<'a>(cluster: &'a str, node: &'a str, parameters: &[Parameter<'a>]) -> Record<'a> {
        Record { cluster, node, parameters: parameters.to_vec() }
    }

    #[test]
    fn a_line_is_one_parameter_unless_it_has_tabs() {
        let text = Parameter::new("text", "two words ");
        for (line, expected) in [
            ("a=1", Some(record("C", "N", &[Parameter::new("a", 1)]))),
            ("a=1\r", Some(record("C", "N", &[Parameter::new("a", 1)]))),
            ("text=two words ", Some(record("C", "N", &[text]))),
            ("a=1\ttext=two words ", Some(record("C", "N", &[Parameter::new("a", 1), text]))),
            ("", None),
            (" \t\r", None),
        ] {
            assert_eq!(GIVEN.parse(line.as_bytes()), Ok(expected), "{line}");
        }
        assert!(GIVEN.parse(b"a=1\t\tb=2").unwrap_err().contains("NAME=VALUE"));
    }

    #[test]
    fn a_line_begins_with_the_names_that_are_not_given() {
        let (a, b) = (Parameter::new("a", 1), Parameter::new("b", "x y"));
        let b_is_x = Parameter::new("b", "x");
        assert_eq!(IN_LINES.parse(b"S w  a=1 b=x "), Ok(Some(record("S", "w", &[a, b_is_x]))));
        assert_eq!(IN_LINES.parse(b"S T\t\ta=1\tb=x y"), Ok(Some(record("S T", "", &[a, b]))));
        let node_in_line = Names { cluster: "C", node: "-" };
        assert_eq!(node_in_line.parse(b"w a=1"), Ok(Some(record("C", "w", &[a]))));
        let cluster_in_line = Names { cluster: "-", node: "" };
        assert_eq!(cluster_in_line.parse(b"S a=1"), Ok(Some(record("S", "", &[a]))));
    }

    #[test]
    fn a_line_with_any_wrong_part_is_an_error() {
        for (line, reason) in [
            (&b"S"[..], "expected a node"),
            (b"S w", "expected NAME=VALUE behind cluster and node"),
            (b"S w a=1 b", "expected NAME=VALUE, found \"b\""),
            (b"caf\xe9 w a=1", "expected a cluster in UTF-8"),
        ] {
            let error = IN_LINES.parse(line).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
