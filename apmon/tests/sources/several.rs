//! Several sources, of which one is used.

use std::fs;

use apmon::config::{Configuration, Sources};

use crate::sources;

#[test]
fn sources_are_tried_in_random_order_until_one_has_a_destination() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("one"), "one").unwrap();
    fs::write(path("other"), "other").unwrap();
    fs::write(path("empty"), "").unwrap();
    let sources = sources(&[&path("empty"), &path("none"), &path("one"), &path("other")]);
    let mut seen = [0; 2];
    let mut failures = [0; 3];
    for _ in 0..200 {
        let Configuration { destinations, problems, .. } = sources.load().unwrap();
        assert_eq!(destinations.len(), 1);
        seen[usize::from(destinations[0].host == "one")] += 1;
        failures[problems.len()] += 1;
        for problem in problems {
            let expected =
                if problem.source == path("empty") { "no destination" } else { "No such file" };
            assert!(problem.to_string().starts_with(&format!("{}: {expected}", problem.source)));
        }
    }
    // Each is expected in 33 or more of 200.
    assert!(seen.iter().chain(&failures).all(|count| *count > 0), "{seen:?} {failures:?}");
}

#[test]
fn an_error_has_the_reason_of_each_source() {
    let error = sources(&["/nonexistent/a", "/nonexistent/b"]).load().unwrap_err();
    let mut sources: Vec<_> = error.failures.iter().map(|failure| &*failure.source).collect();
    sources.sort_unstable();
    assert_eq!(sources, ["/nonexistent/a", "/nonexistent/b"]);
    assert_eq!(error.to_string().matches("No such file").count(), 2);
    assert_eq!(Sources::default().load().unwrap_err().to_string(), "no source of configuration");
}
