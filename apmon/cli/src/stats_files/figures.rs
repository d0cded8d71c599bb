//! What is sent of one stat: its parameters, and their names.

use apmon::Value;
use mmstats::{Aggregate, HistogramSnapshot, Kind};
use mmstats_totals::combined::Combined;
use mmstats_totals::increases::{Increased, Increases};
use mmstats_totals::total::Total;

/// The percentiles of a histogram, with what is behind its label.
const PERCENTILES: [(&str, f64); 3] = [("_p50", 50.0), ("_p90", 90.0), ("_p99", 99.0)];

/// A parameter as it will be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The stat's label and perhaps a suffix.
    pub name: String,
    /// Its value; a finite number if it is one.
    pub value: FigureValue,
    /// What it is.
    pub role: Role,
}

/// A value of its own, other than [`apmon::Value`].
#[derive(Clone, Debug, PartialEq)]
pub enum FigureValue {
    /// A finite number.
    Number(Value<'static>),
    /// A text.
    Text(String),
}

/// What a parameter is. If several have one name, the least is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Its name is the label.
    Label,
    /// The same, and it is a text or a number that identifies: sent when it changes.
    Constant,
    /// Its name is the label with a suffix.
    Suffixed,
}

/// Adds what is sent of a stat. `seconds` is the time in which it counted what is in `increases`;
/// `None` if that isn't known.
pub fn add_figures(
    total: &Total,
    increases: &Increases,
    seconds: Option<f64>,
    figures: &mut Vec<Figure>,
) {
    let mut sink = Sink { label: &total.label, figures };
    match kind_of(total) {
        Kind::Counter => {
            sink.combined(total);
            if total.aggregate == Aggregate::Sum
                && let Some(seconds) = seconds
            {
                let count = counted(total, increases).0;
                sink.suffixed("_R", Value::F64(count as f64 / seconds));
            }
        }
        Kind::Timer | Kind::Average => sink.mean(total, increases, seconds),
        Kind::Histogram => {
            if let Some(new) = increases.histogram(&total.label) {
                sink.percentiles(new);
            }
        }
        Kind::Info => {
            if let Combined::One(value) = total.combined() {
                sink.push("", &value, Role::Constant);
            }
        }
        _ => sink.combined(total),
    }
}

/// The kind, or what the values suggest where files don't say.
fn kind_of(total: &Total) -> Kind {
    total.kind.unwrap_or_else(|| match total.combined() {
        _ if total.aggregate == Aggregate::Sum => Kind::Counter,
        Combined::One(mmstats::Value::Text(_)) | Combined::Different => Kind::Info,
        _ => Kind::Gauge,
    })
}

/// How many values a stat took, and their sum.
fn counted(total: &Total, increases: &Increases) -> (u64, f64) {
    match increases.count(&total.label, total.kind) {
        None => (0, 0.0),
        Some(Increased::Count(count)) => (count, 0.0),
        Some(Increased::Total(count, sum)) => (count, sum),
    }
}

/// Where the parameters of a stat go.
struct Sink<'a> {
    label: &'a str,
    figures: &'a mut Vec<Figure>,
}

impl Sink<'_> {
    /// The value of all files, or the least and the greatest where they don't add up. Several files
    /// always have both, or a series would break off whenever they agree.
    fn combined(&mut self, total: &Total) {
        let is_each = total.aggregate == Aggregate::Each && total.files.get() > 1;
        match total.combined() {
            Combined::Range { least, greatest } => {
                self.push("_least", &least, Role::Suffixed);
                self.push("_greatest", &greatest, Role::Suffixed);
            }
            Combined::One(value) if is_each && value.as_f64().is_some() => {
                self.push("_least", &value, Role::Suffixed);
                self.push("_greatest", &value, Role::Suffixed);
            }
            Combined::One(value) => self.push("", &value, Role::Label),
            Combined::Different | Combined::Nothing => {}
        }
    }

    /// The mean of what is new where that is known, else the mean as it is.
    fn mean(&mut self, total: &Total, increases: &Increases, seconds: Option<f64>) {
        let has = |wanted| total.components().any(|(name, _)| name == wanted);
        if has("total") {
            let Some(seconds) = seconds else { return };
            let (count, sum) = counted(total, increases);
            if count > 0 {
                self.push("", &mmstats::Value::Float(sum / count as f64), Role::Label);
            }
            return self.suffixed("_count_R", Value::F64(count as f64 / seconds));
        }
        let is_empty =
            total.components().any(|(name, value)| name == "count" && value.as_u64() == Some(0));
        if !is_empty && let Combined::One(value) = total.combined() {
            self.push("", &value, Role::Label);
        }
    }

    fn percentiles(&mut self, histogram: &HistogramSnapshot) {
        for (suffix, percent) in PERCENTILES {
            // Beyond the histogram's range it is infinite.
            if let Some(value) = histogram.percentile(percent) {
                self.suffixed(suffix, Value::F64(value));
            }
        }
    }

    fn suffixed(&mut self, suffix: &str, value: Value<'static>) {
        if !value.is_not_finite() {
            self.add(suffix, FigureValue::Number(value), Role::Suffixed);
        }
    }

    fn push(&mut self, suffix: &str, value: &mmstats::Value<'_>, role: Role) {
        let value = match *value {
            mmstats::Value::Unsigned(number) => number.into(),
            mmstats::Value::Signed(number) => number.into(),
            mmstats::Value::Float(number) => number.into(),
            mmstats::Value::Bool(flag) => flag.into(),
            mmstats::Value::Text(ref text) => {
                return self.add(suffix, FigureValue::Text(text.as_ref().into()), Role::Constant);
            }
            _ => return,
        };
        if !Value::is_not_finite(&value) {
            self.add(suffix, FigureValue::Number(value), role);
        }
    }

    fn add(&mut self, suffix: &str, value: FigureValue, role: Role) {
        let name = [self.label, suffix].concat();
        self.figures.push(Figure { name, value, role });
    }
}
