//! Functions that are timed, in every form there is, and a call of each by its name.

use kodemon::kodemon;

/// Calls a function; gives what it gave.
pub fn call(function: &str) -> String {
    match function {
        "plain" => plain(20).to_string(),
        _ => panic!("no function {function}"),
    }
}

#[kodemon]
fn plain(number: u32) -> u32 {
    number + 1
}
