//! Metrics, and families of samples.

use crate::sample::{MetricType, Sample};
use crate::unit::Scale;

/// What identifies a metric.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metric {
    /// What its source calls it: any text.
    pub raw_name: String,
    /// Its type.
    pub kind: MetricType,
    /// Of its values as they are written: a base unit. Or an empty text.
    pub unit: String,
}

/// One metric's samples.
#[derive(Debug)]
pub struct Family {
    pub metric: Metric,
    pub help: String,
    pub samples: Vec<FamilySample>,
}

/// A sample of a family.
#[derive(Debug)]
pub struct FamilySample {
    /// Which set of labels it has.
    pub owner: usize,
    /// Which labels it has besides.
    pub series: usize,
    /// What converts it to the metric's unit.
    pub scale: Scale,
    pub sample: Sample,
}

impl Metric {
    /// The unit, where it is part of the metric's name.
    pub fn unit_in_name(&self) -> Option<&str> {
        let fits = !self.unit.is_empty()
            && self.kind != MetricType::Info
            && self.unit.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        fits.then_some(&*self.unit)
    }
}
