//! ApMon's configuration, compared with what each of its lines gives alone.

use std::collections::HashMap;

use apmon::config::{Configuration, Destination, MAX_DESTINATIONS, Options, Problem};

/// The most problems that are kept.
const KEPT: usize = 1_000;
/// The most bytes of a problem: a short text, each of whose characters may be an escape.
const PROBLEM: usize = 4_096;
const PREFIX: &[u8] = b"xApMon_";
const SECRET: &str = "no-message-may-have-this";

/// # Panics
///
/// If a line is neither used nor reported, or both; if a message has a password; if what was read can't
/// be written and read again.
pub fn check(text: &[u8]) {
    let configuration = Configuration::parse("source", text);
    let Configuration { destinations, options, problems, .. } = &configuration;
    assert!(destinations.len() <= MAX_DESTINATIONS && problems.len() <= KEPT + 1);
    assert!(problems.iter().all(|problem| problem.to_string().len() <= PROBLEM));
    let lines: Vec<_> = lines(text).collect();
    check_lines(&lines, &configuration);
    for line in &lines {
        check_secret(line);
    }
    for destination in destinations {
        let written = format!("{destination} {}", destination.password.reveal());
        assert_eq!(written.parse::<Destination>().as_ref(), Ok(destination));
    }
    let mut again = Options::default();
    for (name, value) in options.entries() {
        again.set(&name, &value.to_string()).expect("a value that was read");
    }
    assert_eq!(again, *options);
}

/// Trimmed; without the byte order mark.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(text)
        .split(|it| *it == b'\n')
        .map(<[u8]>::trim_ascii)
}

/// A line alone is a comment, a destination, an option or wrong; among others, only a destination may
/// be one too many.
fn check_lines(lines: &[&[u8]], configuration: &Configuration) {
    let reported: HashMap<usize, &Problem> =
        configuration.problems.iter().map(|problem| (problem.line, problem)).collect();
    let is_complete = !reported.contains_key(&0);
    assert_eq!(reported.len(), configuration.problems.len(), "a line is reported once");
    let mut used = configuration.destinations.iter();
    let mut options = Options::default();
    for (index, line) in lines.iter().enumerate() {
        let alone = Configuration::parse("source", line);
        let problem = reported.get(&(index + 1)).copied();
        if let [of_line] = &alone.problems[..] {
            let moved = Problem { line: index + 1, ..of_line.clone() };
            assert!(problem == Some(&moved) || (!is_complete && problem.is_none()));
        }
        let is_comment = line.is_empty() || line.starts_with(b"#");
        let is_option = line.starts_with(PREFIX);
        match &alone.destinations[..] {
            [] if is_comment => assert_eq!(problem, None),
            [] => assert!(is_option || alone.problems.len() == 1),
            [destination] => {
                assert!(!is_comment && !is_option && alone.problems.is_empty());
                if problem.is_none() && is_complete {
                    assert_eq!(used.next(), Some(destination));
                }
            }
            several => panic!("a line gives {several:?}"),
        }
        if is_option && let Ok(line) = str::from_utf8(line) {
            let (name, value) = line.split_once('=').unwrap_or_default();
            let name = name.trim_ascii().strip_prefix("xApMon_").unwrap_or_default();
            if !value.trim_ascii().is_empty() && line.len() <= 4_096 {
                let _ = options.set(name, value.trim_ascii());
            }
        }
    }
    assert_eq!(options, configuration.options);
    assert!(!is_complete || used.next().is_none());
    assert_eq!(is_complete, configuration.problems.len() <= KEPT);
}

/// Whatever a line that isn't an option has for a password, nothing shows it.
fn check_secret(line: &[u8]) {
    let Some(end) = line.iter().position(u8::is_ascii_whitespace) else { return };
    let (first, rest) = line.split_at(end);
    let is_option = first.get(..PREFIX.len()).is_some_and(|it| it.eq_ignore_ascii_case(PREFIX));
    if is_option && rest.contains(&b'=') || first.contains(&b'=') {
        return;
    }
    for rest in [&[][..], b" third", b" \xff", &rest[..rest.len().min(20)]] {
        let line = [first, b" ", SECRET.as_bytes(), rest].concat();
        let configuration = Configuration::parse("source", &line);
        assert!(!format!("{configuration:?}").contains(SECRET));
        let error = String::from_utf8_lossy(&line).parse::<Destination>();
        assert!(!format!("{error:?}").contains(SECRET));
    }
}
