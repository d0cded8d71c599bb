//! mmash's page in a real browser.

mod browser;
#[path = "../webapp/program.rs"]
#[allow(dead_code, reason = "the tests of webapp use all of it")]
mod program;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use browser::Browser;
use program::Webapp;
use serde_json::{Value, json};
use support::server::Server;
use support::{content, field, tool};
use tempfile::TempDir;

/// mmash on the files of a directory, with many looks at them.
fn mmash(directory: &Path) -> Server {
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    let arguments = ["--listen", "127.0.0.1:0", "--interval", "0.2"];
    Server::start(command.args(arguments).env("MMSTATS_PATH", directory))
}

/// A webapp under load, mmash, and a browser that shows the page.
struct Stage {
    browser: Browser,
    server: Server,
    _webapp: Webapp,
    _directory: TempDir,
}

impl Stage {
    fn set() -> Option<Self> {
        let browser = Browser::start(1280, 800)?;
        let directory = TempDir::new().unwrap();
        let webapp = Webapp::start(directory.path(), &["--seconds", "0"]);
        let server = mmash(directory.path());
        let stage = Self { browser, server, _webapp: webapp, _directory: directory };
        stage.open("");
        Some(stage)
    }

    fn open(&self, view: &str) {
        self.browser.open(&self.url(view));
        self.browser.until("document.querySelector('.row[data-label]')");
    }

    fn url(&self, view: &str) -> String {
        format!("http://{}/{view}", self.server.address)
    }

    /// The text of a column of a stat's row.
    fn cell(&self, label: &str, column: &str) -> String {
        let cell = self.browser.ask(&cell(label, column));
        cell.as_str().unwrap().to_owned()
    }
}

fn cell(label: &str, column: &str) -> String {
    format!("document.querySelector('.row[data-label=\"{label}\"] .{column}').textContent")
}

/// The labels of the rows in the page.
const LABELS: &str =
    "[...document.querySelectorAll('.row[data-label]')].map(row => row.dataset.label)";

fn number(text: &str) -> f64 {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    digits.replace(',', "").parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

#[test]
fn values_and_rates_move() {
    let Some(stage) = Stage::set() else { return };
    let (label, browser) = ("web.stats.status.2XX", &stage.browser);
    let before = number(&stage.cell(label, "value"));
    browser.until(&format!("{}.replace(/\\D/g, '') > {}", cell(label, "value"), before + 100.0));
    browser.until(&format!("/^[1-9][\\d,]*\\/s$/.test({})", cell(label, "rate")));
    browser.until("document.getElementById('state').dataset.state === 'live'");
    assert_eq!(stage.cell("web.stats.version", "value"), env!("CARGO_PKG_VERSION"));
    assert!(stage.cell("web.stats.render", "value").ends_with('s'), "a duration has a unit");
    browser.screenshot("list-light");
}

#[test]
fn a_filter_is_in_the_address_and_works_in_another_tab() {
    let Some(stage) = Stage::set() else { return };
    let browser = &stage.browser;
    browser.type_into("#filter", "STATUS -4xx");
    let expected = json!(["web.stats.status.2XX", "web.stats.status.5XX"]);
    browser.until(&format!("JSON.stringify({LABELS}) === JSON.stringify({expected})"));
    browser.until("location.search === '?filter=STATUS+-4xx'");
    let address = browser.address();
    browser.new_tab();
    browser.open(&address);
    browser.until(&format!("JSON.stringify({LABELS}) === JSON.stringify({expected})"));
    assert_eq!(browser.ask("document.getElementById('filter').value"), json!("STATUS -4xx"));
    let count: Value = browser.ask("document.getElementById('count').textContent");
    assert!(count.as_str().unwrap().starts_with("2 of "), "{count}");
}

/// How many colours the pixels of the first chart have.
const COLORS_IN_CHART: &str = "(() => {
    const canvas = document.querySelector('.charts canvas');
    if (!canvas?.width) return 0;
    const pen = canvas.getContext('2d');
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
})()";

#[test]
fn a_click_opens_a_chart_that_draws_lines_and_bands() {
    let Some(stage) = Stage::set() else { return };
    let browser = &stage.browser;
    browser.click(".row[data-label='web.stats.status.2XX'] .name");
    browser.until("document.querySelectorAll('.charts canvas').length === 1");
    browser.until(&format!("{COLORS_IN_CHART} > 4"));
    browser.click(".row[data-label='web.stats.response.size'] .mark");
    // Responses and bytes don't go on one scale.
    browser.until("document.querySelectorAll('.charts canvas').length === 2");
    browser.until("location.search.split('stat=').length === 3");
    browser.until("/p50 .* p99 /.test(document.querySelectorAll('.reading')[1].textContent)");
    browser.click("[name=show][value=value]");
    browser.until("/^[\\d,]+ responses$/.test(document.querySelector('.reading').textContent)");
    browser.screenshot("chart-light");
    browser.prefer("dark");
    browser.until("getComputedStyle(document.body).backgroundColor === 'rgb(13, 18, 25)'");
    browser.until(&format!("{COLORS_IN_CHART} > 4"));
    browser.screenshot("chart-dark");
    browser.resize(400, 800);
    browser
        .until("innerWidth === 400 && document.querySelector('.charts canvas').clientWidth < 400");
    assert_eq!(browser.ask("document.documentElement.scrollWidth"), json!(400));
    browser.screenshot("chart-narrow");
}

#[test]
fn a_label_never_becomes_markup() {
    let Some(browser) = Browser::start(1280, 800) else { return };
    let label = "web.<img src=x onerror=document.title='caught'>";
    let directory = TempDir::new().unwrap();
    let hits = [1_u64.to_ne_bytes(), 2_u64.to_ne_bytes()].concat();
    let fields = [field(label, "Q", 1, &hits), field("<b>t", "8s", 0xff, b"<i>bold\0")];
    fs::write(directory.path().join("mmstats-odd"), content(&fields)).unwrap();
    let server = mmash(directory.path());
    browser.open(&format!("http://{}/", server.address));
    browser.until(&format!("{LABELS}.length === 2"));
    browser.click(".row[data-label^=web] .name");
    browser.until("document.querySelector('.legend .label')");
    for place in [".row[data-label^=web] [role=gridcell].label", ".legend .label"] {
        let text = browser.ask(&format!("document.querySelector('{place}').textContent"));
        assert_eq!(text, json!(label), "{place}");
    }
    assert_eq!(browser.ask("document.querySelectorAll('img, b, i').length"), json!(0));
    assert_eq!(browser.ask("document.title"), json!("mmash"));
}
