//! Limits on all files that are read together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use super::Stat;
use crate::file::{ReadError, ReadLimit};
use crate::format::Kind;

/// The memory that a stat takes besides the bytes of its file.
const BYTES_A_STAT: u64 = 256;

/// The memory that a label takes besides, once over all files, in a tool that reads them all:
/// names, totals and encoded rows.
const BYTES_A_LABEL: u64 = 768;

/// A label whose texts and value take more than this counts as several.
const TEXT_OF_A_LABEL: usize = 128;

/// Limits on all files that are read together: anyone may write to a directory of stats files, and
/// a tool that reads them all keeps them in memory.
///
/// Files are read as long as they fit; one that doesn't fit is a [`ReadError::OverBudget`], and
/// smaller ones after it may still fit.
///
/// ```
/// use mmstats::{ReadBudget, ReadError, ReadOptions};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("jobs.mmstats");
/// # std::fs::write(&path, b"\x01\x04\0jobs\x01\0B\xff\x07")?;
/// let options = ReadOptions::new();
/// let mut budget = ReadBudget::new().max_labels(1);
/// assert!(options.read_within(&path, &mut budget).is_ok());
/// # let other = dir.path().join("other.mmstats");
/// # std::fs::write(&other, b"\x01\x05\0other\x01\0B\xff\x07")?;
/// let error = options.read_within(&other, &mut budget).unwrap_err();
/// assert!(matches!(error, ReadError::OverBudget { limit: 1, .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ReadBudget {
    max_bytes: u64,
    max_labels: u64,
    each_file: bool,
    bytes: u64,
    labels: u64,
    /// The labels so far, by their hashes.
    known: HashMap<u64, KnownLabel>,
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct KnownLabel {
    /// How many stats have it.
    stats: u32,
    /// As how many labels it counts.
    labels: u32,
}

impl Default for ReadBudget {
    fn default() -> Self {
        Self {
            max_bytes: Self::MAX_BYTES,
            max_labels: Self::MAX_LABELS,
            each_file: false,
            bytes: 0,
            labels: 0,
            known: HashMap::new(),
            hasher: RandomState::new(),
        }
    }
}

impl ReadBudget {
    /// The default for [`max_bytes`](Self::max_bytes).
    pub const MAX_BYTES: u64 = 256 << 20;
    /// The default for [`max_labels`](Self::max_labels).
    pub const MAX_LABELS: u64 = 200_000;

    /// The defaults: 256 MiB and 200,000 labels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the bytes of all files together: what is read of them, 256 bytes per stat, and 768
    /// per label.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Limits the labels of all files together, each counted once. One whose texts and value take
    /// more than 128 bytes counts as several.
    pub fn max_labels(mut self, labels: u64) -> Self {
        self.max_labels = labels;
        self
    }

    /// Applies the limits to each file by itself, for programs that keep one file at a time.
    pub fn each_file(mut self) -> Self {
        self.each_file = true;
        self
    }

    /// The bytes taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes left for the next file.
    pub(super) fn bytes_left(&self) -> u64 {
        self.max_bytes.saturating_sub(self.bytes)
    }

    /// How many fields the next file may have, so that duplicate labels can't exhaust memory.
    pub(super) fn max_fields(&self) -> usize {
        usize::try_from(self.max_labels).unwrap_or(usize::MAX)
    }

    pub(super) fn over_bytes(&self, path: &Path) -> ReadError {
        let (exceeded, limit) = (ReadLimit::Bytes, self.max_bytes);
        ReadError::OverBudget { path: path.to_owned(), exceeded, limit }
    }

    pub(super) fn over_labels(&self, path: &Path) -> ReadError {
        let (exceeded, limit) = (ReadLimit::Labels, self.max_labels);
        ReadError::OverBudget { path: path.to_owned(), exceeded, limit }
    }

    /// Takes a file's share, or nothing if it doesn't fit.
    pub(super) fn charge<'a>(
        &mut self,
        path: &Path,
        bytes: usize,
        stats: impl ExactSizeIterator<Item = Stat<'a>> + Clone,
    ) -> Result<(), ReadError> {
        if bytes as u64 + BYTES_A_STAT * stats.len() as u64 > self.bytes_left() {
            return Err(self.over_bytes(path));
        }
        self.charge_anyway(bytes, stats.clone());
        let error = if self.labels > self.max_labels {
            self.over_labels(path)
        } else if self.bytes > self.max_bytes {
            self.over_bytes(path)
        } else {
            return Ok(());
        };
        self.release(bytes, stats);
        Err(error)
    }

    /// Takes a file's share even if it doesn't fit.
    pub(super) fn charge_anyway<'a>(
        &mut self,
        bytes: usize,
        stats: impl ExactSizeIterator<Item = Stat<'a>>,
    ) {
        if self.each_file {
            // There are never more fields than labels allowed.
            return;
        }
        self.bytes += bytes as u64 + BYTES_A_STAT * stats.len() as u64;
        for stat in stats {
            let hash = self.hasher.hash_one(stat.label_bytes());
            let known = self.known.entry(hash).or_insert_with(|| {
                let labels = 1 + (text_of(&stat) / TEXT_OF_A_LABEL) as u32;
                self.labels += u64::from(labels);
                self.bytes += BYTES_A_LABEL;
                KnownLabel { stats: 0, labels }
            });
            known.stats += 1;
        }
    }

    /// Gives back what was charged for a file.
    pub(super) fn release<'a>(
        &mut self,
        bytes: usize,
        stats: impl ExactSizeIterator<Item = Stat<'a>>,
    ) {
        if self.each_file {
            return;
        }
        self.bytes -= bytes as u64 + BYTES_A_STAT * stats.len() as u64;
        for stat in stats {
            let hash = self.hasher.hash_one(stat.label_bytes());
            if let Entry::Occupied(mut known) = self.known.entry(hash) {
                known.get_mut().stats -= 1;
                if known.get().stats == 0 {
                    self.labels -= u64::from(known.remove().labels);
                    self.bytes -= BYTES_A_LABEL;
                }
            }
        }
    }
}

/// How much text a reader may keep for a stat. JSON escapes take six times the bytes; most of a
/// histogram's buckets have few digits.
fn text_of(stat: &Stat<'_>) -> usize {
    let written = |bytes: &[u8]| -> usize {
        bytes.iter().map(|byte| if matches!(byte, b' '..=b'~') { 1 } else { 6 }).sum()
    };
    let value = match stat.kind() {
        Some(Kind::Histogram) => stat.value_size() / 8,
        _ => stat.value_size(),
    };
    written(stat.label_bytes())
        + written(stat.unit().as_bytes())
        + written(stat.help().as_bytes())
        + value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::ReadOptions;
    use std::fs::{self, File};
    use std::path::PathBuf;
    use tempfile::TempDir;

    /// Writes a file with these labels.
    fn file(dir: &TempDir, name: &str, labels: &[String]) -> PathBuf {
        let field = |label: &String| {
            [&(label.len() as u16).to_ne_bytes(), label.as_bytes(), b"\x01\0B\xff\x07"].concat()
        };
        let path = dir.path().join(name);
        let fields: Vec<u8> = labels.iter().flat_map(field).collect();
        fs::write(&path, [&[1], &*fields, &[0, 0]].concat()).unwrap();
        path
    }

    fn labels(prefix: &str, count: usize) -> Vec<String> {
        (0..count).map(|number| format!("{prefix}{number}")).collect()
    }

    #[test]
    fn a_label_counts_once_and_a_file_that_does_not_fit_counts_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (a, ab) = (labels("a", 10), [labels("a", 10), labels("b", 10)].concat());
        let (one, both) = (file(&dir, "one", &a), file(&dir, "both", &ab));
        let more = file(&dir, "more", &labels("c", 6));
        let mut budget = ReadBudget::new().max_labels(25);
        let mut read = |path: &Path| ReadOptions::new().read_within(path, &mut budget);
        for _ in 0..10 {
            read(&one).unwrap();
            read(&both).unwrap();
        }
        let error = read(&more).unwrap_err();
        assert!(matches!(
            &error,
            ReadError::OverBudget { path, exceeded: ReadLimit::Labels, limit: 25 } if *path == more
        ));
        assert_eq!(
            error.reason(),
            "not read: with it, all files have more than 25 labels \
             (--max-labels, ReadBudget::max_labels)"
        );
        fs::remove_file(&more).unwrap();
        read(&file(&dir, "fits", &labels("c", 5))).unwrap();
        assert!(read(&file(&dir, "too many", &labels("d", 1))).is_err());
    }

    #[test]
    fn what_a_file_took_is_given_back_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let long = "l".repeat(1000);
        let several = [labels("a", 3), labels("a", 1), vec![long.clone()]].concat();
        let paths = [file(&dir, "one", &several), file(&dir, "two", &labels("a", 2))];
        let mut budget = ReadBudget::new();
        let files = paths.map(|path| ReadOptions::new().read_within(path, &mut budget).unwrap());
        let before = (budget.bytes(), budget.labels);
        // A file that doesn't fit leaves nothing behind.
        budget.max_labels = before.1;
        let large = file(&dir, "large", &[labels("a", 2), labels("b", 1)].concat());
        assert!(ReadOptions::new().read_within(&large, &mut budget).is_err());
        assert_eq!((budget.bytes(), budget.labels), before);
        let [one, two] = files;
        one.release(&mut budget);
        assert_eq!(budget.labels, 2, "the other file still has two of them");
        two.release(&mut budget);
        assert_eq!((budget.bytes(), budget.labels, budget.known.len()), (0, 0, 0));
    }

    #[test]
    fn bytes_count_with_what_stats_take() {
        let dir = tempfile::tempdir().unwrap();
        let small = file(&dir, "small", &labels("a", 1));
        let size = fs::metadata(&small).unwrap().len();
        // A label counts once.
        let mut budget = ReadBudget::new().max_bytes(2 * (size + 256) + 768);
        let mut read = |path: &Path| ReadOptions::new().read_within(path, &mut budget);
        assert!(read(&file(&dir, "large", &labels("a", 3))).is_err());
        assert!(read(&small).is_ok() && read(&small).is_ok());
        let reason = read(&small).unwrap_err().reason();
        assert!(reason.contains(" bytes (--max-bytes, "), "{reason}");
    }

    #[test]
    fn long_texts_count_as_several_labels() {
        let dir = tempfile::tempdir().unwrap();
        let long = file(&dir, "long", &["x".repeat(1_280)]);
        let harmful = file(&dir, "harmful", &["\x1b".repeat(200)]);
        for path in [long, harmful] {
            let read = |labels| {
                let mut budget = ReadBudget::new().max_labels(labels);
                ReadOptions::new().read_within(&path, &mut budget).is_ok()
            };
            assert!(!read(9) && read(11));
        }
    }

    #[test]
    fn a_million_labels_are_given_up_before_they_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(&dir, "million", &labels("", 300_000));
        let error = ReadOptions::new().read_within(&path, &mut ReadBudget::new()).unwrap_err();
        assert!(matches!(error, ReadError::OverBudget { exceeded: ReadLimit::Labels, .. }));
        assert_eq!(ReadOptions::new().read(&path).unwrap().stats().len(), 300_000);
    }

    /// Each label counts once, but every stat takes memory.
    #[test]
    fn a_label_that_a_file_repeats_uses_nothing_up() {
        let dir = tempfile::tempdir().unwrap();
        let [few, many] =
            [25, 26].map(|count| file(&dir, &format!("{count}"), &vec!["a".to_owned(); count]));
        let read =
            |path| ReadOptions::new().read_within(path, &mut ReadBudget::new().max_labels(25));
        assert!(read(few).is_ok());
        assert!(matches!(
            read(many),
            Err(ReadError::OverBudget { exceeded: ReadLimit::Labels, .. })
        ));
    }

    /// Sparse files take what is in them, whatever their size.
    #[test]
    fn holes_at_the_end_of_a_file_take_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut budget = ReadBudget::new().max_bytes(1 << 20);
        for number in 0..40 {
            let path = file(&dir, &format!("{number}"), &labels("a", 3));
            File::options().write(true).open(&path).unwrap().set_len(64 << 20).unwrap();
            let file = ReadOptions::new().read_within(&path, &mut budget).unwrap();
            assert_eq!((file.stats().len(), file.size()), (3, 64 << 20));
        }
    }

    /// A value may reach into the hole: it is zeros and takes memory.
    #[test]
    fn a_value_in_a_hole_is_read() {
        const SIZE: usize = 1 << 20;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hole");
        let signature = format!("{SIZE}s");
        let head = [b"\x01\x01\0x", &(signature.len() as u16).to_ne_bytes()[..]].concat();
        fs::write(&path, [&*head, signature.as_bytes(), b"\xffab"].concat()).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(2 << 20).unwrap();
        let file = ReadOptions::new().read(&path).unwrap();
        assert!(file.problem().is_none());
        assert_eq!(file.get("x").unwrap().value().to_string(), "ab");
        let read = |bytes| {
            let mut budget = ReadBudget::new().max_bytes(bytes);
            ReadOptions::new().read_within(&path, &mut budget).is_ok()
        };
        assert!(!read(1 << 20) && read(3 << 20));
    }
}
