//! A sample and its time as bytes.

use mmstats_exposition::{Buckets, Sample, SampleValue};

/// Appends a time in milliseconds since 1970 and a sample.
pub fn push(out: &mut Vec<u8>, time: i64, sample: &Sample) {
    out.extend(time.to_le_bytes());
    match sample {
        Sample::Counter(value) => push_value(out, 0, *value),
        Sample::Gauge(value) => push_value(out, 3, *value),
        Sample::Untyped(value) => push_value(out, 6, *value),
        Sample::Info(text) => {
            out.push(9);
            push_number(out, text.len() as u64);
            out.extend(text.bytes());
        }
        Sample::Summary { count, sum } => {
            out.push(10);
            push_number(out, *count);
            push_number(out, sum.to_bits());
        }
        Sample::Histogram(buckets) => {
            out.push(11);
            push_number(out, buckets.counts.len() as u64);
            buckets.counts.iter().for_each(|count| push_number(out, *count));
            push_number(out, buckets.count);
            push_number(out, buckets.sum.to_bits());
        }
    }
}

fn push_value(out: &mut Vec<u8>, kind: u8, value: SampleValue) {
    let (which, bits) = match value {
        SampleValue::Unsigned(value) => (0, value),
        SampleValue::Signed(value) => (1, value.cast_unsigned()),
        SampleValue::Float(value) => (2, value.to_bits()),
    };
    out.push(kind + which);
    push_number(out, bits);
}

fn push_number(out: &mut Vec<u8>, number: u64) {
    out.extend(number.to_le_bytes());
}

/// Takes a time and a sample; `None` at the end of the bytes.
pub fn take(bytes: &mut &[u8]) -> Option<(i64, Sample)> {
    let time = take_number(bytes)?.cast_signed();
    let (kind, rest) = bytes.split_first()?;
    *bytes = rest;
    let sample = match kind {
        0..3 => Sample::Counter(take_value(bytes, *kind)?),
        3..6 => Sample::Gauge(take_value(bytes, kind - 3)?),
        6..9 => Sample::Untyped(take_value(bytes, kind - 6)?),
        9 => {
            let size = take_number(bytes)?;
            let (text, rest) = bytes.split_at_checked(size as usize)?;
            *bytes = rest;
            Sample::Info(String::from_utf8_lossy(text).into())
        }
        10 => {
            Sample::Summary { count: take_number(bytes)?, sum: f64::from_bits(take_number(bytes)?) }
        }
        _ => {
            let number = take_number(bytes)?;
            let counts = (0..number).map(|_| take_number(bytes)).collect::<Option<_>>()?;
            let (count, sum) = (take_number(bytes)?, f64::from_bits(take_number(bytes)?));
            Sample::Histogram(Box::new(Buckets { counts, count, sum }))
        }
    };
    Some((time, sample))
}

fn take_value(bytes: &mut &[u8], which: u8) -> Option<SampleValue> {
    let bits = take_number(bytes)?;
    Some(match which {
        0 => SampleValue::Unsigned(bits),
        1 => SampleValue::Signed(bits.cast_signed()),
        _ => SampleValue::Float(f64::from_bits(bits)),
    })
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sample_comes_back() {
        let values =
            || [SampleValue::Unsigned(u64::MAX), SampleValue::Signed(-7), SampleValue::Float(-0.5)];
        let mut samples: Vec<Sample> = values().map(Sample::Counter).into();
        samples.extend(values().map(Sample::Gauge));
        samples.extend(values().map(Sample::Untyped));
        samples.push(Sample::Info("größe \"\n".into()));
        samples.push(Sample::Summary { count: 3, sum: 1e300 });
        let buckets = Buckets { counts: [1, 2, u64::MAX].into(), count: 4, sum: 0.25 };
        samples.push(Sample::Histogram(Box::new(buckets)));
        let mut bytes = Vec::new();
        for (time, sample) in (-3..).zip(&samples) {
            push(&mut bytes, time, sample);
        }
        let mut bytes = &bytes[..];
        for (time, sample) in (-3..).zip(&samples) {
            let (found_time, found) = take(&mut bytes).unwrap();
            assert_eq!((found_time, format!("{found:?}")), (time, format!("{sample:?}")));
        }
        assert!(bytes.is_empty() && take(&mut bytes).is_none());
    }
}
