//! What a label says, by a naive reader of `spec/FORMAT.md`, section 3.7. It shares no code with the
//! library: it takes a label apart without asking whether each part is written as it must be, composes
//! the label of what it has found, and compares.

use std::collections::BTreeMap;

/// A name, and its dimensions.
pub type Said = (String, Vec<(String, String)>);

/// What a label says; `None`: it is a plain name.
pub fn said(label: &str) -> Option<Said> {
    let (name, pairs) = taken_apart(label.as_bytes())?;
    let sorted: BTreeMap<_, _> = pairs.iter().cloned().collect();
    (composed(&name, &sorted)? == label.as_bytes()).then_some(())?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("cut at ASCII characters");
    let pairs = pairs.into_iter().map(|(key, value)| (text(key), text(value))).collect();
    Some((text(name), pairs))
}

/// The label of a name and its dimensions.
pub fn label(name: &str, pairs: &[(&str, &str)]) -> Option<String> {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let pairs = pairs.iter().map(|(key, value)| (bytes(key), bytes(value))).collect();
    let label = composed(name.as_bytes(), &pairs)?;
    Some(String::from_utf8(label).expect("composed of texts"))
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// A name and dimensions in any order and spelling, with or without a comma at the end.
fn taken_apart(label: &[u8]) -> Option<(Vec<u8>, Pairs)> {
    let mut at = 0;
    let mut pairs = Vec::new();
    let mut name = Vec::new();
    while *label.get(at)? != b'{' {
        name.push(label[at]);
        at += 1;
    }
    at += 1;
    if name.is_empty() {
        name = quoted(label, &mut at)?;
        at += usize::from(label.get(at) == Some(&b','));
    }
    while *label.get(at)? != b'}' {
        let mut key = Vec::new();
        if label[at] == b'"' {
            key = quoted(label, &mut at)?;
        } else {
            while *label.get(at)? != b'=' {
                key.push(label[at]);
                at += 1;
            }
        }
        if *label.get(at)? != b'=' {
            return None;
        }
        at += 1;
        pairs.push((key, quoted(label, &mut at)?));
        at += usize::from(label.get(at) == Some(&b','));
    }
    (at + 1 == label.len()).then_some((name, pairs))
}

fn quoted(label: &[u8], at: &mut usize) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut next = || {
        let byte = label.get(*at).copied();
        *at += 1;
        byte
    };
    if next()? != b'"' {
        return None;
    }
    loop {
        match next()? {
            b'"' => return Some(text),
            b'\\' => text.push(match next()? {
                b'n' => b'\n',
                other => other,
            }),
            other => text.push(other),
        }
    }
}

fn composed(name: &[u8], pairs: &BTreeMap<Vec<u8>, Vec<u8>>) -> Option<Vec<u8>> {
    let odd = |byte: &u8| *byte < 32 || *byte == 127 || b"{}\"\\".contains(byte);
    let has_odd = name.iter().any(odd);
    let mut parts = Vec::new();
    for (key, value) in pairs {
        if key.is_empty() {
            return None;
        }
        if !value.is_empty() {
            let is_bare = key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                && !key[0].is_ascii_digit();
            let key = if is_bare { key.clone() } else { in_quotes(key) };
            parts.push([&key[..], b"=", &in_quotes(value)].concat());
        }
    }
    if name.is_empty() {
        return None;
    }
    if parts.is_empty() {
        let is_ambiguous = std::str::from_utf8(name).ok().and_then(said).is_some();
        if !is_ambiguous {
            return Some(name.to_vec());
        }
    }
    let mut label = Vec::new();
    if has_odd {
        parts.insert(0, in_quotes(name));
    } else {
        label.extend(name);
    }
    label.push(b'{');
    label.extend(parts.join(&b','));
    if (label.len() + 1) % 256 == 0 {
        label.push(b',');
    }
    label.push(b'}');
    Some(label)
}

fn in_quotes(text: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for byte in text {
        match byte {
            b'\n' => quoted.extend(b"\\n"),
            b'"' | b'\\' => quoted.extend([b'\\', *byte]),
            _ => quoted.push(*byte),
        }
    }
    quoted.push(b'"');
    quoted
}
