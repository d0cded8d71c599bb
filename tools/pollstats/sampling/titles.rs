//! What stands above columns: labels without what all of them have.

use std::collections::HashSet;

use mmstats::Series;

/// Above what has none of the dimensions that its neighbours have.
const NONE: &str = "(none)";
/// In place of the value of a dimension that is absent.
const ABSENT: &str = "-";

/// The titles of labels: without their prefix, and with the values of the dimensions `keys` instead
/// of the dimensions. If all are of one name and `is_name_known`, only the values are left.
pub fn titles(labels: &[&str], prefix: &str, keys: &[String], is_name_known: bool) -> Vec<String> {
    let long = || labels.iter().map(|label| without_prefix(label, prefix).to_owned()).collect();
    if keys.is_empty() {
        return long();
    }
    let series: Vec<_> = labels.iter().map(|label| Series::parse(label)).collect();
    let is_one_name = series.windows(2).all(|pair| pair[0].name() == pair[1].name());
    let any_values = series.iter().any(|series| !series.is_plain());
    let is_bare = is_name_known && is_one_name && any_values;
    let title = |(label, series): (&&str, &Series<'_>)| {
        let is_group = series.dimensions().all(|(key, _)| keys.iter().any(|kept| kept == key));
        match (series.is_plain(), is_group, is_bare) {
            (true, _, true) => NONE.to_owned(),
            (false, true, true) => values(series, keys),
            (false, true, false) => {
                format!("{}{{{}}}", without_prefix(series.name(), prefix), values(series, keys))
            }
            _ => without_prefix(label, prefix).to_owned(),
        }
    };
    let titles: Vec<_> = labels.iter().zip(&series).map(title).collect();
    let mut seen = HashSet::new();
    if titles.iter().all(|title| seen.insert(title)) { titles } else { long() }
}

fn values(series: &Series<'_>, keys: &[String]) -> String {
    let values = keys.iter().map(|key| series.get(key).unwrap_or(ABSENT));
    values.collect::<Vec<_>>().join(",")
}

/// A label without its prefix and the dot behind that; a label that is nothing more is left.
fn without_prefix<'a>(label: &'a str, prefix: &str) -> &'a str {
    let title = label.strip_prefix(prefix).unwrap_or(label);
    let title = title.strip_prefix('.').unwrap_or(title);
    if title.is_empty() { label } else { title }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(labels: &[&str], keys: &[&str], is_name_known: bool) -> Vec<String> {
        let keys: Vec<_> = keys.iter().map(|&key| key.to_owned()).collect();
        titles(labels, "web.", &keys, is_name_known)
    }

    #[test]
    fn values_are_enough_where_there_is_one_name() {
        let one = [r#"web.r{s="200"}"#, r#"web.r{m="GET",s="500"}"#, "web.r"];
        assert_eq!(titled(&one, &["s", "m"], true), ["200,-", "500,GET", "(none)"]);
        assert_eq!(titled(&one, &["s", "m"], false), ["r{200,-}", "r{500,GET}", "r"]);
        let two = [r#"web.r{s="200"}"#, "web.odd"];
        assert_eq!(titled(&two, &["s"], true), ["r{200}", "odd"]);
        assert_eq!(titled(&["web.r"], &["s"], true), ["r"], "there may be values later");
    }

    #[test]
    fn labels_are_left_where_values_are_not_enough() {
        let long = [r#"r{m="GET",s="200"}"#, r#"r{s="200"}"#].map(|label| format!("web.{label}"));
        let labels = long.each_ref().map(|label| &**label);
        assert_eq!(titled(&labels, &["s"], true), [r#"r{m="GET",s="200"}"#, "200"]);
        assert_eq!(titled(&labels, &[], true), [&labels[0][4..], &labels[1][4..]]);
        let alike = [r#"web.r{a="1,2",b="3"}"#, r#"web.r{a="1",b="2,3"}"#];
        assert_eq!(titled(&alike, &["a", "b"], true), alike.map(|label| &label[4..]));
    }
}
