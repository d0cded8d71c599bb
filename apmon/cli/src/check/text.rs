//! A configuration for people.

use apmon::config::{Configuration, Options};
use mmstats_cli::escape::escape;

/// Adds the source, its destinations, and the options that aren't the default, or all: a line each.
pub fn push(out: &mut Vec<u8>, source: &str, configuration: &Configuration, all: bool) {
    let Configuration { destinations, options, .. } = configuration;
    let mut push = |line: &str| out.extend([&escape(line), "\n"].concat().bytes());
    push(source);
    for destination in destinations {
        let password = if destination.password.is_empty() { "" } else { ", with a password" };
        push(&format!("  destination  {destination}{password}"));
    }
    let defaults = Options::default();
    for ((name, value), (_, default)) in options.entries().zip(defaults.entries()) {
        if all || value != default {
            push(&format!("  option       xApMon_{name} = {value}"));
        }
    }
}
