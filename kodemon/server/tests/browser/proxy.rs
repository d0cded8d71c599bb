//! The page under a path of nginx.

use mmstats_testing::browser::Browser;
use mmstats_testing::kodemon::{Kodemon, without_addresses};
use mmstats_testing::nginx::{Nginx, USER};
use tempfile::TempDir;

use crate::KEYS;

#[test]
fn the_page_works_under_a_path() {
    let Some(browser) = Browser::start() else { return };
    let Some(nginx) = Nginx::start() else { return };
    let directory = TempDir::new().unwrap();
    let mut command = without_addresses(directory.path());
    command.args(["--udp", "127.0.0.1:0", "--listen", &nginx.socket("kodemon")]);
    let kodemon = Kodemon::of(&mut command);
    kodemon.call("/srv/shop.py-pay", 0.5, 1.0);
    // A page whose URL contained the password couldn't fetch anything.
    browser.open(&format!("http://{USER}@{}/kodemon/page/icon.svg", nginx.address));
    browser.open(&format!("http://{}/kodemon/?key=%2Fsrv%2Fshop.py-pay", nginx.address));
    browser.until(&format!("{KEYS}.includes('/srv/shop.py-pay')"));
    // From requests as well as from the stream.
    browser.until(&format!("{} === '1'", crate::figure("Calls")));
    kodemon.call("/srv/shop.py-pay", 0.5, 1.0);
    browser.until(&format!("{} === '2'", crate::figure("Calls")));
}
