//! The text of the last poll that was scraped, in each format.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use mmstats_exposition::Format;
use mmstats_tools::common::exposition::{StatFamilies, StatNames};

use crate::polling::Snapshot;

/// The texts of one poll.
#[derive(Debug, Default)]
pub struct TextCache {
    /// When that poll began.
    taken: Option<Instant>,
    texts: Vec<(Format, CachedText)>,
    /// The names given at earlier polls: a metric keeps its name.
    names: StatNames,
}

/// A text, and the time of its values.
#[derive(Clone, Debug)]
pub struct CachedText {
    /// When the poll began.
    pub taken: Instant,
    /// The text.
    pub bytes: Bytes,
}

impl TextCache {
    /// The text, if it is of the poll that began at `since` or of a later one.
    pub fn text(&self, since: Instant, format: Format) -> Option<CachedText> {
        let (_, text) = self.texts.iter().find(|(known, _)| *known == format)?;
        (text.taken >= since).then(|| text.clone())
    }

    /// Encodes what `gather` finds in a snapshot, up to a size.
    pub fn encode(
        &mut self,
        snapshot: &Arc<Snapshot>,
        format: Format,
        max_size: usize,
        gather: impl FnOnce(&Snapshot) -> StatFamilies,
    ) -> CachedText {
        if self.taken != Some(snapshot.taken) {
            self.taken = Some(snapshot.taken);
            self.texts.clear();
        }
        let mut bytes = Vec::new();
        let families = gather(snapshot);
        families
            .write(format, &mut self.names, Some(max_size), &mut bytes)
            .expect("a Vec takes everything");
        let text = CachedText { taken: snapshot.taken, bytes: bytes.into() };
        self.texts.push((format, text.clone()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mmstats_exposition::Bounds;
    use std::time::Duration;

    fn families() -> StatFamilies {
        StatFamilies::new(Bounds::default(), false, [])
    }

    #[test]
    fn a_snapshot_is_encoded_once_in_each_format() {
        let mut cache = TextCache::default();
        let first = Arc::new(Snapshot::default());
        let mut later = Snapshot::default();
        later.taken = first.taken + Duration::from_secs(1);
        let later = Arc::new(later);
        for format in [Format::Text, Format::OpenMetrics] {
            assert!(cache.text(first.taken, format).is_none());
            let text = cache.encode(&first, format, usize::MAX, |_| families());
            let again = cache.text(first.taken, format).unwrap();
            assert_eq!(again.bytes.as_ptr(), text.bytes.as_ptr());
            assert!(cache.text(later.taken, format).is_none());
        }
        cache.encode(&later, Format::Text, usize::MAX, |_| families());
        // A scrape that began before the later poll gets its text all the same.
        assert_eq!(cache.text(first.taken, Format::Text).unwrap().taken, later.taken);
        assert!(
            cache.text(first.taken, Format::OpenMetrics).is_none(),
            "the other format isn't encoded unasked"
        );
    }
}
