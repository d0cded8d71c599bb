//! What a test needs of its machine. Without it the test is skipped, or fails if all is required.

use std::env;
use std::fmt::Display;
use std::process::Command;

/// Set where every test has to run, as in CI.
const REQUIRE_ALL: &str = "MMSTATS_TESTS_REQUIRE_ALL";

/// Reports that a test is skipped, or fails it.
#[track_caller]
pub fn skip(reason: impl Display) {
    assert!(env::var_os(REQUIRE_ALL).is_none(), "{REQUIRE_ALL} is set, and {reason}");
    eprintln!("SKIPPED: {reason}");
}

/// Whether a requirement is met; if not, the test is skipped.
#[track_caller]
pub fn requires(is_there: bool, reason: impl Display) -> bool {
    if !is_there {
        skip(reason);
    }
    is_there
}

/// Whether a program can be run; if not, the test is skipped.
#[track_caller]
pub fn is_installed(program: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders).any(|folder| folder.join(program).is_file());
    requires(found, format_args!("{program} isn't installed"))
}

/// Whether a command succeeds; if not, the test is skipped.
#[track_caller]
pub fn succeeds(command: &mut Command) -> bool {
    let succeeded = command.output().is_ok_and(|output| output.status.success());
    requires(succeeded, format_args!("this fails here: {command:?}"))
}
