//! The page under a path of nginx.

use mmstats_testing::browser::Browser;
use mmstats_testing::command::dead_pid;
use mmstats_testing::nginx::{Nginx, USER};
use mmstats_testing::original::original;
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use crate::{LABELS, mmash};

#[test]
fn the_page_works_under_a_path() {
    let Some(browser) = Browser::start() else { return };
    let Some(nginx) = Nginx::start() else { return };
    let directory = TempDir::new().unwrap();
    write(directory.path(), "mmstats-hits", &original(dead_pid()));
    let _server = mmash(&nginx.socket("mmash"), directory.path());
    // A page whose URL contained the password couldn't fetch anything.
    browser.open(&format!("http://{USER}@{}/mmash/page/icon.svg", nginx.address));
    browser.open(&format!("http://{}/mmash/graph?stat=hits", nginx.address));
    browser.until(&format!("{LABELS}.includes('hits')"));
    browser.until("document.querySelector('#detail:not([hidden]) canvas')");
    assert!(browser.address().ends_with("/mmash/?stat=hits"), "{}", browser.address());
    browser.click("#files");
    browser.until("document.getElementById('files-dialog').innerText.includes('mmstats-hits')");
}
