//! What stands above the samples of a metric: help, type, unit.

use crate::format::Format;
use crate::metric::Family;
use crate::names::Name;
use crate::sample::MetricType;

/// Appends a metric's help, type and unit.
pub fn push_description(out: &mut Vec<u8>, format: Format, name: &Name, family: &Family) {
    let metric = &family.metric;
    // In 0.0.4 the description of a metric with one sample is of that sample's name.
    let suffix = match format {
        Format::Text => metric.kind.suffix(),
        Format::OpenMetrics => "",
    };
    let help = help_of(family, name.is_escaped);
    let name = &*name.text;
    let mut line = |parts: &[&str]| {
        for part in parts {
            out.extend_from_slice(part.as_bytes());
        }
        out.push(b'\n');
    };
    if !help.is_empty() {
        line(&["# HELP ", name, suffix, " ", &format.escape_help(&help)]);
    }
    line(&["# TYPE ", name, suffix, " ", format.type_name(metric.kind)]);
    if let (Format::OpenMetrics, Some(unit)) = (format, metric.unit_in_name())
        && name.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_'))
    {
        line(&["# UNIT ", name, " ", unit]);
    }
}

/// The help text, else the raw name; then what the metric's name can't say of its unit and its raw
/// name, and how the sum of a histogram is estimated.
fn help_of(family: &Family, is_escaped: bool) -> String {
    let metric = &family.metric;
    let mut help = family.help.clone();
    if help.is_empty() {
        help.clone_from(&metric.raw_name);
    }
    let mut append = |sentence: &str| {
        let separator = match help.chars().last() {
            None => "",
            Some('.' | '!' | '?') => " ",
            Some(_) => ". ",
        };
        help.extend([separator, sentence]);
    };
    if !metric.unit.is_empty() && metric.unit_in_name().is_none() {
        append(&format!("In {}.", metric.unit));
    }
    if metric.kind == MetricType::Histogram {
        append(
            "The sum takes each value for the middle of its bucket, or for the least that it can be if it is beyond the range.",
        );
    }
    if is_escaped {
        append(&format!("The name is {}, whose usual spelling is another's.", metric.raw_name));
    }
    help
}
