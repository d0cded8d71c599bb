//! Whole processes of slurpstats.

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::files::{Files, read_bare};
use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`slurpstats`, the process, on 500 files of 20 fields",
        against: Against::Other("`cat`, the process, of the same files"),
        asked: Some(3.0),
        measure: against_cat,
    },
    Comparison {
        operation: "`slurpstats`, the process, on 10,000 files",
        against: Against::Limit("open, read, close of all"),
        asked: Some(2.5),
        measure: against_bare,
    },
];

fn against_cat(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let program = tool("SLURPSTATS")?;
    let files = Files::create(&bench.directory.join("cat"), 500, Twenty::fill)?;
    let shown = Command::new(&program).args(&files.paths).output()?.stdout;
    let titles = String::from_utf8(shown)?.matches("==> ").count();
    let content = Command::new("cat").args(&files.paths).output()?.stdout;
    assert_eq!((titles, content.len()), (files.paths.len(), files.paths.len() * files.size));
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| run(Command::new(&program).args(&files.paths))),
        other: repeated(|| run(Command::new("cat").args(&files.paths))),
        besides: None,
    })?)
}

fn against_bare(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let program = tool("SLURPSTATS")?;
    let files = Files::create(&bench.directory.join("slurp"), 10_000, Twenty::fill)?;
    let mut buffer = vec![0; files.size];
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| run(Command::new(&program).arg(&files.directory))),
        other: repeated(|| {
            for path in &files.paths {
                read_bare(path, &mut buffer).expect("a file");
            }
        }),
        besides: None,
    })?)
}

/// A tool that `run.rs` has built and named in a variable.
pub fn tool(variable: &str) -> Result<PathBuf, &'static str> {
    let program = std::env::var_os(variable).ok_or("needs `cargo bench` at the root")?;
    Ok(program.into())
}

/// From its start to its end.
pub fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status().expect("it can be started");
    assert!(status.success(), "it did its work");
}
