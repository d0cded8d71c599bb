//! The bytes of packets as texts and file names.

use std::borrow::Cow;
use std::fmt::Write;

/// A text of a packet. Bytes that aren't UTF-8 become `\xe9`; so does NUL, at which readers of a stats
/// file take a text to end.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => Cow::Borrowed(text),
        _ => Cow::Owned(escaped(bytes)),
    }
}

fn escaped(bytes: &[u8]) -> String {
    let mut escaped = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for (index, part) in chunk.valid().split('\0').enumerate() {
            escaped.push_str(if index > 0 { "\\x00" } else { "" });
            escaped.push_str(part);
        }
        for byte in chunk.invalid() {
            write!(escaped, "\\x{byte:02x}").expect("a String takes everything");
        }
    }
    escaped
}

/// The name of a node's file. Several nodes may have the same one: whoever creates the file numbers it.
pub fn file_name(cluster: &str, node: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "._-".contains(character);
    let plain = |character| if is_plain(character) { character } else { '_' };
    // Without `{`, `}` and `%`, so nothing of it is a placeholder.
    let characters = cluster.chars().chain(['-']).chain(node.chars());
    let name: String = characters.map(plain).collect();
    format!("apmon-{name}.mmstats")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_escaped() {
        for (bytes, expected) in [
            (&b"wn001"[..], "wn001"),
            ("température\n".as_bytes(), "température\n"),
            (b"caf\xe9 \xff\xfe!", r"caf\xe9 \xff\xfe!"),
            (b"\0a\0\0", r"\x00a\x00\x00"),
            (b"a\0\xe9", r"a\x00\xe9"),
            (b"", ""),
        ] {
            assert_eq!(text(bytes), expected);
        }
        assert!(matches!(text(b"plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_file_name_is_one_name_without_placeholders() {
        for (cluster, node, expected) in [
            ("Tier2_Jobs", "job.17", "apmon-Tier2_Jobs-job.17.mmstats"),
            ("größe", "a b", "apmon-größe-a_b.mmstats"),
            ("../..", "{PID}%TID%", "apmon-.._..-_PID__TID_.mmstats"),
            ("a\n", "\u{1b}[2J\u{202e}", "apmon-a_-__2J_.mmstats"),
            ("", "", "apmon--.mmstats"),
        ] {
            assert_eq!(file_name(cluster, node), expected);
        }
    }
}
