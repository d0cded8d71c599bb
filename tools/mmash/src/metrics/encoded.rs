//! The text of the last look that somebody asked for, in each format.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use mmstats_tools::common::prom::{Families, Format, Names};

use crate::polling::Snapshot;

/// The texts of one look.
#[derive(Debug, Default)]
pub struct Encoded {
    /// When the look was taken.
    taken: Option<Instant>,
    texts: Vec<(Format, Text)>,
    /// As they were given at earlier looks: a metric keeps its name.
    names: Names,
}

/// What is scraped, and of when.
#[derive(Clone, Debug)]
pub struct Text {
    /// When the look at the files was taken.
    pub taken: Instant,
    /// What the files say.
    pub bytes: Bytes,
}

impl Encoded {
    /// The text, where it is of the look that was taken then or of a later one.
    pub fn text(&self, since: Instant, format: Format) -> Option<Text> {
        let (_, text) = self.texts.iter().find(|(known, _)| *known == format)?;
        (text.taken >= since).then(|| text.clone())
    }

    /// Encodes what `gather` finds in a look, as far as there is room.
    pub fn encode(
        &mut self,
        snapshot: &Arc<Snapshot>,
        format: Format,
        room: usize,
        gather: impl FnOnce(&Snapshot) -> Families,
    ) -> Text {
        if self.taken != Some(snapshot.taken) {
            self.taken = Some(snapshot.taken);
            self.texts.clear();
        }
        let mut bytes = Vec::new();
        let families = gather(snapshot);
        families
            .write(format, &mut self.names, Some(room), &mut bytes)
            .expect("a Vec takes everything");
        let text = Text { taken: snapshot.taken, bytes: bytes.into() };
        self.texts.push((format, text.clone()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_look_is_encoded_once_in_each_format() {
        let mut encoded = Encoded::default();
        let look = Arc::new(Snapshot::default());
        let mut later = Snapshot::default();
        later.taken = look.taken + Duration::from_secs(1);
        let later = Arc::new(later);
        for format in [Format::Text, Format::OpenMetrics] {
            assert!(encoded.text(look.taken, format).is_none());
            let text = encoded.encode(&look, format, usize::MAX, |_| Families::default());
            let again = encoded.text(look.taken, format).unwrap();
            assert_eq!(again.bytes.as_ptr(), text.bytes.as_ptr());
            assert!(encoded.text(later.taken, format).is_none());
        }
        encoded.encode(&later, Format::Text, usize::MAX, |_| Families::default());
        // Who asked before the later look was taken gets it all the same.
        assert_eq!(encoded.text(look.taken, Format::Text).unwrap().taken, later.taken);
        assert!(
            encoded.text(look.taken, Format::OpenMetrics).is_none(),
            "it isn't kept for nobody"
        );
    }
}
