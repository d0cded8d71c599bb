//! `cargo bench` at the root ends up here, and runs the package in `benches/`.
//!
//! That is a package of its own so that nobody else builds what we measure against. Arguments after
//! `--` are passed on: `cargo bench -- timer` measures the rows that have "timer" in their names.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let slurpstats = Path::new(env!("CARGO_BIN_EXE_slurpstats"));
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let benches = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/Cargo.toml");
    // Other packages' programs, which cargo doesn't build by itself.
    let packages = ["--package", "kodemon-server", "--package", "mmash"];
    let mut servers = cargo(&[&["build", "--release"][..], &packages].concat(), root);
    let mut measure = cargo(&["run", "--release"], benches);
    measure
        .arg("--")
        .args(env::args_os().skip(1).filter(|argument| argument != "--bench"))
        .env("SLURPSTATS", slurpstats)
        .env("CLEANSTATS", env!("CARGO_BIN_EXE_cleanstats"))
        .env("KODEMON", slurpstats.with_file_name("kodemon"))
        .env("MMASH", slurpstats.with_file_name("mmash"));
    if is_done(&mut servers) && is_done(&mut measure) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn cargo(arguments: &[&str], manifest: &str) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).args(["--manifest-path", manifest]);
    command
}

fn is_done(command: &mut Command) -> bool {
    command
        .status()
        .map_err(|error| eprintln!("can't run cargo: {error}"))
        .is_ok_and(|status| status.success())
}
