//! `cargo bench` at the root ends up here, and runs the package in `benches/`.
//!
//! That is a package of its own so that nobody else builds what we measure against. What follows
//! `--` goes to it: `cargo bench -- timer` measures the rows that have "timer" in their names.

use std::env;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/Cargo.toml");
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--release", "--manifest-path", manifest, "--"])
        .args(env::args_os().skip(1).filter(|argument| argument != "--bench"))
        .env("SLURPSTATS", env!("CARGO_BIN_EXE_slurpstats"))
        .env("CLEANSTATS", env!("CARGO_BIN_EXE_cleanstats"))
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("can't run cargo: {error}");
            ExitCode::FAILURE
        }
    }
}
