//! One stat of a snapshot.

use std::borrow::Cow;

use super::decode::decode;
use super::parsed_field::ParsedField;
use super::{FieldLayout, HistogramSnapshot, Value, words};
use crate::format::{
    Aggregate, Buckets, ByteOrder, Component, Entry, Kind, Series, Signature, lossy,
};

/// One stat of a [`StatsFile`](crate::StatsFile).
#[derive(Clone, Copy, Debug)]
pub struct Stat<'a> {
    bytes: &'a [u8],
    field: &'a ParsedField,
    index: u32,
    is_stable: bool,
}

/// Components of an average, by its second parameter: over all values, over a number of them,
/// over a span of time.
const AVERAGES: [&[&str]; 3] =
    [&["mean", "total", "count"], &["mean", "count"], &["mean", "count", "last_add"]];
/// The second parameter of an average over the last values; the first is how many of them.
const MOVING: u64 = 1;
/// The second parameter of an average over a span of time; the first is the span.
const WINDOWED: u64 = 2;
const TIMER: &[&str] = &["mean", "count", "total", "min", "max", "last"];
const SINGLE: &[&str] = &["value"];

impl<'a> Stat<'a> {
    /// The stat of a file's field with this index.
    pub(super) fn new(
        bytes: &'a [u8],
        field: &'a ParsedField,
        index: u32,
        is_stable: bool,
    ) -> Self {
        Self { bytes, field, index, is_stable }
    }

    /// The label, lossily converted to UTF-8.
    #[inline]
    pub fn label(&self) -> Cow<'a, str> {
        lossy(self.label_bytes())
    }

    /// The raw bytes of the label.
    pub fn label_bytes(&self) -> &'a [u8] {
        self.field.label(self.bytes)
    }

    /// What the label says: a name, perhaps with dimensions. A label that isn't UTF-8 is a plain
    /// name.
    pub fn series(&self) -> Series<'a> {
        match self.label() {
            Cow::Borrowed(label) => Series::parse(label),
            lossy @ Cow::Owned(_) => Series::new(lossy),
        }
    }

    /// The kind; `None` if the file doesn't have it, or if it is newer than this reader.
    pub fn kind(&self) -> Option<Kind> {
        self.entry()?.kind()
    }

    /// The unit, or an empty string.
    pub fn unit(&self) -> &'a str {
        self.entry().map_or("", |entry| entry.unit())
    }

    /// The help text, or an empty string.
    pub fn help(&self) -> &'a str {
        self.entry().map_or("", |entry| entry.help())
    }

    /// How the stat is combined over threads and processes, if the file says. Up-down counters are
    /// always summed: add their values with [`i64::wrapping_add`], as a part may have wrapped even
    /// if the sum doesn't.
    pub fn aggregate(&self) -> Option<Aggregate> {
        let entry = self.entry()?;
        match entry.kind() {
            Some(kind @ Kind::UpDownCounter) => Some(Aggregate::default_for(kind)),
            _ => entry.aggregate(),
        }
    }

    /// The type signature without padding: `Q`, `dQddddQ`, `255s`. In the syntax of Python's
    /// `struct`.
    pub fn signature(&self) -> Cow<'a, str> {
        lossy(self.field.signature(self.bytes).trim_ascii_start())
    }

    /// The value as the original's readers show it: the first component. A type that is unknown or
    /// has no component gives raw bytes: see [`note`](Self::note).
    #[inline]
    pub fn value(&self) -> Value<'a> {
        match self.first_part() {
            Some(component) => decode(self.value_bytes(), &component),
            None => Value::Bytes(self.field.shown_value(self.bytes)),
        }
    }

    /// The number of 64-bit words that its value takes among those of
    /// [`StatsFile::append_words`](crate::StatsFile::append_words): 1 for a number, as many as the
    /// buckets of a histogram.
    pub fn word_count(&self) -> usize {
        words::count(self.field)
    }

    /// The components with their names, without the sequence number of a struct value.
    ///
    /// A single component is called `value`. Those of an average or a timer have names; any others
    /// are numbered from 0.
    pub fn components(&self) -> impl Iterator<Item = (Cow<'static, str>, Value<'a>)> + use<'a> {
        let (bytes, names) = (self.value_bytes(), self.names());
        self.parts().enumerate().map(move |(index, component)| {
            let name = match names.get(index) {
                Some(&name) => Cow::Borrowed(name),
                None => Cow::Owned(index.to_string()),
            };
            (name, decode(bytes, &component))
        })
    }

    /// The component with this name.
    pub fn component(&self, name: &str) -> Option<Value<'a>> {
        self.components().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// Whether the value has two buffers, like most values that change; fixed values, texts of the
    /// original and small numbers have one. A hint at the kind if the file doesn't have it.
    pub fn is_buffered(&self) -> bool {
        self.field.buffered
    }

    /// The kind, or a guess from the type if the file has none: a double-buffered `Q` is a counter
    /// of the original, a text is info, anything else is a gauge.
    pub fn kind_or_guess(&self) -> Kind {
        self.kind().unwrap_or_else(|| match self.value() {
            Value::Text(_) | Value::Bytes(_) => Kind::Info,
            _ if self.is_buffered() && self.signature() == "Q" => Kind::Counter,
            _ => Kind::Gauge,
        })
    }

    /// Whether a value that takes several stores was read consistently. If not, the writer kept
    /// changing it: each component is whole, but they may be of different updates.
    pub fn is_stable(&self) -> bool {
        self.is_stable
    }

    /// A remark about the value, if there is one.
    pub fn note(&self) -> Option<&'static str> {
        if !self.field.known {
            Some("unknown type signature, the value is raw bytes")
        } else if self.parts().next().is_none() {
            Some("the type signature has no component, the value is raw bytes")
        } else if !self.is_stable {
            Some("unstable: changed during every reading, components may be of different updates")
        } else {
            None
        }
    }

    /// The buckets of a histogram; `None` for any other kind.
    pub fn histogram(&self) -> Option<HistogramSnapshot> {
        let entry = self.entry().filter(|entry| entry.kind() == Some(Kind::Histogram))?;
        let scheme = Buckets::from_parameters(entry.parameters())?;
        // The parameters and the field may disagree.
        let most = scheme.count() + 1;
        let counts: Option<Vec<u64>> = if self.is_words() {
            let (words, _) = self.value_bytes().as_chunks();
            Some(words.iter().take(most).map(|&word| u64::from_ne_bytes(word)).collect())
        } else {
            let counts = self.parts().map(|part| decode(self.value_bytes(), &part).as_u64());
            counts.take(most).collect()
        };
        HistogramSnapshot::new(scheme, entry.has_overflow(), counts?)
    }

    /// Whether all that the value has is native words of 64 bits, as in our histograms.
    fn is_words(&self) -> bool {
        let signature = self.field.signature(self.bytes).trim_ascii_start();
        let digits = signature.strip_suffix(b"Q");
        let is_native = digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit));
        is_native && self.field.known && !self.field.sequenced
    }

    /// Whether this is an average over a span of time and the span has passed since the last value:
    /// at `now`, Unix time in seconds, there is nothing to average.
    ///
    /// Also true if the last value is in the future by more than the span and more than 10 seconds:
    /// the clock was set back since, and the age of the value is unknown.
    pub fn is_expired(&self, now: f64) -> bool {
        /// Readers may read the clock well before they read the file.
        const SLACK: f64 = 10.0;
        let average = self.entry().filter(|entry| entry.kind() == Some(Kind::Average));
        let Some([span, WINDOWED]) = average.map(|entry| entry.parameters()) else {
            return false;
        };
        let span = f64::from_bits(span);
        let last_add = self.component("last_add").and_then(|value| value.as_f64());
        let Some(age) = last_add.map(|last_add| now - last_add) else {
            return false;
        };
        span > 0.0 && (age > span || -age > span.max(SLACK))
    }

    /// The number of values in the mean of an average, as its weight among other means: the
    /// component `count`, but no more than its window holds. `None` if there is no count.
    ///
    /// ```
    /// # use mmstats::{Field, MovingAverage, Options, StatsFile};
    /// # let directory = tempfile::tempdir()?;
    /// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
    /// let load: MovingAverage = stats.add(MovingAverage::named("load").window(2))?;
    /// [7.0, 1.0, 2.0].map(|value| load.add(value));
    /// let file = StatsFile::read(stats.path().unwrap())?;
    /// assert_eq!(file.get("load").and_then(|load| load.mean_count()), Some(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mean_count(&self) -> Option<u64> {
        let count = self.component("count")?.as_u64()?;
        let average = self.entry().filter(|entry| entry.kind() == Some(Kind::Average));
        match average.map(|entry| entry.parameters()) {
            Some([window, MOVING]) => Some(count.min(window)),
            _ => Some(count),
        }
    }

    /// The offsets of the field in the file, and its bytes.
    pub fn field_layout(&self) -> FieldLayout<'a> {
        let field = self.field;
        let values = &self.bytes[field.value_at()..field.end()];
        let (first, second) = values.split_at(field.size());
        let mut buffers = vec![(field.value_at(), first)];
        if field.buffered {
            buffers.push((field.value_at() + field.size(), second));
        }
        FieldLayout {
            offset: field.offset(),
            size: field.end() - field.offset(),
            signature: lossy(field.signature(self.bytes)),
            write_buffer_offset: field.write_buffer_at(),
            write_buffer: self.bytes[field.write_buffer_at()],
            buffers,
        }
    }

    /// What the index says.
    fn entry(&self) -> Option<Entry<'a>> {
        self.field.entry(self.bytes)
    }

    /// Those of the whole file.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many stats stand before it in the file.
    pub(super) fn index(&self) -> usize {
        self.index as usize
    }

    /// In bytes.
    pub(super) fn value_size(&self) -> usize {
        self.field.size()
    }

    fn value_bytes(&self) -> &'a [u8] {
        self.field.value(self.bytes)
    }

    /// The components' offsets and types; none if the signature is unknown.
    fn parts(&self) -> impl Iterator<Item = Component> + use<'a> {
        let signature = self.field.known.then(|| self.field.signature(self.bytes));
        let hidden_from =
            if self.field.sequenced { self.field.size() - size_of::<u64>() } else { usize::MAX };
        let components = signature.into_iter().flat_map(Signature::components_of);
        components.take_while(move |component| component.offset < hidden_from)
    }

    fn first_part(&self) -> Option<Component> {
        match self.field.single {
            Some(code) => {
                let size = self.field.size();
                Some(Component { code, offset: 0, size, order: ByteOrder::NATIVE })
            }
            None => self.parts().next(),
        }
    }

    fn names(&self) -> &'static [&'static str] {
        let several = self.parts().nth(1).is_some();
        match self.entry().map(|entry| (entry.kind(), entry.parameters())) {
            _ if !several => SINGLE,
            Some((Some(Kind::Average), [_, how])) => {
                usize::try_from(how).ok().and_then(|how| AVERAGES.get(how)).copied().unwrap_or(&[])
            }
            Some((Some(Kind::Timer), _)) => TIMER,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{DeclaredField, Identity, Layout, NewFile};
    use crate::read::StatsFile;

    /// One value of several words.
    fn words(words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    fn declared(signature: &'static str, initial: Vec<u8>, kind: Kind) -> DeclaredField {
        DeclaredField {
            initial: initial.into(),
            aggregate: Aggregate::Max,
            unit: "things".into(),
            help: "What it is.".into(),
            ..DeclaredField::zeroed("stat", signature, kind)
        }
    }

    fn file(declared: DeclaredField) -> StatsFile {
        let fields = [declared];
        let image =
            NewFile::compose(&fields, &Identity::default(), Layout::Aligned, 0, 512).unwrap();
        StatsFile::from_bytes("test", image.bytes).unwrap()
    }

    fn components(declared: DeclaredField) -> String {
        let file = file(declared);
        let components = file.get("stat").unwrap().components();
        let shown = components.map(|(name, value)| format!("{name} {value}"));
        shown.collect::<Vec<_>>().join(", ")
    }

    fn average(how: u64, signature: &'static str) -> DeclaredField {
        let mut initial = words(&[2.5_f64.to_bits(), 10.0_f64.to_bits(), 4, 6]);
        initial.truncate(signature.len() * 8);
        let parameters = [60_f64.to_bits(), how];
        DeclaredField { sequenced: true, parameters, ..declared(signature, initial, Kind::Average) }
    }

    #[test]
    fn components_have_the_names_of_their_kind_and_no_sequence_number() {
        assert_eq!(components(average(0, "ddQQ")), "mean 2.5, total 10.0, count 4");
        let bits = 10.0_f64.to_bits();
        assert_eq!(components(average(1, "dQQ")), format!("mean 2.5, count {bits}"));
        assert_eq!(components(average(9, "ddQQ")), "0 2.5, 1 10.0, 2 4", "a scheme of the future");
        let timer = words(&[1, 3, 1, 1, 1, 1, 2]);
        let timer = DeclaredField { sequenced: true, ..declared("dQddddQ", timer, Kind::Timer) };
        let tiny = "5e-324";
        assert_eq!(
            components(timer),
            format!("mean {tiny}, count 3, total {tiny}, min {tiny}, max {tiny}, last {tiny}")
        );
        assert_eq!(components(declared("Q", words(&[7]), Kind::Counter)), "value 7");
        assert_eq!(components(declared("QQ", words(&[7, 8]), Kind::Counter)), "0 7, 1 8");
        let text = [&b"hello\0\0\0"[..], &words(&[2])].concat();
        let text = DeclaredField { sequenced: true, ..declared("8sQ", text, Kind::Info) };
        assert_eq!(components(text), "value hello");
    }

    #[test]
    fn what_the_index_says_is_told() {
        let file = file(declared("Q", words(&[7]), Kind::Counter));
        let stat = file.get("stat").unwrap();
        assert_eq!(stat.kind(), Some(Kind::Counter));
        assert_eq!(stat.aggregate(), Some(Aggregate::Max));
        assert_eq!((stat.unit(), stat.help()), ("things", "What it is."));
        assert_eq!((&*stat.signature(), stat.value()), ("Q", Value::Unsigned(7)));
        assert_eq!(stat.component("value"), Some(Value::Unsigned(7)));
        assert_eq!(stat.component("other"), None);
        assert!(stat.is_stable() && stat.note().is_none());
    }

    #[test]
    fn an_up_down_counter_sums_whatever_its_entry_says() {
        let file = file(declared("q", words(&[7]), Kind::UpDownCounter));
        let stat = file.get("stat").unwrap();
        assert_eq!((stat.kind(), stat.value()), (Some(Kind::UpDownCounter), Value::Signed(7)));
        assert_eq!(stat.aggregate(), Some(Aggregate::Sum));
    }

    #[test]
    fn a_window_that_has_passed_leaves_no_average() {
        let windowed = |parameters| {
            let initial = words(&[2.5_f64.to_bits(), 4, 1000_f64.to_bits(), 2]);
            let base = declared("dQdQ", initial, Kind::Average);
            file(DeclaredField { sequenced: true, parameters, ..base })
        };
        let file = windowed([60_f64.to_bits(), 2]);
        let stat = file.get("stat").unwrap();
        assert!(!stat.is_expired(1060.0) && stat.is_expired(1060.5));
        // The clock was set back since; with less, another clock is slightly ahead.
        assert!(!stat.is_expired(940.0) && stat.is_expired(939.5) && stat.is_expired(0.0));
        let short = windowed([1_f64.to_bits(), 2]);
        let short = short.get("stat").unwrap();
        assert!(!short.is_expired(990.0) && short.is_expired(989.5), "when a slow reader began");
        assert!(!windowed([60, 1]).get("stat").unwrap().is_expired(1e9), "a window of 60 values");
        for no_window in [0.0, -1.0, f64::NAN] {
            let file = windowed([f64::to_bits(no_window), 2]);
            assert!(!file.get("stat").unwrap().is_expired(1e9), "a window of {no_window}");
        }
    }

    #[test]
    fn a_histogram_needs_as_many_counts_as_its_parameters_say() {
        let histogram = |parameters, overflow| {
            let base = declared("6Q", words(&[0, 2, 0, 1, 0, 4]), Kind::Histogram);
            let found = file(DeclaredField { buffered: false, overflow, parameters, ..base });
            found.get("stat").unwrap().histogram()
        };
        let found = histogram([1, 3], false).unwrap();
        assert_eq!((found.count(), found.overflow(), found.percentile(99.0)), (7, 0, Some(6.0)));
        let found = histogram([1, 3], true).unwrap();
        let most = Some(f64::INFINITY);
        assert_eq!((found.count(), found.overflow(), found.percentile(99.0)), (7, 4, most));
        for parameters in [[1, 4], [1, 2], [16, 64], [u64::MAX, 1]] {
            assert_eq!(histogram(parameters, false), None, "{parameters:?}");
            assert_eq!(histogram(parameters, true), None, "{parameters:?}");
        }
        let counter = file(declared("6Q", words(&[0; 6]), Kind::Counter));
        assert!(counter.get("stat").unwrap().histogram().is_none());
    }

    #[test]
    fn a_histogram_is_the_same_however_its_words_are_written() {
        let histogram = |signature, sequenced| {
            let base = declared(signature, words(&[1, 2, 0, 1, 0, 4]), Kind::Histogram);
            let base = DeclaredField { buffered: sequenced, parameters: [1, 3], ..base };
            let found = file(DeclaredField { sequenced, ..base });
            found.get("stat").unwrap().histogram()
        };
        let found = histogram("6Q", false).unwrap();
        assert_eq!((found.count(), found.percentile(0.0)), (8, Some(0.0)));
        assert_eq!(histogram("QQQQQQ", false), Some(found));
        assert_eq!(histogram("6Q", true), None, "a count is missing");
    }

    #[test]
    fn types_that_nobody_knows_are_bytes_with_a_note() {
        let padding = file(declared("4x", vec![9; 4], Kind::Info));
        let stat = padding.get("stat").unwrap();
        assert_eq!(stat.value(), Value::Bytes(&[9; 4]));
        assert!(stat.note().unwrap().contains("no component"));

        let fields = [declared("3s", b"abc".to_vec(), Kind::Info)];
        let mut image =
            NewFile::compose(&fields, &Identity::default(), Layout::Aligned, 0, 512).unwrap();
        let code = image.fields[0].write_buffer - 1;
        image.bytes[code] = b'z';
        let unknown = StatsFile::from_bytes("test", image.bytes).unwrap();
        let stat = unknown.get("stat").unwrap();
        assert_eq!((stat.value(), &*stat.signature()), (Value::Bytes(b"abc"), "3z"));
        assert!(stat.note().unwrap().contains("unknown type signature"));
        assert_eq!(stat.components().count(), 0);
    }

    /// Found while files were put together again: the number was shown as a part of the value.
    #[test]
    fn raw_bytes_have_no_sequence_number() {
        let initial = [&[9; 8][..], &words(&[2])].concat();
        let padding = declared("8xQ", initial, Kind::Info);
        let file = file(DeclaredField { sequenced: true, ..padding });
        assert_eq!(file.get("stat").unwrap().value(), Value::Bytes(&[9; 8]));
    }

    #[test]
    fn a_layout_tells_offsets_and_both_buffers() {
        let bytes = b"\x01\x04\0stat\x03\0  H\x01\x01\x02\x03\x04".to_vec();
        let file = StatsFile::from_bytes("test", bytes).unwrap();
        let layout = file.get("stat").unwrap().field_layout();
        assert_eq!((layout.offset, layout.size), (1, 16));
        assert_eq!((&*layout.signature, layout.write_buffer), ("  H", 1));
        assert_eq!(layout.write_buffer_offset, 12);
        assert_eq!(layout.buffers, [(13, &[1, 2][..]), (15, &[3, 4][..])]);
    }
}
