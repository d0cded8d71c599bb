//! Which dimensions are which series.

use mmstats::{Counter, Family, MmStats, Options};

use crate::totals::{by_label, expected};

#[derive(MmStats)]
#[mmstats(prefix = "adding.")]
struct Adding {
    pairs: Family<Counter>,
    twice: Family<Counter>,
    odd: Family<Counter>,
    #[mmstats(label = "na{me")]
    quoted: Family<Counter>,
}

#[test]
fn pairs_in_any_order_are_one_series() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Adding::options().path(directory.path()).create().unwrap();
    stats.pairs.get(&[("a", "1"), ("b", "2")]).incr();
    stats.pairs.get(&[("b", "2"), ("a", "1")]).add(10);
    stats.pairs.get(&[("b", "3"), ("a", "1"), ("b", "2"), ("c", "")]).add(100);
    stats.pairs.get(&[("a", "2"), ("b", "1")]).incr();
    stats.pairs.get(&[]).add(5);
    stats.pairs.get(&[("a", "")]).add(50);
    let sums = [
        (r#"adding.pairs{a="1",b="2"}"#, 111),
        (r#"adding.pairs{a="2",b="1"}"#, 1),
        ("adding.pairs", 55),
    ];
    assert_eq!(by_label(directory.path(), "adding.pairs"), expected(sums));
}

/// A look-up holds nothing, so a second one in the same expression waits for nobody.
#[test]
fn two_look_ups_fit_in_one_expression() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Adding::options().path(directory.path()).create().unwrap();
    let (one, other) = (stats.twice.get(&[("n", "1")]), stats.twice.get(&[("n", "2")]));
    one.add(3);
    other.add(stats.twice.get(&[("n", "1")]).get() + stats.twice.get(&[("n", "3")]).get());
    let numbers: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let kept: Vec<_> = numbers.iter().map(|n| stats.twice.get(&[("n", n)])).collect();
    for counter in &kept {
        counter.incr();
    }
    assert!(std::ptr::eq(kept[1], one) && one.get() == 4 && other.get() == 4);
}

#[test]
fn any_text_is_a_value_and_any_key_but_one_a_key() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Adding::options().path(directory.path()).create().unwrap();
    for value in ["\"", "\\", "\n", "{}", "größer", "a,b=\"c\""] {
        stats.odd.get(&[("value", value)]).incr();
    }
    stats.odd.get(&[("le", "1"), ("my-key", "2"), ("__x", "3")]).incr();
    stats.odd.get(&[("overflow", "false")]).add(10);
    stats.odd.get(&[("", "x")]).add(20);
    stats.quoted.get(&[("k", "v")]).incr();
    let sums = [
        ("adding.odd{value=\"\\\"\"}", 1),
        ("adding.odd{value=\"\\\\\"}", 1),
        ("adding.odd{value=\"\\n\"}", 1),
        ("adding.odd{value=\"{}\"}", 1),
        ("adding.odd{value=\"größer\"}", 1),
        (r#"adding.odd{value="a,b=\"c\""}"#, 1),
        (r#"adding.odd{__x="3",le="1","my-key"="2"}"#, 1),
        (r#"adding.odd{overflow="true"}"#, 30),
    ];
    // Keys are sorted by their bytes: `_` is before lower-case letters.
    assert_eq!(by_label(directory.path(), "adding.odd"), expected(sums));
    let sums = [(r#"{"adding.na{me",k="v"}"#, 1)];
    assert_eq!(by_label(directory.path(), "adding.na{me"), expected(sums));
}

#[test]
fn dimensions_of_single_stats_are_checked() {
    use mmstats::{AddError, DeclareError, Field};

    let directory = tempfile::tempdir().unwrap();
    let stats = Options::dynamic("D").prefix("p.").path(directory.path()).create().unwrap();
    let counter = || Counter::named("single");
    let one = stats.add(counter().dimension("b", "2").dimension("a", "1").dimension("c", ""));
    one.unwrap().incr();
    let two = stats.add(Counter::named(r#"single{x="1"}"#).dimension("a", "\"")).unwrap();
    two.add(2);
    let sums = [(r#"p.single{a="1",b="2"}"#, 1), (r#"p.single{a="\"",x="1"}"#, 2)];
    assert_eq!(by_label(directory.path(), "p.single"), expected(sums));
    // The prefix goes before the name, wherever that stands, and changes the size.
    let size_256 = format!(r#"long{{a="{}",}}"#, "x".repeat(256 - 10));
    for label in [r#"{"odd{",a="1"}"#, &size_256] {
        stats.add(Counter::named(label.to_owned())).unwrap().incr();
    }
    let long = size_256.replace("long", "p.long").replace(",}", "}");
    assert_eq!(by_label(directory.path(), "p.odd{"), expected([(r#"{"p.odd{",a="1"}"#, 1)]));
    assert_eq!(by_label(directory.path(), "p.long"), expected([(&*long, 1)]));
    let source = |result| match result {
        Err(AddError::Declaration { source, .. }) => source,
        other => panic!("{other:?}"),
    };
    let key = |found: &str| DeclareError::Key { found: found.into() };
    assert_eq!(source(stats.add(counter().dimension("", "1"))), key(""));
    assert_eq!(source(stats.add(counter().dimension("overflow", "1"))), key("overflow"));
    let twice = counter().dimension("a", "1").dimension("a", "");
    let found = "a".to_owned();
    assert_eq!(source(stats.add(twice)), DeclareError::DuplicateKey { found });
    let same = counter().dimension("a", "1").dimension("b", "2");
    assert_eq!(source(stats.add(same)), DeclareError::DuplicateLabel);
}
