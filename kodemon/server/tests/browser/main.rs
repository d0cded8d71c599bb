//! The page in a real browser. One browser serves many tests: it takes longer to start than any of
//! them.

use mmstats_testing::browser::Browser;
use mmstats_testing::kodemon::Kodemon;

mod by_hand;
mod moving;
mod proxy;
mod still;

/// A test's name, and what it does on a stage.
type Test<T> = (&'static str, fn(&T));

#[test]
fn the_page_shows_what_was_called() {
    let Some(stage) = still::Stage::set() else { return };
    for (name, test) in still::TESTS {
        println!("{name}");
        stage.open("");
        test(&stage);
    }
}

#[test]
fn the_page_moves() {
    run(&moving::TESTS);
}

#[test]
fn the_page_takes_whatever_comes() {
    run(&by_hand::TESTS);
}

#[test]
fn the_page_is_served_by_a_proxy() {
    run(&proxy::TESTS);
}

fn run(tests: &[Test<Browser>]) {
    let Some(browser) = Browser::start() else { return };
    for (name, test) in tests {
        println!("{name}");
        browser.resize(1280, 800);
        browser.prefer("light");
        test(&browser);
    }
}

/// Opens the page with a query, which begins with its `?`.
fn open(browser: &Browser, kodemon: &Kodemon, query: &str) {
    browser.open(&format!("http://{}/{query}", kodemon.server.address));
}

/// The keys of the rows in the page, by their places.
const KEYS: &str = "[...document.querySelectorAll('.row[data-key]')]
    .sort((a, b) => a.dataset.index - b.dataset.index).map(row => row.dataset.key)";

fn cell(key: &str, column: &str) -> String {
    format!("document.querySelector('.row[data-key=\"{key}\"] .{column}').textContent")
}

/// The text of a figure of the chosen function.
fn figure(title: &str) -> String {
    format!(
        "[...document.querySelectorAll('.figures div')]
            .find(it => it.firstChild.textContent === '{title}').lastChild.textContent"
    )
}

/// Whether a text is about so many milliseconds: percentiles may come from a histogram.
fn is_about(text: &str, milliseconds: f64) -> String {
    format!("{text}.endsWith(' ms') && Math.abs(parseFloat({text}) / {milliseconds} - 1) < 0.05")
}

const CAPTION: &str = "document.querySelector('.caption').textContent";
