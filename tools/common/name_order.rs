//! The series of a name, one after the other.

use std::collections::HashMap;

use mmstats::Series;

use super::natural;

/// Brings the series of each name together where the first of them is, in the natural order of their
/// labels. `describe` gives what a label says, and its bytes.
pub fn in_name_order<'a, T: Copy>(
    items: Vec<T>,
    describe: impl Fn(T) -> (Series<'a>, &'a [u8]),
) -> Vec<T> {
    // Nearly no file has dimensions.
    if !items.iter().any(|item| describe(*item).1.ends_with(b"}")) {
        return items;
    }
    let mut names = HashMap::new();
    let numbered = items.into_iter().map(|item| {
        let (series, label) = describe(item);
        let next = names.len();
        let name = *names.entry(series.name().to_owned()).or_insert(next);
        (name, label, item)
    });
    let mut numbered: Vec<_> = numbered.collect();
    numbered.sort_by(|(one_name, one, _), (other_name, other, _)| {
        one_name.cmp(other_name).then_with(|| natural::compare(one, other))
    });
    numbered.into_iter().map(|(.., item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(labels: &[&'static str]) -> Vec<&'static str> {
        in_name_order(labels.to_vec(), |label| (Series::parse(label), label.as_bytes()))
    }

    #[test]
    fn series_of_a_name_stand_together() {
        let labels = [
            "z",
            r#"r{s="10"}"#,
            r#"q{s="10"}"#,
            "a",
            r#"r{s="9"}"#,
            // Plain names.
            "r{",
            r#"r{s=""}"#,
            "r",
            r#"q{s="9"}"#,
        ];
        let sorted = [
            "z",
            "r",
            r#"r{s="9"}"#,
            r#"r{s="10"}"#,
            r#"q{s="9"}"#,
            r#"q{s="10"}"#,
            "a",
            "r{",
            r#"r{s=""}"#,
        ];
        assert_eq!(order(&labels), sorted);
        assert_eq!(order(&["z", "r10", "r9"]), ["z", "r10", "r9"], "as they came");
    }
}
