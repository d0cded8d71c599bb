//! Programs of other packages, which Cargo has no variable for.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program beside the tests. `cargo test --workspace` builds it with them, because its package has
/// tests as well; where only some tests were built, it is built here.
pub fn built(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let folder = test.ancestors().nth(2).expect("target/…/deps");
    let program = folder.join(name);
    if !program.exists() {
        build(name, folder);
    }
    program
}

fn build(name: &str, folder: &Path) {
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        Some(profile) => profile,
        None => panic!("{} is no folder of Cargo's", folder.display()),
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--workspace", "--profile", profile, "--bin", name]);
    assert!(command.status().is_ok_and(|status| status.success()), "{name} builds");
}
