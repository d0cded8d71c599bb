//! Unusual keys, and very many.

use mmstats_testing::browser::Browser;
use mmstats_testing::kodemon::{Kodemon, message, now, start};
use serde_json::{Value, json};

use crate::{CAPTION, KEYS, figure, is_about, open};

/// Sends the first message, and opens the chart of its function.
fn show(browser: &Browser, kodemon: &Kodemon, message: &Value) {
    kodemon.send(message.to_string());
    kodemon.until_stored(1);
    open(browser, kodemon, "");
    browser.until(&format!("{KEYS}.length === 1"));
    browser.click(".row .name");
    browser.until(&format!("{CAPTION}.startsWith('1 of 1 ')"));
}

#[test]
fn message_text_never_becomes_markup() {
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    let markup = "<img src=x onerror=document.title='caught'>";
    let mut call = message(markup, 0.1, now());
    call["token"] = json!("<b>me</b>");
    call["<i>field"] = json!("<script>document.title='caught'</script>");
    call["large"] = json!(u64::MAX);
    show(&browser, &kodemon, &call);
    for selector in [".row .key", "#detail h2"] {
        let text = browser.ask(&format!("document.querySelector('{selector}').textContent"));
        assert_eq!(text, json!(markup), "{selector}");
    }
    let fields = "document.querySelector('.executions code').textContent";
    browser.until(&format!("{fields}.includes('<script>')"));
    assert!(browser.ask(fields).as_str().unwrap().contains("18446744073709551615"));
    let token = "document.querySelector('.executions td .name').textContent";
    assert_eq!(browser.ask(token), json!("<b>me</b>"));
    assert_eq!(browser.ask("document.querySelectorAll('img, b, i, body script').length"), json!(0));
    assert_eq!(browser.ask("document.title"), json!("kodemon"));
}

#[test]
fn message_text_cannot_reorder_other_text() {
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    let mut call = message("a\u{202e}.rs-\u{2066}gpj\n\u{9b}", 0.1, now());
    call["token"] = json!("to\u{202e}ken\t");
    call["fie\u{202e}ld"] = json!("\u{200f}\u{feff}\u{7f}");
    show(&browser, &kodemon, &call);
    browser.until("document.querySelectorAll('.executions tbody tr').length === 1");
    browser.until("document.querySelectorAll('#token option').length === 2");
    let name = "a\\u{202e}.rs-\\u{2066}gpj\\n\\u{9b}";
    for (selector, text) in [
        (".row .key", name),
        ("#detail h2", name),
        (".row .tokens", "to\\u{202e}ken\\t"),
        (".executions td .name", "to\\u{202e}ken\\t"),
        ("#token option:last-child", "to\\u{202e}ken\\t"),
        (".executions code", r#"{"fie\u{202e}ld":"\u{200f}\u{feff}\x7f"}"#),
    ] {
        let shown = browser.ask(&format!("document.querySelector('{selector}').textContent"));
        assert_eq!(shown, json!(text), "{selector}");
    }
    let attributes = "[...document.querySelectorAll('*')]
        .flatMap(it => [it.getAttribute('title'), it.getAttribute('aria-label')]).join('')";
    let harmful = "/[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]/";
    for texts in [attributes, "document.body.textContent"] {
        assert_eq!(browser.ask(&format!("{harmful}.test({texts})")), json!(false), "{texts}");
    }
}

#[test]
fn one_is_singular_and_order_is_natural() {
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    for token in ["c10", "c2"] {
        let mut call = message(&format!("{token}.rs-f"), 0.1, now());
        call["token"] = json!(token);
        kodemon.send(call.to_string());
    }
    kodemon.until_stored(2);
    open(&browser, &kodemon, "?sort=tokens");
    browser.until(&format!("JSON.stringify({KEYS}) === '[\"c2.rs-f\",\"c10.rs-f\"]'"));
    let options = "[...document.querySelectorAll('#token option')].map(option => option.value)";
    browser.until(&format!("JSON.stringify({options}) === '[\"\",\"c2\",\"c10\"]'"));
    browser.click("[data-column=key] button");
    browser.until(&format!("JSON.stringify({KEYS}) === '[\"c2.rs-f\",\"c10.rs-f\"]'"));
    browser.click(".row .name");
    browser.until(&format!("{CAPTION}.startsWith('1 of 1 execution as points; ')"));
    browser.until("document.querySelector('.executions h3').textContent === '1 execution'");
}

#[test]
fn a_key_may_contain_any_characters() {
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    let keys =
        ["a/b/c.py-f", "with space", "100%-done%2F", "🦀.rs-läuft", "a?b#c&d=e+f", "a/summary"];
    for key in keys {
        kodemon.call(key, 0.1, 1.0);
    }
    kodemon.until_stored(keys.len() as u64);
    open(&browser, &kodemon, "");
    browser.until(&format!("{KEYS}.length === {}", keys.len()));
    for key in keys {
        let title = json!(key);
        browser.ask(&format!(
            "[...document.querySelectorAll('.row')].find(row => row.dataset.key === {title}).click()"
        ));
        browser.until(&format!("document.querySelector('#detail h2').textContent === {title}"));
        let address = browser.address();
        browser.open(&address);
        browser.until(&format!("document.querySelector('#detail h2')?.textContent === {title}"));
        browser.until(&format!("{CAPTION}.startsWith('1 of 1 ') && {} === '1'", figure("Calls")));
        browser.until("document.querySelectorAll('.executions tbody tr').length === 1");
    }
}

/// Counts the page's requests for summaries or executions from now on.
fn requests_for(browser: &Browser, what: &str) -> String {
    // By default only 250 are kept.
    browser.ask("performance.setResourceTimingBufferSize(10_000)");
    format!(
        "performance.getEntriesByType('resource')
            .filter(entry => entry.name.includes('/{what}?')).length"
    )
}

#[test]
fn two_thousand_functions_render_at_most_two_hundred_rows() {
    const MANY: u64 = 2000;
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    for index in 0..MANY {
        kodemon.call(&format!("many.rs-f{index}"), 0.001, 1.0);
        if index % 500 == 499 {
            // None may be lost.
            kodemon.until_stored(index + 1);
        }
    }
    // A fixed range is never requested again.
    open(&browser, &kodemon, &format!("?from={}&to={}", now() - 600.0, now() + 600.0));
    let requests = requests_for(&browser, "summary");
    browser.until("document.getElementById('count').textContent === '2,000 functions'");
    browser.until(&is_about("document.querySelector('.row .p50').textContent", 1.0));
    browser.ask("document.getElementById('rows').scrollTo(0, 1e9)");
    browser.until(&format!("{KEYS}.includes('many.rs-f1999')"));
    browser.until("[...document.querySelectorAll('.row .p50')].every(cell => cell.textContent)");
    let seen = browser.ask(&requests).as_u64().unwrap();
    assert!((20..=100).contains(&seen), "{seen}: only visible rows are requested");
    browser.ask("performance.mark('seen')");
    browser.until("performance.now() - performance.getEntriesByName('seen')[0].startTime > 300");
    assert_eq!(browser.ask(&requests), json!(seen), "the rest is not requested later either");
    let paint = browser.ask("performance.getEntriesByName('first-paint')[0].startTime");
    println!("first paint with 2,000 functions: {:.0} ms", paint.as_f64().expect("it was painted"));
    // Taller than the list ever is.
    browser.resize(1280, 8000);
    let rows = "document.querySelectorAll('[role=row]').length";
    browser.until(&format!("{rows} > 100"));
    assert!(browser.ask(rows).as_u64() <= Some(200));
    browser.type_into("#filter", "f1234");
    browser.until(&format!("JSON.stringify({KEYS}) === '[\"many.rs-f1234\"]'"));
    assert_eq!(browser.ask(rows), json!(2), "the head and a function");
}

#[test]
fn a_chart_draws_only_as_many_executions_as_can_be_seen() {
    const MANY: u64 = 20_500;
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    for index in 0..MANY {
        let index = index as f64;
        kodemon.call("busy.rs-f", 0.001 * (1.0 + (index % 97.0)), index * 1800.0 / MANY as f64);
        if index % 500.0 == 499.0 {
            kodemon.until_stored(index as u64 + 1);
        }
    }
    open(&browser, &kodemon, "?key=busy.rs-f");
    let requests = requests_for(&browser, "executions");
    browser.until(&format!("/^[78],\\d{{3}} of 20,500 /.test({CAPTION})"));
    assert_eq!(browser.ask(&figure("Calls")), json!("20,500"));
    assert_eq!(browser.ask(&figure("Max")), json!("97 ms"));
    // Once for the table.
    assert!(browser.ask(&requests).as_u64() > Some(100), "some are from each part of the range");
    browser.screenshot("kodemon-many");
    assert!(browser.ask("document.querySelectorAll('*').length").as_u64() < Some(800));
}
