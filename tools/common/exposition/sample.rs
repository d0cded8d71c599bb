//! What a stat, or its total over several files, is to Prometheus.

use std::borrow::Cow;

use mmstats::{HistogramSnapshot, Increase, Kind, Stat, Value};
use mmstats_exposition::{Bounds, Buckets, Sample, SampleValue};
use mmstats_totals::combined::Combined;
use mmstats_totals::total::Total;

/// What can become a sample.
pub trait Source {
    fn kind(&self) -> Option<Kind>;
    fn histogram(&self) -> Option<Cow<'_, HistogramSnapshot>>;
    fn component(&self, name: &str) -> Option<Value<'_>>;
    fn value(&self) -> Option<Value<'_>>;
}

impl Source for Stat<'_> {
    fn kind(&self) -> Option<Kind> {
        Stat::kind(self)
    }

    fn histogram(&self) -> Option<Cow<'_, HistogramSnapshot>> {
        Stat::histogram(self).map(Cow::Owned)
    }

    fn component(&self, name: &str) -> Option<Value<'_>> {
        Stat::component(self, name)
    }

    fn value(&self) -> Option<Value<'_>> {
        Some(Stat::value(self))
    }
}

impl Source for Total {
    fn kind(&self) -> Option<Kind> {
        self.kind
    }

    fn histogram(&self) -> Option<Cow<'_, HistogramSnapshot>> {
        Total::histogram(self).map(Cow::Borrowed)
    }

    fn component(&self, name: &str) -> Option<Value<'_>> {
        self.components().find_map(|(known, value)| (known == name).then_some(value))
    }

    fn value(&self) -> Option<Value<'_>> {
        match self.combined() {
            Combined::One(value) => Some(value),
            _ => None,
        }
    }
}

/// The sample of a stat or of a total; `None` if it is no number or text, or has a value that the
/// formats don't allow.
pub fn sample_of(source: &impl Source, bounds: &Bounds) -> Option<Sample> {
    let kind = source.kind();
    // Most stats are neither, and to look for their components takes longer than their value.
    match kind {
        Some(Kind::Histogram) => {
            if let Some(histogram) = source.histogram() {
                return of_histogram(&histogram, bounds);
            }
        }
        Some(Kind::Timer) => {
            if let (Some(count), Some(sum)) = (source.component("count"), source.component("total"))
            {
                let (count, sum) = (count.as_u64()?, sum.as_f64()?);
                return Sample::is_sum(sum).then_some(Sample::Summary { count, sum });
            }
        }
        _ => {}
    }
    of_value(kind, &source.value()?)
}

/// The sample of what a stat has counted in some time; `None` if it has a value that the formats
/// don't allow.
pub fn sample_of_increase(increase: &Increase, bounds: &Bounds) -> Option<Sample> {
    match *increase {
        Increase::Count(count) => Some(Sample::Counter(SampleValue::Unsigned(count))),
        Increase::Total { count, total: sum } => {
            Sample::is_sum(sum).then_some(Sample::Summary { count, sum })
        }
        Increase::Histogram(ref histogram) => of_histogram(histogram, bounds),
        _ => None,
    }
}

/// Whether the formats allow the value of a stat that adds up. One that they don't must not reach a
/// sum: the whole sample would be left out.
pub fn is_allowed(stat: &Stat<'_>) -> bool {
    match stat.kind() {
        Some(Kind::Timer) => {
            let sum = stat.component("total").and_then(|sum| sum.as_f64());
            sum.is_none_or(Sample::is_sum)
        }
        kind @ Some(Kind::Counter | Kind::Timestamp) => of_value(kind, &stat.value()).is_some(),
        _ => true,
    }
}

fn of_value(kind: Option<Kind>, value: &Value<'_>) -> Option<Sample> {
    let value = match *value {
        Value::Unsigned(value) => SampleValue::Unsigned(value),
        Value::Signed(value) => SampleValue::Signed(value),
        Value::Float(value) => SampleValue::Float(value),
        Value::Bool(value) => SampleValue::Unsigned(value.into()),
        Value::Text(ref text) => return Some(Sample::Info((**text).into())),
        _ => return None,
    };
    match kind {
        Some(Kind::Counter) => Sample::counter(value),
        // It was never set.
        Some(Kind::Timestamp) if value.is_zero() => None,
        Some(_) => Some(Sample::Gauge(value)),
        None => Some(Sample::Untyped(value)),
    }
}

/// Cumulative counts up to the same few bounds at any time, whatever the values: only so can rates
/// be taken of them. The sum takes each value for the middle of its bucket, and one beyond the
/// histogram's range for the least that it can be.
///
/// `None` if the counts exceed 64 bits: they must not fall from one bound to the next.
fn of_histogram(histogram: &HistogramSnapshot, bounds: &Bounds) -> Option<Sample> {
    let (mut sum, mut count) = (0.0, 0_u64);
    let mut buckets = histogram.buckets().peekable();
    let mut count_up_to = |bound: u64| {
        while let Some(bucket) = buckets.next_if(|bucket| *bucket.values.end() <= bound) {
            sum += bucket.midpoint() * bucket.count as f64;
            count = count.checked_add(bucket.count)?;
        }
        Some(count)
    };
    let counts = bounds.iter().map(&mut count_up_to).collect::<Option<_>>()?;
    let overflow = histogram.overflow();
    let count = count_up_to(u64::MAX)?.checked_add(overflow)?;
    sum += (histogram.range_end() as f64 + 1.0) * overflow as f64;
    Some(Sample::Histogram(Box::new(Buckets { counts, count, sum })))
}
