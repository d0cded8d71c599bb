//! Which labels FIELDS select where there are series.

use super::tests::{Labels, known, select};
use super::*;
use crate::pollstats::sampling::column_kind::ColumnKind;

const GET_200: &str = r#"requests{method="GET",status="200"}"#;
const GET_500: &str = r#"requests{method="GET",status="500"}"#;
const PUT_200: &str = r#"requests{method="PUT",status="200"}"#;
const ODD: &str = r#"requests{path="/[a]*"}"#;
/// What the former matches as a glob.
const PATH: &str = r#"requests{path="/ab"}"#;

fn series() -> Labels {
    let requests = [GET_200, GET_500, PUT_200, ODD, PATH, "requests"];
    let labels = requests.into_iter().chain([r#"errors{status="500"}"#, "hits"]);
    labels.map(|label| (label, ColumnKind::Counter)).collect()
}

fn labels(list: Option<&str>, by: Option<&str>) -> Vec<String> {
    let grouping: Option<Grouping> = by.map(|keys| keys.parse().unwrap());
    let fields = Fields::new("", list, false).grouped_by(grouping.as_ref());
    select(&fields, &series()).into_iter().map(|selected| selected.label).collect()
}

#[test]
fn a_name_is_all_its_series_and_a_label_one() {
    for (list, expected) in [
        ("requests", &["requests"][..]),
        ("requests,hits", &["requests", "hits"]),
        (GET_200, &[GET_200]),
        (ODD, &[ODD]),
        // A glob over names, and one over labels.
        ("*s", &["errors", "hits", "requests"]),
        ("*{*200*", &[GET_200, PUT_200]),
        (r#"requests{*,status="?00"}"#, &[GET_200, GET_500, PUT_200]),
        (r#"requests{path="/[a]*"},requests{p*}"#, &[ODD, PATH]),
        (r#"requests{path="/[a]?"}"#, &[PATH]),
        // Nothing.
        (r#"requests{status="200"}"#, &[r#"requests{status="200"}"#]),
    ] {
        assert_eq!(labels(Some(list), None), expected, "{list}");
    }
    assert_eq!(labels(None, None), ["errors", "hits", "requests"]);
}

#[test]
fn dimensions_are_kept_or_added_up() {
    let [ok, bad] = ["200", "500"].map(|status| format!(r#"requests{{status="{status}"}}"#));
    let (ok, bad, errors) = (ok.as_str(), bad.as_str(), r#"errors{status="500"}"#);
    for (list, by, expected) in [
        (Some("requests"), "status", &["requests", ok, bad][..]),
        (Some("requests"), "", &["requests"]),
        (Some("requests"), "nothing", &["requests"]),
        (Some(ok), "status", &[ok]),
        (Some(GET_200), "status", &[GET_200]),
        (Some("*{*GET*"), "status", &[ok, bad]),
        (Some("*{*GET*"), "", &["requests"]),
        (Some("e*,requests"), "status", &[errors, "requests", ok, bad]),
        (None, "status", &[errors, "hits", "requests", ok, bad]),
        (None, "", &["errors", "hits", "requests"]),
    ] {
        assert_eq!(labels(list, Some(by)), expected, "{list:?} {by}");
    }
}

#[test]
fn a_series_has_a_part_in_its_own_column_and_in_its_name_s() {
    let list = format!("requests,{GET_200}");
    let fields = Fields::new("", Some(&list), false);
    let known = known(&fields, &series());
    let ids = ["requests", GET_200].map(|label| known.id(label).unwrap());
    assert_ne!(ids[0], ids[1]);
    let selected = fields.select(&known).into_iter().map(|selected| selected.label);
    assert_eq!(selected.collect::<Vec<_>>(), ["requests", GET_200]);
}

#[test]
fn names_and_labels_are_suggested() {
    let others = ["web.requests", r#"web.requests{status="200"}"#].map(str::to_owned);
    let others = BTreeSet::from(others);
    let suggested = |field: &str| -> Vec<String> {
        let fields = Fields::new("", Some(field), false);
        fields.unmatched(&Catalog::new(0), &others).flat_map(|(_, meant)| meant).collect()
    };
    assert_eq!(suggested("requests"), ["web.requests"]);
    assert_eq!(suggested(r#"requests{status="200"}"#), [r#"web.requests{status="200"}"#]);
    assert_eq!(suggested(r#"web.requests{status="404"}"#), ["web.requests"]);
    assert_eq!(suggested("req*"), ["*.req*"]);
}
