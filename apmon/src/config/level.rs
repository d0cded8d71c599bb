//! How important a report is.

/// How important a report is; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names of the originals")]
pub enum Level {
    Off,
    Fatal,
    Error,
    Warning,
    Info,
    Notice,
    Debug,
}

/// The names of levels; several originals have names of their own.
const NAMES: [(&str, Level); 12] = [
    ("OFF", Level::Off),
    ("FATAL", Level::Fatal),
    ("ERROR", Level::Error),
    ("WARNING", Level::Warning),
    ("INFO", Level::Info),
    ("NOTICE", Level::Notice),
    ("DEBUG", Level::Debug),
    ("CONFIG", Level::Info),
    ("FINE", Level::Notice),
    ("FINER", Level::Debug),
    ("FINEST", Level::Debug),
    ("ALL", Level::Debug),
];

impl Level {
    /// The level with a name, in any case: `WARNING`, or `FINE`, which is a notice.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, level)| *level)
    }

    /// Its name: `WARNING`.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, level)| *level == self).map_or("", |(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_original_are_known() {
        for (name, level) in [
            ("off", Level::Off),
            ("Fatal", Level::Fatal),
            ("ERROR", Level::Error),
            ("warning", Level::Warning),
            ("INFO", Level::Info),
            ("config", Level::Info),
            ("NOTICE", Level::Notice),
            ("FINE", Level::Notice),
            ("DEBUG", Level::Debug),
            ("FINER", Level::Debug),
            ("finest", Level::Debug),
            ("ALL", Level::Debug),
        ] {
            assert_eq!(Level::from_name(name), Some(level), "{name}");
        }
        assert_eq!(Level::from_name("WARN"), None);
        assert_eq!(Level::from_name(Level::Notice.name()), Some(Level::Notice));
    }
}
