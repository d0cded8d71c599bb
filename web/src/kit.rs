//! The building blocks of a tool's page: style, live stream, list, chart and what they need.

use crate::asset::Asset;

/// Lists files of the folder `kit`, under the same path.
macro_rules! kit {
    ($($name:literal),* $(,)?) => {
        &[$(Asset {
            path: concat!("kit/", $name),
            content: include_str!(concat!("../kit/", $name)),
        }),*]
    };
}

/// The kit's files. A page loads them as `kit/…`.
pub const ASSETS: &[Asset] = kit![
    "axes.js",
    "canvas.js",
    "chart.css",
    "chart.js",
    "compare.js",
    "controls.js",
    "dom.js",
    "escape.js",
    "filter.js",
    "format.js",
    "grid.js",
    "layout.css",
    "list.css",
    "marks.js",
    "navigation.js",
    "plot.js",
    "scale.js",
    "series.js",
    "spark.js",
    "stream.js",
    "style.css",
    "virtual.js",
    "visible.js",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::iter::Peekable;

    use mmstats_cli::escape::is_harmful;

    use super::*;

    /// A character of a class in a regular expression that a script has as a string: `\\x1f`.
    fn character(class: &mut Peekable<impl Iterator<Item = char>>) -> Option<char> {
        let first = class.next()?;
        if first != '\\' {
            return Some(first);
        }
        assert_eq!(class.next(), Some('\\'), "an escape within a string");
        let digits = match class.next()? {
            '0' => return Some('\0'),
            'x' => 2,
            'u' => 4,
            other => panic!("unknown escape {other:?}"),
        };
        let number: String = class.by_ref().take(digits).collect();
        char::from_u32(u32::from_str_radix(&number, 16).unwrap())
    }

    #[test]
    fn the_script_escapes_the_same_characters_as_the_commands() {
        let script = ASSETS.iter().find(|asset| asset.path == "kit/escape.js").unwrap().content;
        let (_, strings) = script.split_once("new RegExp(").unwrap();
        let (strings, _) = strings.split_once("]\",").unwrap();
        let class: String = strings.split('"').skip(1).step_by(2).collect();
        let mut class = class.strip_prefix('[').unwrap().chars().peekable();
        let mut escaped = BTreeSet::new();
        while let Some(first) = character(&mut class) {
            let last = if class.next_if_eq(&'-').is_some() { character(&mut class) } else { None };
            escaped.extend(first..=last.unwrap_or(first));
        }
        let harmful: BTreeSet<char> = ('\0'..=char::MAX).filter(|it| is_harmful(*it)).collect();
        assert_eq!(escaped, harmful);
    }
}
