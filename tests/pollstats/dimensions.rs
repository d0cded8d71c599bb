//! Series: labels with dimensions as fields and in filters, added up, and by their values.

use std::path::Path;

use mmstats::{Counter, Field, Options, Published};

use crate::{folder, pollstats, text};

/// A program with a counter for each label.
fn published(folder: &Path, labels: &[&str]) -> (Published<()>, Vec<Counter>) {
    let stats = Options::dynamic("Web").path(folder).create().unwrap();
    let counter = |label: &&str| stats.add(Counter::named((*label).to_owned())).unwrap();
    let counters = labels.iter().map(counter).collect();
    (stats, counters)
}

/// A run with a row, as csv.
fn csv(arguments: &[&str]) -> (Vec<String>, String) {
    let output = pollstats(&[&["-c", "1", "-d", "0.01", "-o", "csv"], arguments].concat());
    let mut lines = csv::Reader::from_reader(&*output.stdout);
    let columns = lines.headers().unwrap().iter().skip(1).map(str::to_owned).collect();
    (columns, text(&output.stderr))
}

#[test]
fn a_whole_label_is_one_field_and_one_filter() {
    let (folder, path) = folder();
    let odd = r#"requests{path="/a,}=\"[*",status="200"}"#;
    let labels = [odd, r#"requests{path="/b",status="200"}"#, "hits"];
    let (_stats, counters) = published(folder.path(), &labels);
    counters[0].add(7);
    let fields = format!("hits,{odd}");
    for operands in [&[&*fields, &path][..], &["-f", &format!("{odd}=7"), &fields, &path]] {
        assert_eq!(csv(operands), (vec!["hits".into(), odd.into()], String::new()));
    }
    let (_, said) = csv(&["-f", &format!("{odd}=8"), &fields, &path]);
    assert!(said.contains("no file passes -f"), "{said}");
    let glob = r#"requests{path="/[bc]",status="?00"}"#;
    assert_eq!(csv(&[glob, &path]).0, [labels[1]]);
}
