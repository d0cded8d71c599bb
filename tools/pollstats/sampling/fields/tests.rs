//! Which labels FIELDS select.

use mmstats::{Identity, StatsFile};
use mmstats_testing::foreign::{Foreign, foreign, writer_like};

use super::*;
use crate::pollstats::sampling::column_kind::ColumnKind;

pub type Labels = Vec<(&'static str, ColumnKind)>;

/// What is known of stats with these labels, of the tool mmash.
pub fn known(fields: &Fields, labels: &[(&'static str, ColumnKind)]) -> Catalog {
    let mut known = Catalog::new(1000);
    for &(label, kind) in labels {
        let writer = writer_like(&Identity::default(), |_| {});
        let bytes = foreign(&writer, &[Foreign::new(label, 2, "Q", &[1])]);
        let file = StatsFile::from_bytes("file", bytes).unwrap();
        let stat = file.get(label).unwrap();
        let candidate = fields.candidate(&stat);
        let subject = Subject::of_command("mmash", &candidate.name);
        for target in fields.targets(&candidate, subject).into_iter().flatten() {
            known.add(target, &stat, kind, subject);
        }
    }
    known
}

fn web() -> Labels {
    use ColumnKind::{Counter, Gauge, Info, Timer, Timestamp};
    vec![
        ("web.stats.busy", Gauge),
        ("web.stats.render", Timer),
        ("web.stats.since", Timestamp),
        ("web.stats.status.2XX", Counter),
        ("web.stats.status.3XX", Counter),
        ("web.stats.version", Info),
    ]
}

pub fn select(fields: &Fields, labels: &[(&'static str, ColumnKind)]) -> Vec<SelectedLabel> {
    fields.select(&known(fields, labels))
}

fn titles(fields: &Fields, labels: &[(&'static str, ColumnKind)]) -> Vec<String> {
    select(fields, labels).into_iter().map(|chosen| chosen.title).collect()
}

fn is_selected(fields: &Fields, label: &'static str) -> bool {
    known(fields, &[(label, ColumnKind::Gauge)]).iter().next().is_some()
}

fn unmatched(fields: &Fields) -> Vec<String> {
    let (known, others) = (known(fields, &web()), BTreeSet::new());
    fields.unmatched(&known, &others).map(|(field, _)| field.to_owned()).collect()
}

#[test]
fn a_prefix_stands_before_each_field() {
    let fields = Fields::new("web.stats.", Some("status.3XX, status.2XX,,"), false);
    let chosen = select(&fields, &web());
    assert_eq!(chosen[0].label, "web.stats.status.3XX");
    assert_eq!(titles(&fields, &web()), ["status.3XX", "status.2XX"]);
    assert!(is_selected(&fields, "web.stats.status.2XX"));
}

#[test]
fn a_comma_in_a_label_is_a_part_of_it() {
    let list = r#"requests{a="x,}y",b="\",1"},hits, errors{code="#;
    let fields = Fields::new("", Some(list), false);
    let expected = [r#"requests{a="x,}y",b="\",1"}"#, "hits", "errors{code="];
    assert_eq!(titles(&fields, &[]), expected);
}

#[test]
fn a_prefix_may_lack_its_dot() {
    let fields = Fields::new("web.stats.status", Some("2XX"), false);
    assert_eq!(select(&fields, &web())[0].label, "web.stats.status.2XX");
    assert_eq!(titles(&fields, &web()), ["2XX"]);
    // Where both are there, the prefix as it was given counts.
    let both = [("a.b", ColumnKind::Gauge), ("ab", ColumnKind::Gauge)];
    let selected = select(&Fields::new("a", Some("b"), false), &both);
    assert_eq!((selected.len(), &*selected[0].label), (1, "ab"));
}

#[test]
fn a_field_that_may_come_later_is_named_as_it_will_be() {
    let fields = Fields::new("web.stats", Some("status.2XX,status.9XX"), false);
    let labels = |labels: &[_]| -> Vec<String> {
        select(&fields, labels).into_iter().map(|chosen| chosen.label).collect()
    };
    let expected = ["web.stats.status.2XX", "web.stats.status.9XX"];
    assert_eq!(labels(&[]), expected);
    assert_eq!(labels(&web()), expected);
    assert_eq!(unmatched(&fields), ["web.stats.status.9XX"]);
}

#[test]
fn a_field_without_what_stands_before_it_is_found() {
    let others = web().into_iter().map(|(label, _)| label.to_owned()).collect();
    for (prefix, field, expected) in [
        ("", "status.2XX", &["web.stats.status.2XX"][..]),
        ("", "status.*", &["*.status.*"]),
        ("web.stats", "2XX", &["web.stats.status.2XX"]),
        ("", "nothing", &[]),
        ("", "no.*", &[]),
    ] {
        let fields = Fields::new(prefix, Some(field), false);
        let known = Catalog::new(0);
        let meant = fields.unmatched(&known, &others).flat_map(|(_, meant)| meant);
        assert_eq!(meant.collect::<Vec<_>>(), expected, "{field}");
    }
}

#[test]
fn a_glob_gives_each_label_one_column() {
    let fields = Fields::new("web.stats.", Some("*3XX,status.*"), false);
    assert_eq!(titles(&fields, &web()), ["status.3XX", "status.2XX"]);
}

#[test]
fn a_field_that_nothing_matches_has_a_column() {
    let fields = Fields::new("web.stats.", Some("gone,more.*,odd["), false);
    assert_eq!(titles(&fields, &web()), ["gone", "more.*", "odd["]);
    assert_eq!(unmatched(&fields), ["web.stats.gone", "web.stats.more.*", "web.stats.odd["]);
}

#[test]
fn without_fields_what_moves_is_selected() {
    let fields = Fields::new("web.stats.", None, false);
    assert_eq!(titles(&fields, &web()), ["status.2XX", "status.3XX", "render", "busy"]);
    assert_eq!(titles(&Fields::new("", None, false), &web()), titles(&fields, &web()));
    let two = [("web.a", ColumnKind::Gauge), ("webb.b", ColumnKind::Gauge)];
    assert_eq!(titles(&Fields::new("", None, false), &two), ["web.a", "webb.b"]);
    assert!(is_selected(&fields, "web.stats.busy") && !is_selected(&fields, "other.busy"));
}

#[test]
fn what_is_not_about_work_is_asked_for_or_comes_last() {
    use ColumnKind::{Counter, Gauge};
    let own = [("mmash.files", Gauge), ("mmash.requests", Counter)];
    let process = ("web.sys.unpublished", Gauge);
    let known = [&own[..], &[("web.busy", Gauge), process]].concat();
    let titles = |fields: &Fields| titles(fields, &known);
    assert_eq!(titles(&Fields::new("", None, false)), ["busy"]);
    let all = ["web.busy", "mmash.requests", "mmash.files", "web.sys.unpublished"];
    assert_eq!(titles(&Fields::new("", None, true)), all);
    let all = ["web.busy", "mmash.files", "mmash.requests", "web.sys.unpublished"];
    assert_eq!(titles(&Fields::new("", Some("*"), false)), all);
    assert_eq!(titles(&Fields::new("", Some("mmash.files"), false)), ["mmash.files"]);
    let of_own = select(&Fields::new("", None, false), &own).len();
    assert_eq!(of_own, 2, "there is nothing else");
    for (prefix, all, expected) in [
        ("web.", false, false),
        ("web.", true, true),
        ("web.sys", false, true),
        ("web.sys.", false, true),
    ] {
        let fields = Fields::new(prefix, None, all);
        assert_eq!(is_selected(&fields, "web.sys.unpublished"), expected, "{prefix}");
    }
}
