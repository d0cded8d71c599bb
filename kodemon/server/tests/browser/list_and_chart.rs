//! What was called before the page was opened: list, chart, range and address.

use mmstats_testing::browser::{Browser, DOWN, ENTER, ESCAPE, LEFT, SCROLLING, pixels};
use mmstats_testing::kodemon::{Kodemon, message, now};
use serde_json::json;
use tempfile::TempDir;

use crate::{CAPTION, KEYS, cell, figure, is_about, open};

/// Calls of `work.rs-slow` in the last fifty minutes, of 1 to 120 ms: four every hundred seconds,
/// one from each quarter of these durations.
const SLOW: usize = 120;
const GROUP: usize = 4;

/// A server with recorded calls, and a browser that shows the page.
struct Stage {
    browser: Browser,
    kodemon: Kodemon,
    _directory: TempDir,
}

impl Stage {
    /// `None` if there is no browser: the test is skipped.
    fn start() -> Option<Self> {
        let browser = Browser::start()?;
        let directory = TempDir::new().unwrap();
        let kodemon = Kodemon::start(directory.path());
        let now = now();
        for index in 0..SLOW {
            let (group, position) = (index % (SLOW / GROUP), index / (SLOW / GROUP));
            let began = now - (100 * group + position) as f64;
            let mut call = message("work.rs-slow", 0.001 * (index + 1) as f64, began);
            call["customer"] = json!(index);
            kodemon.send(call.to_string());
        }
        for index in 0..30 {
            kodemon.call("work.rs-quick", 0.000_002, 20.0 * f64::from(index));
        }
        let mut call = message("mail.py-send", 0.5, now - 5.0);
        call["token"] = json!("mailer");
        kodemon.send(call.to_string());
        kodemon.call("yearly.py-report", 90.0, 20.0 * 86400.0);
        kodemon.until_stored(SLOW as u64 + 32);
        let stage = Self { browser, kodemon, _directory: directory };
        stage.open("");
        Some(stage)
    }

    /// Opens the page anew.
    fn open(&self, query: &str) {
        open(&self.browser, &self.kodemon, query);
        self.browser.until("document.querySelector('.row[data-key]')");
    }

    #[track_caller]
    fn until_keys(&self, keys: &[&str]) {
        self.browser.until(&format!("JSON.stringify({KEYS}) === JSON.stringify({})", json!(keys)));
    }
}

#[test]
fn the_list_shows_what_the_api_returns() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    stage.until_keys(&["mail.py-send", "work.rs-quick", "work.rs-slow", "yearly.py-report"]);
    assert_eq!(browser.ask(&cell("work.rs-slow", "calls")), json!("120"));
    assert_eq!(browser.ask(&cell("work.rs-slow", "tokens")), json!("test-token"));
    browser.until(&is_about(&cell("work.rs-slow", "p50"), 60.0));
    browser.until(&is_about(&cell("work.rs-slow", "p99"), 119.0));
    browser.until(&format!("/^2(\\.\\d+)?\\/min$/.test({})", cell("work.rs-slow", "rate")));
    // It was called, but not in this hour.
    browser.until(&format!("{} === '–'", cell("yearly.py-report", "p50")));
    browser.until("document.getElementById('state').textContent === 'live'");
    let lines = "[...document.querySelectorAll('.row')].map(row => {
        const line = row.querySelector('.spark');
        const { data } = line.getContext('2d').getImageData(0, 0, line.width, line.height);
        return data.some(part => part > 0);
    })";
    browser.until(&format!("JSON.stringify({lines}) === '[false,true,true,false]'"));
    browser.screenshot("kodemon-list-light");
}

#[test]
fn each_column_sorts_up_and_down() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    let [mail, quick, slow, yearly] =
        ["mail.py-send", "work.rs-quick", "work.rs-slow", "yearly.py-report"];
    for (column, first, second) in [
        ("key", [yearly, slow, quick, mail], [mail, quick, slow, yearly]),
        ("count", [slow, quick, mail, yearly], [mail, yearly, quick, slow]),
        ("p50", [mail, slow, quick, yearly], [quick, slow, mail, yearly]),
        ("p99", [mail, slow, quick, yearly], [quick, slow, mail, yearly]),
        ("rate", [quick, slow, mail, yearly], [yearly, mail, slow, quick]),
        ("trend", [quick, slow, mail, yearly], [slow, quick, mail, yearly]),
        ("tokens", [mail, quick, slow, yearly], [quick, slow, yearly, mail]),
    ] {
        let head = format!("[data-column={column}] button");
        browser.click(&head);
        stage.until_keys(&first);
        browser.click(&head);
        stage.until_keys(&second);
    }
    browser.until("location.search === '?sort=-tokens'");
    let sorted = "document.querySelectorAll('[aria-sort=descending]').length";
    assert_eq!(browser.ask(sorted), json!(1));
}

#[test]
fn filter_and_token_select_functions() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    browser.type_into("#filter", "WORK -sl*w");
    stage.until_keys(&["work.rs-quick"]);
    browser.until("location.search === '?filter=WORK+-sl*w'");
    browser.until("document.getElementById('count').textContent === '1 of 4 functions'");
    stage.open("");
    browser.until("document.querySelectorAll('#token option').length === 3");
    choose(browser, "mailer");
    stage.until_keys(&["mail.py-send"]);
    browser.until("location.search === '?token=mailer'");
    stage.open("?token=test-token&key=mail.py-send");
    // None of its calls has that token.
    browser.until(&format!("{} === '0'", figure("Calls")));
    browser.until("document.querySelector('.executions h3').textContent === 'No executions'");
}

/// Chooses a token, as a person does with the mouse.
fn choose(browser: &Browser, token: &str) {
    browser.ask(&format!(
        "(() => {{
            const select = document.getElementById('token');
            select.value = '{token}';
            select.dispatchEvent(new Event('change'));
        }})()"
    ));
}

#[test]
fn a_click_opens_the_chart_and_the_table_of_a_function() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    browser.click(".row[data-key='work.rs-slow'] .name");
    browser.until(&format!("{CAPTION}.startsWith('120 of 120 executions as points')"));
    browser.until(&is_about(&figure("p90"), 108.0));
    assert_eq!(browser.ask(&figure("Max")), json!("120 ms"));
    browser.until("document.querySelectorAll('.executions tbody tr').length === 50");
    // The newest has the number 0.
    let fields = "document.querySelector('.executions tbody code').textContent";
    assert_eq!(browser.ask(fields), json!("{\"customer\":0}"));
    browser.click(".executions > button");
    browser.until("document.querySelectorAll('.executions tbody tr').length === 100");
    browser.click(".executions > button");
    browser.until("document.querySelectorAll('.executions tbody tr').length === 120");
    let last = "[...document.querySelectorAll('.executions tbody tr')].at(-1).textContent";
    assert!(browser.ask(last).as_str().unwrap().ends_with("{\"customer\":119}"));
    for line in [2, 3] {
        browser.until(&format!("{} > 10", pixels(0, line)));
    }
    browser.screenshot("kodemon-chart-light");
    browser.click("[name=scale][value=linear]");
    browser.until("location.search === '?key=work.rs-slow&scale=linear'");
    browser.click(".row[data-key='work.rs-slow'] .name");
    browser.until("document.getElementById('detail').hidden");
}

/// Whether a function's row, its chart and the chart's caption show the same figures.
pub fn is_the_same(key: &str) -> String {
    let pairs = [("rate", "Rate"), ("p50", "p50"), ("p99", "p99")];
    let same = pairs.map(|(column, title)| format!("{} === {}", cell(key, column), figure(title)));
    let calls = figure("Calls");
    let same = same.join(" && ");
    let known = format!("document.querySelector('.row[data-key=\"{key}\"]')");
    format!("{known} && {same} && {CAPTION}.split(' ')[2] === {calls} && {calls} !== '0'")
}

#[test]
fn list_and_chart_show_the_same_figures() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    for range in ["5m", "30m", "1h", "6h", "1d", "30d"] {
        for key in ["work.rs-slow", "mail.py-send"] {
            stage.open(&format!("?key={key}&range={range}"));
            browser.until(&is_the_same(key));
        }
    }
}

#[test]
fn a_range_is_set_by_a_preset_by_fields_and_by_dragging() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    browser.click(".row[data-key='work.rs-slow'] .name");
    browser.until(&format!("{CAPTION}.startsWith('120 of 120 ')"));
    browser.click("[name=range][value='5m']");
    browser.until(&format!("/^1[2-6] of/.test({CAPTION})"));
    browser.until("location.search === '?key=work.rs-slow&range=5m'");
    browser.click("[name=range][value='30d']");
    browser.until(&format!("{} !== '–'", cell("yearly.py-report", "p50")));
    browser.click("[name=range][value='1h']");
    browser.until(&format!("{CAPTION}.startsWith('120 of 120 ')"));
    // From half an hour ago on; 'to' stays.
    browser.ask(
        "(() => {
            const from = document.querySelector('[name=from]');
            const time = new Date(from.value + 'Z').getTime() + 30 * 60 * 1000;
            from.value = new Date(time).toISOString().slice(0, 19);
            from.dispatchEvent(new Event('change'));
        })()",
    );
    browser.until(&format!("/^(68|72) of \\1 /.test({CAPTION})"));
    browser.until("document.getElementById('state').textContent === 'paused'");
    browser.drag(".charts canvas", -100, 100);
    browser.until(&format!("/^([123]\\d) of \\1 /.test({CAPTION})"));
    let [from, to] = ["from", "to"].map(|name| {
        let said =
            browser.ask(&format!("Number(new URLSearchParams(location.search).get('{name}'))"));
        said.as_f64().unwrap()
    });
    assert!((300.0..900.0).contains(&(to - from)), "{from} {to}");
    browser.screenshot("kodemon-zoomed");
    let back = "[...document.querySelectorAll('#detail button')]
        .find(button => button.textContent === 'Zoom out')";
    assert_eq!(browser.ask(&format!("{back}.hidden")), json!(false));
    browser.ask(&format!("{back}.click()"));
    browser.until(&format!("/^(68|72) of \\1 /.test({CAPTION})"));
    assert_eq!(browser.ask(&format!("{back}.hidden")), json!(true));
    browser.click("#pause");
    browser.until("document.getElementById('state').textContent === 'live'");
    browser.until("location.search === '?key=work.rs-slow'");
}

/// On 25 October 2026 the hour from two to three comes twice in Berlin: from 1792886400, in summer
/// time, and from 1792890000 on. A field shows neither which one it means nor fractions of seconds.
#[test]
fn an_untouched_field_keeps_its_exact_time() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    let set = |field: &str, time: &str| {
        browser.ask(&format!(
            "(() => {{
                const field = document.querySelector('[name={field}]');
                field.value = '2026-10-25T{time}';
                field.dispatchEvent(new Event('change'));
            }})()"
        ));
    };
    browser.time_zone("Europe/Berlin");
    for (from, to, field, time, expected) in [
        // The second time; the first time; around the change, with fractions.
        ("1792891800", "1792892400", "to", "02:50:00", "?from=1792891800&to=1792893000"),
        ("1792888200", "1792888800", "to", "02:50:00", "?from=1792888200&to=1792889400"),
        ("1792888200.125", "1792897200", "to", "03:30:00", "?from=1792888200.125&to=1792895400"),
        ("1792888200", "1792892400.25", "from", "02:10:00", "?from=1792887000&to=1792892400.25"),
        ("1792882800", "1792892400", "from", "02:10:00", "?from=1792887000&to=1792892400"),
    ] {
        open(browser, &stage.kodemon, &format!("?from={from}&to={to}"));
        browser.until("document.querySelector('[name=from]')?.value.startsWith('2026-10-25')");
        set(field, time);
        browser.until(&format!("location.search !== '?from={from}&to={to}'"));
        assert_eq!(browser.ask("location.search"), json!(expected), "{from} {to} {field} {time}");
    }
    browser.time_zone("");
}

#[test]
fn a_url_restores_the_view_and_back_works() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    browser.type_into("#filter", "work");
    browser.click("[data-column=count] button");
    choose(browser, "test-token");
    browser.click(".row[data-key='work.rs-slow'] .name");
    browser.until(&format!("{CAPTION}.startsWith('120 of 120 ')"));
    browser.drag(".charts canvas", 0, 200);
    // Off the chart, which otherwise shows the figures of the step under the pointer.
    browser.click("#detail h2");
    browser.until("document.querySelector('.moment').textContent === ''");
    browser.until("document.getElementById('state').textContent === 'paused'");
    browser.until(&format!("/^(\\d\\d) of \\1 /.test({CAPTION})"));
    let shown = format!(
        "JSON.stringify([{CAPTION}, {KEYS}, {}, {}, document.getElementById('filter').value,
            document.getElementById('token').value, document.querySelector('[name=from]').value,
            document.querySelector('#detail h2').textContent])",
        figure("Calls"),
        figure("p99")
    );
    let here = browser.ask(&shown);
    let address = browser.address();
    browser.new_tab();
    browser.open(&address);
    browser.until(&format!("document.querySelector('.row') && {shown} === {here}"));
    // So far there is nothing else to go back to.
    browser.click("#detail .close");
    browser.until("document.getElementById('detail').hidden");
    browser.ask("history.back()");
    browser.until(&format!("{shown} === {here}"));
    browser.ask("history.forward()");
    browser.until("document.getElementById('detail').hidden");
}

/// The key of the row that is active.
const ACTIVE: &str = "document.querySelector('#functions:focus .row.active')?.dataset.key";

#[test]
fn the_page_works_with_the_keyboard() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    // Nothing has the focus yet: the first arrow key moves it into the list.
    assert_eq!(browser.ask("document.activeElement === document.body"), json!(true));
    for key in ["mail.py-send", "work.rs-quick"] {
        browser.press(DOWN);
        browser.until(&format!("{ACTIVE} === '{key}'"));
    }
    browser.press(ENTER);
    browser.until("location.search === '?key=work.rs-quick'");
    browser.press("/");
    browser.until("document.activeElement.id === 'filter'");
    browser.press("work");
    stage.until_keys(&["work.rs-quick", "work.rs-slow"]);
    browser.press(DOWN);
    browser.until(&format!("{ACTIVE} === 'work.rs-quick'"));
    browser.press(&[DOWN, ENTER].concat());
    browser.until("location.search === '?filter=work&key=work.rs-slow'");
    let active = "document.getElementById(
        document.getElementById('functions').getAttribute('aria-activedescendant')).dataset.key";
    assert_eq!(browser.ask(active), json!("work.rs-slow"));
    browser.until(&format!("{CAPTION}.startsWith('120 of 120 ')"));
    // The arrow keys read one step after the other.
    browser.type_into(".charts canvas", &[LEFT, LEFT].concat());
    browser.until("document.querySelector('.moment').textContent.includes(' – ')");
    browser.until("document.querySelector('#detail > [role=status]').textContent.includes('p99 ')");
    browser.press(ESCAPE);
    browser.until("document.querySelector('.moment').textContent === ''");
    browser.press(ESCAPE);
    browser.until("document.getElementById('detail').hidden");
    // In the filter, Enter opens the first function.
    browser.type_into("#filter", &[" -slow", ENTER].concat());
    browser.until("location.search === '?filter=work+-slow&key=work.rs-quick'");
    browser.until(&format!("{ACTIVE} === 'work.rs-quick'"));
    // Radio buttons use the arrow keys themselves and let other keys through.
    browser.type_into("[name=scale]:checked", "/");
    browser.until("document.activeElement.id === 'filter'");
}

#[test]
fn the_page_adapts_to_dark_mode_and_narrow_windows() {
    let Some(stage) = Stage::start() else { return };
    let browser = &stage.browser;
    stage.open("?key=work.rs-slow");
    browser.until(&format!("{CAPTION}.startsWith('120 of 120 ')"));
    browser.prefer("dark");
    browser
        .until("getComputedStyle(document.documentElement).backgroundColor === 'rgb(13, 18, 25)'");
    browser.until(&format!("{} > 10", pixels(0, 3)));
    browser.screenshot("kodemon-chart-dark");
    // Stacked parts scroll as one, and the lines are named above the chart.
    let names = "[...document.querySelectorAll('.figures div:has(.mark)')].filter(figure =>
        figure.getBoundingClientRect().bottom
            <= document.querySelector('.charts canvas').getBoundingClientRect().top)
        .map(figure => figure.querySelector('dt').textContent).join()";
    for width in [1000, 400] {
        browser.resize(width, 800);
        let canvas = "document.querySelector('.charts canvas').clientWidth";
        browser.until(&format!("innerWidth === {width} && {canvas} < {width}"));
        assert_eq!(browser.ask("document.documentElement.scrollWidth"), json!(width));
        assert_eq!(browser.ask(SCROLLING), json!(1), "{width}");
        assert_eq!(browser.ask(names), json!("p50,p90,p99"), "{width}");
    }
    browser.screenshot("kodemon-narrow");
}
