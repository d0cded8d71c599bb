//! What happens while the page is open.

use mmstats_testing::browser::Browser;
use mmstats_testing::kodemon::{Kodemon, message, now, start, without_addresses};
use nix::sys::signal::Signal;
use serde_json::json;
use tempfile::TempDir;

use crate::list_and_chart::is_the_same;
use crate::{CAPTION, KEYS, cell, figure, is_about, open};

#[test]
fn before_the_first_message_the_page_says_how_to_send_one_and_then_shows_it() {
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    open(&browser, &kodemon, "");
    browser.until("document.querySelector('#empty-state:not([hidden]) h2')");
    let text = browser.ask("document.getElementById('empty-state').innerText");
    for hint in ["/dev/udp/127.0.0.1/4000", "#[kodemon::kodemon]", "@kodemon", "nc -u"] {
        assert!(text.as_str().unwrap().contains(hint), "{hint}: {text}");
    }
    browser.screenshot("kodemon-nothing");
    kodemon.call("first.rs-call", 0.1, 0.0);
    browser.until(&format!("{KEYS}.includes('first.rs-call')"));
    assert_eq!(browser.ask("document.getElementById('empty-state').hidden"), json!(true));
}

#[test]
fn new_calls_update_list_and_chart_until_paused() {
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    kodemon.call("live.rs-step", 0.01, 1.0);
    kodemon.until_stored(1);
    open(&browser, &kodemon, "?key=live.rs-step&range=5m");
    browser.until(&format!("{CAPTION}.startsWith('1 of 1 ')"));
    let to = "document.querySelector('[name=to]').value";
    let before = browser.ask(to);
    for _ in 0..9 {
        kodemon.call("live.rs-step", 0.02, 0.0);
    }
    browser.until(&format!("{CAPTION}.startsWith('10 of 10 ')"));
    browser.until(&format!("{} === '10'", cell("live.rs-step", "calls")));
    browser.until(&is_about(&figure("p50"), 20.0));
    browser.until("document.querySelectorAll('.executions tbody tr').length === 10");
    browser.until(&format!("{to} !== {before}"));
    browser.click("#pause");
    browser.until("document.getElementById('state').textContent === 'paused'");
    browser.until("/from=.*to=/.test(location.search)");
    let stopped = browser.ask(to);
    kodemon.call("live.rs-step", 0.02, 0.0);
    kodemon.until_stored(11);
    browser.ask("performance.mark('pause')");
    browser.until("performance.now() - performance.getEntriesByName('pause')[0].startTime > 1200");
    assert_eq!(browser.ask(to), stopped);
    assert!(browser.ask(CAPTION).as_str().unwrap().starts_with("10 of 10 "));
    browser.click("#pause");
    browser.until(&format!("{CAPTION}.startsWith('11 of 11 ')"));
}

#[test]
fn list_and_chart_never_differ_during_updates() {
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    let key = "live.rs-step";
    kodemon.call(key, 0.01, 1.0);
    kodemon.until_stored(1);
    // The page checks itself before each frame.
    open(&browser, &kodemon, &format!("?key={key}"));
    browser.until(&is_the_same(key));
    browser.ask(&format!(
        "(() => {{
            window.differed = [];
            window.read = 0;
            const sized = document.body.appendChild(document.createElement('div'));
            const next = () => requestAnimationFrame(() => {{
                sized.style.width = `${{window.read % 2 + 1}}px`;
            }});
            // Called when everything that the frame draws is in the document.
            new ResizeObserver(() => {{
                window.read += 1;
                if (!({})) {{
                    window.differed.push(document.body.innerText);
                }}
                next();
            }}).observe(sized);
        }})()",
        is_the_same(key)
    ));
    for number in 2_u32..40 {
        kodemon.call(key, 0.001 * f64::from(number), 0.0);
        kodemon.until_stored(number.into());
        let read = browser.ask("window.read");
        browser.until(&format!("window.read > {read} + 5"));
    }
    browser.until(&format!("{} === '39' && {} === '39'", cell(key, "calls"), figure("Calls")));
    assert_eq!(browser.ask("window.differed[0] ?? ''"), json!(""));
}

/// A browser has six connections to a server, and a live page has two streams.
#[test]
fn pages_in_hidden_tabs_release_their_streams() {
    const TABS: usize = 8;
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    kodemon.call("live.rs-step", 0.01, 1.0);
    kodemon.until_stored(1);
    let show = || {
        open(&browser, &kodemon, "?key=live.rs-step&range=5m");
        browser.until(&format!("{CAPTION}.startsWith('1 of 1 ')"));
    };
    for _ in 1..TABS {
        show();
        browser.new_tab();
    }
    show();
    for _ in 1..TABS {
        browser.close_tab();
    }
    // The first one continues with the current calls.
    kodemon.call("live.rs-step", 0.01, 0.0);
    browser.until(&format!("{CAPTION}.startsWith('2 of 2 ')"));
}

#[test]
fn the_live_chart_excludes_calls_of_other_tokens() {
    let Some(browser) = Browser::start() else { return };
    let (_directory, kodemon) = start();
    let of = |token: &str| {
        let mut call = message("live.rs-step", 0.01, now());
        call["token"] = json!(token);
        kodemon.send(call.to_string());
    };
    of("mine");
    kodemon.until_stored(1);
    open(&browser, &kodemon, "?key=live.rs-step&range=5m&token=mine");
    browser.until(&format!("{CAPTION}.startsWith('1 of 1 ')"));
    (0..5).for_each(|_| of("others"));
    (0..2).for_each(|_| of("mine"));
    browser.until(&format!("{CAPTION}.startsWith('3 of 3 ')"));
    browser.until("document.querySelectorAll('.executions tbody tr').length === 3");
    browser.until(&format!("{} === '3'", figure("Calls")));
}

#[test]
fn the_page_reports_a_lost_server_and_reconnects() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let kodemon = Kodemon::start(directory.path());
    kodemon.call("live.rs-step", 0.01, 1.0);
    kodemon.until_stored(1);
    open(&browser, &kodemon, "?key=live.rs-step&range=5m");
    browser.until(&format!("{CAPTION}.startsWith('1 of 1 ')"));
    let (http, udp) = (kodemon.server.address.to_string(), kodemon.udp.to_string());
    drop(kodemon);
    browser.until("document.getElementById('state').textContent.includes('gone')");
    assert_eq!(browser.ask(&format!("{KEYS}.length")), json!(1), "known keys stay");
    assert!(browser.ask(CAPTION).as_str().unwrap().starts_with("1 of 1 "));
    // A fixed range has no stream that would report what arrived meanwhile.
    browser.click("#pause");
    browser.until("/from=.*to=/.test(location.search)");
    let other = Kodemon::start(directory.path());
    other.call("live.rs-step", 0.01, 2.0);
    other.until_stored(1);
    other.server.end(Signal::SIGTERM);
    let mut command = without_addresses(directory.path());
    let back = Kodemon::of(command.args(["--udp", &udp, "--http", &http]));
    browser.until("document.getElementById('state').textContent === 'paused'");
    browser.until(&format!("{CAPTION}.startsWith('2 of 2 ')"));
    browser.click("#pause");
    browser.until("document.getElementById('state').textContent === 'live'");
    back.call("live.rs-step", 0.01, 0.0);
    browser.until(&format!("{CAPTION}.startsWith('3 of 3 ')"));
    browser.until(&format!("{} === '3'", cell("live.rs-step", "calls")));
}
