//! Texts of others in messages: short, and without what controls a terminal.

/// The most characters of a text.
const MAX_CHARS: usize = 60;

/// A text for a message: control characters and directions of text are escaped, a long text ends
/// with `…`.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (position, character) in text.chars().enumerate() {
        if position == MAX_CHARS {
            shown.push('…');
            break;
        }
        match character {
            '\'' | '"' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn nothing_controls_a_terminal_and_length_is_bounded() {
        assert_eq!(shown("maxMsgRate = \"x\" größe"), "maxMsgRate = \"x\" größe");
        assert_eq!(shown("\x1b[2J\u{202e}\0"), "\\u{1b}[2J\\u{202e}\\0");
        assert_eq!(shown(&"x".repeat(60)), "x".repeat(60));
        assert_eq!(shown(&"é".repeat(4_096)), "é".repeat(60) + "…");
    }
}
