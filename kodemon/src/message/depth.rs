//! How deep JSON is nested.

/// The most lists and objects within each other in a text that is JSON.
pub fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0, 0);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth -= 1,
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    deepest
}

/// Goes behind the closing quote.
fn skip_string(bytes: &mut impl Iterator<Item = u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_outside_strings_only() {
        for (json, expected) in [
            ("1", 0),
            ("[]", 1),
            (r#"[{"a":[1]},[2]]"#, 3),
            (r#""[[[""#, 0),
            (r#"["\"[[","\\",{}]"#, 2),
        ] {
            assert_eq!(depth(json), expected, "{json}");
        }
    }
}
