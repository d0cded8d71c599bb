//! Labels of samples: `cmd="web",pid="7"`.

use std::borrow::Cow;

use crate::format::escape_text;

/// Whether Prometheus accepts this as the name of a label that it doesn't reserve.
pub fn is_label_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
        && name.bytes().all(|byte| is_name_character(byte.into()))
}

/// Whether the name of a label may have this character, if it isn't a digit at its beginning.
pub fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Appends a label.
pub fn push_label(labels: &mut String, name: &str, value: &str) {
    let comma = if labels.is_empty() { "" } else { "," };
    labels.extend([comma, name]);
    push_value(labels, value);
}

/// Appends the value of a label whose name stands there already.
pub fn push_value(labels: &mut String, value: &str) {
    labels.extend(["=\"", &label_value(value), "\""]);
}

/// A text as the value of a label, escaped.
fn label_value(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(escape_text(text).replace('"', "\\\""))
}

/// Whether there is nothing to escape, as in nearly every path; checked by bytes, which is fast.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}
