//! A limit of the system is an error that every tool reports.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use mmstats_testing::command::tool;
use tempfile::TempDir;

const TOOLS: [&str; 3] = [
    env!("CARGO_BIN_EXE_cleanstats"),
    env!("CARGO_BIN_EXE_pollstats"),
    env!("CARGO_BIN_EXE_slurpstats"),
];

/// A tool that may not write a byte to a file.
fn limited(path: &str) -> Command {
    let mut command = tool("sh");
    command.args(["-c", "ulimit -f 0; exec \"$0\" \"$@\"", path]);
    command
}

#[test]
fn a_file_size_limit_is_an_error_and_not_a_signal() {
    let directory = TempDir::new().unwrap();
    for path in TOOLS {
        let out = File::create(directory.path().join("out")).unwrap();
        let mut command = limited(path);
        command.args(["--generate", "man"]).stdout(out).stderr(Stdio::piped());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{path}: {}: {stderr}", output.status);
        assert!(stderr.contains("File too large"), "{stderr}");
        assert_eq!(fs::metadata(directory.path().join("out")).unwrap().len(), 0);
    }
}
