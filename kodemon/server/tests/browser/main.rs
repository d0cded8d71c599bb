//! The page in a real browser.

use mmstats_testing::browser::Browser;
use mmstats_testing::kodemon::Kodemon;

mod list_and_chart;
mod live;
mod messages;
mod proxy;

/// Opens the page with a query, which begins with its `?`.
fn open(browser: &Browser, kodemon: &Kodemon, query: &str) {
    browser.open(&format!("http://{}/{query}", kodemon.server.address));
}

/// The keys of the rows in the page, from top to bottom.
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

/// Whether a text is about this many milliseconds: percentiles may come from a histogram.
fn is_about(text: &str, milliseconds: f64) -> String {
    format!("{text}.endsWith(' ms') && Math.abs(parseFloat({text}) / {milliseconds} - 1) < 0.05")
}

const CAPTION: &str = "document.querySelector('.caption').textContent";
