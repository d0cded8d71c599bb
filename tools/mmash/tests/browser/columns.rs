//! How the columns of the list share its width.

use mmstats::{Field, Gauge, Options, Text};
use mmstats_testing::browser::Browser;
use serde_json::json;
use tempfile::TempDir;

use crate::{ANYWHERE, mmash};

#[test]
fn labels_have_the_room_that_values_leave() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let stats = Options::dynamic("site").path(directory.path()).default_fields(false);
    let stats = stats.create().unwrap();
    let loads = ["wn201", "wn202"].map(|node| {
        let label = format!(r#"load1{{cluster="Tier2_{node}",node="{node}"}}"#);
        let load: Gauge<f64> = stats.add(Gauge::named(label)).unwrap();
        load.set(0.25);
        load
    });
    let text = Text::named("platform").size(250).initial("Linux ".repeat(40));
    let _platform: Text = stats.add(text).unwrap();
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?name=load1", server.address));
    browser.until("document.querySelector(\".row[data-name='load1']\")");
    browser.click(".row[data-name='load1'] .count");
    browser.until("document.querySelectorAll('.row.series').length === 2");
    let whole = "[...document.querySelectorAll('.row.series .label, .row.names .label')]
        .filter(label => label.scrollWidth <= label.clientWidth).length";
    assert_eq!(browser.ask(whole), json!(loads.len() + 1));
    // A long text leaves room for its label.
    let cut = "(value => value.scrollWidth > value.clientWidth && value.clientWidth < 200)
        (document.querySelector(\".row[data-label='platform'] .value\"))";
    assert_eq!(browser.ask(cut), json!(true));
    let label = "(label => label.scrollWidth <= label.clientWidth)
        (document.querySelector(\".row[data-label='platform'] .label\"))";
    assert_eq!(browser.ask(label), json!(true));
    // The right edges of the values are in line, also with that of their heading.
    let edges = "new Set([...document.querySelectorAll('.list .head > :nth-child(3), .row:not(.group) .value')]
        .map(value => value.getBoundingClientRect().right)).size";
    assert_eq!(browser.ask(edges), json!(1));
    browser.screenshot("columns");
}
