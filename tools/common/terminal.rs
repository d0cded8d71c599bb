//! Colour: when it is used, and for what.

use std::env;
use std::fmt;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use mmstats::Kind;

/// The path of a file, and other titles.
pub const TITLE: Style = Style::new().bold();
/// What matters less: units, notes.
pub const FAINT: Style = Style::new().dimmed();
/// What needs attention: dead files, unstable values.
pub const ALERT: Style = AnsiColor::Red.on_default();

/// The colour of a kind's labels; `None`: the kind is unknown.
pub const fn kind_style(kind: Option<Kind>) -> Style {
    match kind {
        Some(Kind::Counter) => AnsiColor::Green.on_default(),
        Some(Kind::Gauge | Kind::UpDownCounter) => AnsiColor::Cyan.on_default(),
        Some(Kind::Average | Kind::Timer) => AnsiColor::Yellow.on_default(),
        Some(Kind::Histogram) => AnsiColor::Magenta.on_default(),
        _ => Style::new(),
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set or the terminal is dumb.
    #[default]
    Auto,
    /// Even into a pipe or file.
    Always,
    /// Not at all.
    Never,
}

impl ColorChoice {
    /// The decision for what is written to `output`.
    pub fn paint(self, output: &impl IsTerminal) -> Paint {
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_none_or(|terminal| terminal == "dumb");
        Paint {
            on: match self {
                Self::Always => true,
                Self::Never => false,
                Self::Auto => output.is_terminal() && !no_color && !dumb,
            },
        }
    }
}

/// Writes text in a style, or plainly.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Whether there is colour.
    pub const fn is_on(self) -> bool {
        self.on
    }

    /// `text` in `style`. The text is trusted: escape what comes from a file before.
    pub const fn text<T>(self, style: Style, text: T) -> Painted<T> {
        let style = if self.on { style } else { Style::new() };
        Painted { style, text }
    }
}

/// A text and its style, to be written.
#[derive(Clone, Copy, Debug)]
pub struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.style, self.text, self.style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_written_only_where_it_is_on() {
        let on = Paint { on: true };
        let off = Paint { on: false };
        assert_eq!(on.text(TITLE, "x").to_string(), "\x1b[1mx\x1b[0m");
        assert_eq!(off.text(TITLE, "x").to_string(), "x");
        assert_eq!(on.text(Style::new(), "x").to_string(), "x");
    }
}
