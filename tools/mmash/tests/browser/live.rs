//! A webapp under load, as the page shows it.

use mmstats_testing::browser::{Browser, DOWN, ENTER, ESCAPE, LEFT, RIGHT, pixels};
use mmstats_testing::server::Server;
use mmstats_testing::webapp::Webapp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::dead_programs::{PIECES, pass};
use crate::{ANYWHERE, LABELS, cell, mmash};

/// A webapp under load, mmash, and a browser that shows the page.
struct Stage {
    browser: Browser,
    server: Server,
    webapp: Webapp,
    directory: TempDir,
}

impl Stage {
    /// `None` if there is no browser: the test is skipped.
    fn open() -> Option<Self> {
        let browser = Browser::start()?;
        let directory = TempDir::new().unwrap();
        let webapp = Webapp::start(directory.path(), &["--seconds", "0"]);
        let server = mmash(ANYWHERE, directory.path());
        browser.open(&format!("http://{}/", server.address));
        browser.until("document.querySelector('.row[data-label]')");
        Some(Self { browser, server, webapp, directory })
    }

    /// The text of a column of a stat's row.
    fn cell(&self, label: &str, column: &str) -> String {
        let cell = self.browser.ask(&cell(label, column));
        cell.as_str().unwrap().to_owned()
    }
}

fn number(text: &str) -> f64 {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    digits.replace(',', "").parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

#[test]
fn values_and_rates_move() {
    let Some(stage) = Stage::open() else { return };
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
fn a_filter_is_in_the_url_and_works_in_another_tab() {
    let Some(stage) = Stage::open() else { return };
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

#[test]
fn a_click_opens_a_chart_that_draws_lines_and_bands() {
    let Some(stage) = Stage::open() else { return };
    let browser = &stage.browser;
    browser.click(".row[data-label='web.stats.status.2XX'] .name");
    browser.until("document.querySelectorAll('.charts canvas').length === 1");
    browser.until(&format!("{} > 10", pixels(0, 1)));
    browser.click(".row[data-label='web.stats.response.size'] .mark");
    // Responses and bytes don't share a scale.
    browser.until("document.querySelectorAll('.charts canvas').length === 2");
    browser.until("location.search.split('stat=').length === 3");
    browser.until("/p50 .* p99 /.test(document.querySelectorAll('.reading')[1].textContent)");
    browser.click("[name=show][value=value]");
    browser.until("/^[\\d,]+ responses$/.test(document.querySelector('.reading').textContent)");
    browser.screenshot("chart-light");
}

/// The dragged range fills the chart; the value under the pointer is read.
#[test]
fn dragging_over_a_chart_zooms_in() {
    let Some(stage) = Stage::open() else { return };
    let browser = &stage.browser;
    browser.click(".row[data-label='web.stats.status.2XX'] .name");
    browser.until(&format!("{} > 10", pixels(0, 1)));
    browser.drag(".charts canvas", 40, 240);
    browser.until("document.querySelector('.tools button').textContent === 'Zoom out'");
    browser.until("!document.querySelector('.tools button').hidden");
    browser.until("/^\\d\\d:\\d\\d:\\d\\d$/.test(document.querySelector('.moment').textContent)");
    browser.click(".tools button");
    browser.until("document.querySelector('.tools button').hidden");
}

#[test]
fn charts_adapt_to_dark_mode_and_narrow_windows() {
    let Some(stage) = Stage::open() else { return };
    let browser = &stage.browser;
    browser.click(".row[data-label='web.stats.status.2XX'] .name");
    browser.click(".row[data-label='web.stats.response.size'] .mark");
    browser.prefer("dark");
    browser
        .until("getComputedStyle(document.documentElement).backgroundColor === 'rgb(13, 18, 25)'");
    browser.until(&format!("{} > 10 && {} > 10", pixels(0, 1), pixels(1, 2)));
    browser.screenshot("chart-dark");
    browser.resize(400, 800);
    browser
        .until("innerWidth === 400 && document.querySelector('.charts canvas').clientWidth < 400");
    assert_eq!(browser.ask("document.documentElement.scrollWidth"), json!(400));
    browser.screenshot("chart-narrow");
}

#[test]
fn a_paused_page_resumes_with_current_values() {
    let Some(stage) = Stage::open() else { return };
    let browser = &stage.browser;
    let hits = cell("web.stats.status.2XX", "value");
    browser.click("#pause");
    browser.until("document.getElementById('state').textContent === 'paused'");
    let stopped = number(&stage.cell("web.stats.status.2XX", "value"));
    // Steps arrive, and scrolling redraws rows.
    browser.ask("performance.mark('pause'), document.getElementById('rows').scrollTo(0, 40)");
    browser.until("performance.now() - performance.getEntriesByName('pause')[0].startTime > 500");
    assert_eq!(number(&stage.cell("web.stats.status.2XX", "value")), stopped);
    browser.click("#pause");
    browser.until(&format!("{hits}.replace(/\\D/g, '') > {stopped}"));
}

/// The label of the row that is active.
const ACTIVE: &str = "document.querySelector('#stats:focus .row.active')?.dataset.label";

#[test]
fn the_list_and_the_charts_work_with_the_keyboard() {
    let Some(stage) = Stage::open() else { return };
    let browser = &stage.browser;
    // Nothing has the focus yet: the first arrow key moves it into the list.
    assert_eq!(browser.ask("document.activeElement === document.body"), json!(true));
    for label in ["web.stats.busy", "web.stats.last_path"] {
        browser.press(DOWN);
        browser.until(&format!("{ACTIVE} === '{label}'"));
    }
    browser.press("/");
    browser.until("document.activeElement.id === 'filter'");
    browser.press("status");
    browser.until(&format!("{LABELS}.length === 3"));
    // The first stat, after its group, opens the chart; the next one is added.
    browser.press(&[DOWN, ENTER].concat());
    browser.until("location.search.includes('stat=web.stats.status.2XX')");
    browser.press(&[DOWN, " "].concat());
    browser.until("location.search.includes('stat=web.stats.status.4XX')");
    browser.until("document.querySelectorAll('.legend li').length === 2");
    let active = "document.getElementById(
        document.getElementById('stats').getAttribute('aria-activedescendant')).dataset.label";
    browser.until(&format!("{active} === 'web.stats.status.4XX'"));
    // The arrow keys read one point after the other.
    browser.type_into(".charts canvas", &[LEFT, LEFT].concat());
    browser.until("/^\\d\\d:\\d\\d:\\d\\d$/.test(document.querySelector('.moment').textContent)");
    let spoken = "document.querySelector('#detail > [role=status]').textContent";
    browser.until(&format!("{spoken}.includes('web.stats.status.2XX')"));
    browser.type_into("body", ESCAPE);
    browser.until("document.getElementById('detail').hidden");
    browser.ask("history.back()");
    browser.until("document.querySelectorAll('.legend li').length === 2");
    // In the filter, Enter opens the first stat; left and right collapse and expand its group.
    browser.type_into("#filter", &[" -2xx", ENTER].concat());
    browser.until("location.search === '?filter=status+-2xx&stat=web.stats.status.4XX'");
    browser.until(&format!("{ACTIVE} === 'web.stats.status.4XX'"));
    browser.press(LEFT);
    browser.until(&format!("{LABELS}.length === 0"));
    browser.press(RIGHT);
    browser.until(&format!("{LABELS}.length === 2"));
}

#[test]
fn files_are_listed_with_program_and_liveness() {
    let Some(stage) = Stage::open() else { return };
    let browser = &stage.browser;
    browser.click("#files");
    browser.until("document.querySelectorAll('dialog tbody tr').length === 4");
    let text = browser.ask("document.querySelector('dialog').innerText");
    let text = text.as_str().unwrap();
    assert!(text.contains("4 files of 4 threads in 1 process: 4 alive"), "{text}");
    assert!(text.contains(&format!("webapp {}", stage.webapp.pid)), "{text}");
    browser.screenshot("files-light");
    browser.click("dialog button");
    browser.click(".row[data-label='web.stats.response.size'] .name");
    browser.click(".per-file summary");
    browser.until("document.querySelectorAll('.per-file tbody tr').length === 4");
    let text = browser.ask("document.querySelector('.per-file').innerText");
    assert!(text.as_str().unwrap().contains(": p50 "), "{text}");
}

#[test]
fn the_page_reports_a_lost_server_and_reconnects() {
    let Some(stage) = Stage::open() else { return };
    let Stage { browser, server, directory, .. } = stage;
    let address = server.address;
    browser.click(".row[data-label='web.stats.status.2XX'] .name");
    browser.click("[name=show][value=value]");
    browser.until(&format!("{PIECES} > 0"));
    let pieces = browser.ask(PIECES);
    drop(server);
    browser.until("document.getElementById('state').textContent.includes('gone')");
    // The browser tries again later than that.
    pass(&browser, 1500);
    assert!(browser.ask(&format!("{LABELS}.length")).as_u64() > Some(0), "what was known stays");
    let _back = mmash(&address.to_string(), directory.path());
    browser.until("document.getElementById('state').dataset.state === 'live'");
    let rate = cell("web.stats.status.2XX", "rate");
    browser.until(&format!("/^[1-9][\\d,]*\\/s$/.test({rate})"));
    // Nobody knows what was while it was gone.
    browser.until(&format!("{PIECES} > {pieces}"));
}
