//! What the recorder reports that is no error.

use mmstats_recording::Note;

use crate::units::bytes;

/// A note in one line.
pub fn text(note: &Note) -> String {
    match note {
        Note::LargeLog { size } => {
            let size = bytes(*size);
            format!("{size} in -wal, as somebody has been reading one moment of it for long")
        }
        Note::LittleSpace { free } => {
            let free = bytes(*free);
            format!("only {free} are free on its file system; from now on the oldest is removed")
        }
        other => format!("warning: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        let log = Note::LargeLog { size: 96 << 20 };
        assert!(text(&log).starts_with("96 MiB in -wal"), "{}", text(&log));
        let space = Note::LittleSpace { free: 33 << 20 };
        assert!(text(&space).contains("33 MiB are free"), "{}", text(&space));
    }
}
