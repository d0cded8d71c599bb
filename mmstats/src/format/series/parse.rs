//! From a label to what it says. Takes exactly what is composed of a series: anything else is a
//! plain name.

use std::borrow::Cow;

use super::spelling::{TRAP, is_bare_key, needs_quotes};

/// A key and its value.
pub(super) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// What a label says.
pub(super) struct Parts<'a> {
    pub name: Cow<'a, str>,
    pub dimensions: Vec<Pair<'a>>,
}

/// `None`: the label is a plain name.
pub(super) fn parts(label: &str) -> Option<Parts<'_>> {
    let content = label.strip_suffix('}')?;
    let (before, mut rest) = content.split_once('{')?;
    let has_comma = content.ends_with(',');
    // Whether the comma must be there.
    let is_trap = (label.len() - usize::from(has_comma)).is_multiple_of(TRAP);
    if has_comma != is_trap {
        return None;
    }
    if has_comma {
        rest = rest.strip_suffix(',')?;
    }
    let name = if before.is_empty() {
        let name = quoted(&mut rest)?;
        if rest.is_empty() {
            // Quoted for no other reason than that the name alone would be taken for a series.
            let is_ambiguous = parts(&name).is_some();
            return is_ambiguous.then_some(Parts { name, dimensions: Vec::new() });
        }
        rest = rest.strip_prefix(',')?;
        name.bytes().any(needs_quotes).then_some(name)?
    } else {
        (!before.bytes().any(needs_quotes)).then_some(Cow::Borrowed(before))?
    };
    let mut dimensions: Vec<Pair<'_>> = Vec::new();
    loop {
        let key = key(&mut rest)?;
        rest = rest.strip_prefix('=')?;
        let value = quoted(&mut rest)?;
        let is_next = dimensions.last().is_none_or(|(last, _)| *last < key);
        if !is_next || value.is_empty() {
            return None;
        }
        dimensions.push((key, value));
        if rest.is_empty() {
            return Some(Parts { name, dimensions });
        }
        rest = rest.strip_prefix(',')?;
    }
}

fn key<'a>(rest: &mut &'a str) -> Option<Cow<'a, str>> {
    let is_quoted = rest.starts_with('"');
    let key = if is_quoted {
        quoted(rest)?
    } else {
        let (key, after) = rest.split_at(rest.find('=')?);
        *rest = after;
        Cow::Borrowed(key)
    };
    (!key.is_empty() && is_bare_key(&key) != is_quoted).then_some(key)
}

/// Takes a text in quotes from the beginning of `rest`.
fn quoted<'a>(rest: &mut &'a str) -> Option<Cow<'a, str>> {
    let text = rest.strip_prefix('"')?;
    let end = text.find(['"', '\\', '\n'])?;
    let (plain, after) = text.split_at(end);
    if let Some(after) = after.strip_prefix('"') {
        *rest = after;
        return Some(Cow::Borrowed(plain));
    }
    let mut unescaped = plain.to_owned();
    let mut text = after;
    loop {
        let special = text.find(['"', '\\', '\n'])?;
        unescaped.push_str(&text[..special]);
        let (special, after) = text[special..].split_at(1);
        text = after;
        match special {
            "\\" => {
                let escaped = text.chars().next()?;
                unescaped.push(match escaped {
                    'n' => '\n',
                    '"' | '\\' => escaped,
                    _ => return None,
                });
                text = &text[1..];
            }
            "\"" => {
                *rest = text;
                return Some(Cow::Owned(unescaped));
            }
            _ => return None,
        }
    }
}
