//! Whole files: every question that a snapshot answers, also when it is put together again of its
//! parts.

use mmstats::{Aggregator, HistogramSnapshot, Processes, ReadError, Stat, StatsFile, Value};
use mmstats_testing::parts;

/// A value may have a component for each of its bytes.
const MOST_COMPONENTS: usize = 100;

/// # Panics
///
/// If the library panics, or an answer contradicts another or is outside the file.
pub fn check(bytes: &[u8]) {
    let file = match StatsFile::from_bytes("file", bytes) {
        Ok(file) => file,
        Err(error) => return assert!(error.to_string().starts_with("file: ")),
    };
    assert_eq!(file.size(), bytes.len());
    let mut end = 1;
    for stat in file.stats() {
        let layout = stat.field_layout();
        assert_eq!(layout.offset, end, "fields follow each other without gaps");
        end = layout.offset + layout.size;
        assert!(end <= bytes.len(), "{layout:?}");
        for (offset, buffer) in &layout.buffers {
            assert_eq!(*buffer, &bytes[*offset..][..buffer.len()]);
        }
        ask(&stat);
    }
    if let Some(first) = file.stats().next() {
        let found = file.get(&first.label());
        assert!(found.is_some() || first.label().contains('\u{fffd}'));
    }
    for aggregator in Aggregator::ALL {
        let _ = aggregator.apply(file.stats().map(|stat| stat.value()));
    }
    let _ = (file.pid(), file.tid(), file.life(&mut Processes::new()));
    let _ = file.problem().map(ReadError::to_string);
    assert!(file.has_trailer() || file.identity().is_none());
    assert!(file.has_trailer() || file.stats().all(|stat| stat.kind().is_none()));
    parts::check(&file).expect("the same when it is put together again");
    with_other_values(&file, bytes);
}

/// Any bytes are a structure if they are a file, whatever the values.
fn with_other_values(file: &StatsFile, structure: &[u8]) {
    let words = structure.iter().cycle().map(|&byte| u64::from(byte).wrapping_mul(!0 / 0xff));
    let words: Vec<u64> = words.take(file.word_count()).collect();
    let made = StatsFile::from_parts("file", structure, file.identity_bytes(), &words);
    made.expect("as many words as it has").stats().for_each(|stat| ask(&stat));
}

fn ask(stat: &Stat<'_>) {
    let value = stat.value();
    reads_back(&value);
    let mut components = stat.components().take(MOST_COMPONENTS);
    if let Some((name, first)) = components.next() {
        assert!(same(&first, &value), "{name} is {first:?}, the value is {value:?}");
        assert_eq!(stat.component(&name).as_ref().map(|again| same(again, &first)), Some(true));
    }
    for (_, component) in components {
        let _ = (component.as_f64(), component.as_i64(), component.as_u64());
    }
    let _ = (stat.unit(), stat.help(), stat.aggregate(), stat.kind(), stat.signature());
    let _ = (stat.note(), stat.is_stable(), stat.is_buffered(), stat.is_expired(1e9));
    if let Some(histogram) = stat.histogram() {
        ask_histogram(&histogram);
    }
}

fn ask_histogram(histogram: &HistogramSnapshot) {
    let percentiles = [f64::NAN, 0.0, 50.0, 99.9, 100.0].map(|it| histogram.percentile(it));
    assert!(percentiles.is_sorted(), "{percentiles:?}");
    assert_eq!(percentiles[0].is_some(), histogram.mean().is_some());
    assert!(percentiles.iter().flatten().all(|it| it.fract() == 0.0 || it.is_infinite()));
    assert!(histogram.overflow() > 0 || percentiles[4].is_none_or(f64::is_finite));
    assert!(histogram.buckets().all(|bucket| *bucket.values.end() <= histogram.range_end()));
    let since = histogram.since(histogram).expect("it is the same");
    assert_eq!((since.count(), since.buckets().count(), since.overflow()), (0, 0, 0));
    let mut twice = histogram.clone();
    assert!(twice.merge(histogram));
    assert_eq!(twice.count(), histogram.count().wrapping_mul(2));
    assert_eq!(twice.overflow(), histogram.overflow().wrapping_mul(2));
}

/// A number's text is exact.
fn reads_back(value: &Value<'_>) {
    let text = value.to_string();
    match *value {
        Value::Unsigned(number) => assert_eq!(text.parse(), Ok(number)),
        Value::Signed(number) => assert_eq!(text.parse(), Ok(number)),
        Value::Float(number) if !number.is_nan() => assert_eq!(text.parse(), Ok(number)),
        _ => {}
    }
}

/// Equal, or both the same NaN.
fn same(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (one, other) {
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
        _ => one == other,
    }
}
