//! Rejected arguments, and what `--generate` says about the arguments.

use mmstats_testing::command::{Run, run, tool};

const SLURPSTATS: &str = env!("CARGO_BIN_EXE_slurpstats");
const POLLSTATS: &str = env!("CARGO_BIN_EXE_pollstats");
const CLEANSTATS: &str = env!("CARGO_BIN_EXE_cleanstats");

/// A negative number could be taken for an option.
#[test]
fn a_number_below_the_minimum_is_named() {
    for (program, option, value, reason) in [
        (POLLSTATS, "-d", "-1", "must be from 0.001 seconds to a year"),
        (POLLSTATS, "-c", "-1", "expected a whole number, 0 or more"),
        (POLLSTATS, "-n", "-20", "expected a whole number, 0 or more"),
        (POLLSTATS, "--percentile", "-1", "must be from 0 to 100"),
        (SLURPSTATS, "--max-bytes", "-1K", "expected a number of bytes"),
        (SLURPSTATS, "--max-labels", "-1", "expected a whole number, 1 or more"),
        (SLURPSTATS, "--max-labels", "0", "expected a whole number, 1 or more"),
        (CLEANSTATS, "--older-than", "-2d", "expected a whole number and a unit"),
    ] {
        let Run { code, stderr, .. } = run(tool(program).args([option, value]));
        assert_eq!(code, Some(2));
        let first = stderr.lines().next().unwrap();
        assert!(first.contains(&format!("'{value}'")) && first.contains(reason), "{stderr}");
    }
    let missing = run(tool(POLLSTATS).args(["-d", "-o", "csv"]));
    assert!(missing.stderr.contains("a value is required"), "{}", missing.stderr);
}

#[test]
fn completions_include_the_values() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(tool(POLLSTATS).args(["--generate", shell])).stdout;
        for value in ["nonzero-avg", "nonzero-min", "json", "always"] {
            assert!(script.contains(value), "{shell} lacks {value}");
        }
    }
}

#[test]
fn man_pages_list_the_environment() {
    for program in [SLURPSTATS, POLLSTATS, CLEANSTATS] {
        let page = run(tool(program).args(["--generate", "man"])).stdout;
        let (_, section) = page.split_once(".SH \"ENVIRONMENT\"").expect("a section");
        let section = section.split(".SH").next().unwrap();
        for name in ["MMSTATS_GLOB", "MMSTATS_PATH", "NO_COLOR", "LC_ALL"] {
            assert!(section.contains(name), "{name} in {section}");
        }
    }
}
