//! The values of a stat, by name.

use std::sync::Arc;

use mmstats::{HistogramSnapshot, Value};
use mmstats_cli::json;
use mmstats_tools::common::json::Exact;
use mmstats_tools::common::records::PERCENTILES;
use mmstats_totals::combined::Combined;
use mmstats_totals::total::Total;
use serde::Serialize;
use serde_json::value::RawValue;

/// The values of a stat, by name; `value` is the main one.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub struct Values(serde_json::Map<String, serde_json::Value>);

impl Values {
    fn put(&mut self, name: &str, value: Value<'_>) {
        let value = serde_json::to_value(Exact(value)).unwrap_or_default();
        self.0.insert(name.to_owned(), value);
    }

    fn put_percentiles(&mut self, histogram: &HistogramSnapshot) {
        for (name, percent) in PERCENTILES {
            if let Some(value) = histogram.percentile(percent) {
                self.put(name, Value::Float(value));
            }
        }
    }
}

/// The values of a stat. A histogram's `recent` percentiles are those of what is `new` in it: those
/// of a long life hardly move.
pub fn values_of(total: &Total, new: Option<&HistogramSnapshot>) -> Values {
    let mut values = Values::default();
    match total.combined() {
        Combined::One(value) => values.put("value", value),
        Combined::Range { least, greatest } => {
            values.put("least", least);
            values.put("greatest", greatest);
        }
        Combined::Different | Combined::Nothing => {}
    }
    total.components().for_each(|(name, value)| values.put(name, value));
    if let Some(histogram) = total.histogram() {
        values.put("count", Value::Unsigned(histogram.count()));
        values.put_percentiles(histogram);
        if let Some(new) = new.filter(|new| new.count() > 0) {
            let mut recent = Values::default();
            recent.put_percentiles(new);
            values.0.insert("recent".to_owned(), recent.0.into());
        }
    }
    if total.dead_files.get() > 0 {
        values.put("dead_files", Value::Unsigned(total.dead_files.get()));
        values.put("live_files", Value::Unsigned(total.live_files.get()));
    }
    values
}

/// Values as they are sent.
pub fn encode(values: &Values) -> Arc<RawValue> {
    RawValue::from_string(json::text(values)).expect("just encoded").into()
}
