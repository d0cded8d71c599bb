//! The example `tenants`: what its tools show is what it says it did.

use std::collections::BTreeMap;
use std::fs;

use mmstats_testing::command::{run, tool};
use mmstats_testing::programs::built_example;

/// The number at the beginning of a text, with its separators.
fn number(text: &str) -> u64 {
    let digits = text.split(|c: char| !c.is_ascii_digit() && c != ',').next().unwrap();
    digits.replace(',', "").parse().unwrap_or_else(|_| panic!("no number: {text:?}"))
}

/// What follows `before`.
fn after<'a>(text: &'a str, before: &str) -> &'a str {
    text.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {text}")).1.trim_start()
}

/// The samples of `api_requests_total` by their labels.
fn samples(text: &str) -> BTreeMap<&str, u64> {
    let samples = text.lines().filter_map(|line| line.strip_prefix("api_requests_total{"));
    samples.map(|line| line.rsplit_once("} ").unwrap()).map(|(key, n)| (key, number(n))).collect()
}

#[test]
fn totals_are_what_it_did_and_nothing_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let ran = run(tool(built_example("tenants")).env("MMSTATS_PATH", directory.path()));
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{}", ran.stdout);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);

    let parts: Vec<_> = ran.stdout.split("\n$ ").collect();
    let [_, poll, slurp, prom] = parts[..] else { panic!("three commands: {}", ran.stdout) };
    assert!(poll.starts_with("pollstats --by tenant "), "{poll}");
    assert!(slurp.starts_with("slurpstats --sum --by '' "), "{slurp}");
    assert!(prom.starts_with("slurpstats --sum -o prom "), "{prom}");
    for tenant in ["acme", "globex", "initech", "umbrella"] {
        assert!(poll.split_whitespace().any(|word| word == tenant), "{poll}");
    }

    let told = poll.lines().find(|line| line.contains(" were answered")).unwrap();
    let (answered, invented) = (number(told), number(after(told, "answered,")));
    assert!(answered > 100 && invented > 2, "{told}");
    assert_eq!(number(after(slurp, "\n  api.requests ")), answered);
    assert_eq!(number(after(after(slurp, "\n  api.latency "), "(count")), answered);
    assert_eq!(number(after(slurp, "\n  api.in_flight ")), 0);

    let samples = samples(prom);
    assert_eq!(samples.len(), 18 + 1);
    assert_eq!(samples.values().sum::<u64>(), answered);
    let known = |labels: &str| {
        ["acme", "globex", "initech", "umbrella"].iter().any(|tenant| labels.contains(tenant))
    };
    let of_others = samples.iter().filter(|(labels, _)| !known(labels));
    assert_eq!(of_others.map(|(_, count)| count).sum::<u64>(), invented);
    assert_eq!(samples[r#"overflow="true""#], invented - 2);
}
