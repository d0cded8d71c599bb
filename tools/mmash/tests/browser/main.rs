//! mmash's page in a real browser. One browser serves many tests: it takes longer to start than
//! any of them.

mod by_hand;
mod charts;
mod ended;
mod live;
mod proxy;

use std::path::Path;
use std::process::Command;

use mmstats_testing::browser::Browser;
use mmstats_testing::command::tool;
use mmstats_testing::server::Server;

use live::Stage;

/// A test's name, and what it does on a stage.
type Test<T> = (&'static str, fn(&T));

#[test]
fn the_page_shows_a_live_program() {
    let Some(stage) = Stage::set() else { return };
    for (name, test) in live::TESTS {
        println!("{name}");
        stage.open();
        test(&stage);
    }
    live::a_page_says_that_mmash_is_gone_and_goes_on_when_it_is_back(stage);
}

#[test]
fn the_page_shows_files_made_by_hand() {
    run(&by_hand::TESTS);
}

#[test]
fn the_page_draws_charts() {
    run(&charts::TESTS);
}

#[test]
fn the_page_shows_programs_that_end() {
    run(&ended::TESTS);
}

#[test]
fn the_page_is_served_by_a_proxy() {
    run(&proxy::TESTS);
}

fn run(tests: &[Test<Browser>]) {
    let Some(browser) = Browser::start() else { return };
    for (name, test) in tests {
        println!("{name}");
        test(&browser);
    }
}

/// mmash on the files of a directory, with many looks at them. It finds no place for stats of its
/// own, so that there are no others than those of the test.
fn mmash(address: &str, directory: &Path) -> Server {
    Server::start(command(address, directory).env("MMSTATS_PATH", directory.join("none")))
}

/// The same, with its own among them.
fn mmash_with_its_own(address: &str, directory: &Path) -> Server {
    Server::start(command(address, directory).env("MMSTATS_PATH", directory))
}

fn command(address: &str, directory: &Path) -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.args(["--listen", address, "--interval", "0.2", "--glob"]).arg(directory);
    command
}

/// Where mmash listens first.
const ANYWHERE: &str = "127.0.0.1:0";

fn cell(label: &str, column: &str) -> String {
    format!("document.querySelector('.row[data-label=\"{label}\"] .{column}').textContent")
}

/// The labels of the rows in the page.
const LABELS: &str =
    "[...document.querySelectorAll('.row[data-label]')].map(row => row.dataset.label)";
