//! Programs of other packages, for which Cargo sets no variable.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program beside the tests. `cargo test --workspace` builds it with them, as its package has
/// tests too; if only some tests were built, it is built here.
pub fn built(name: &str) -> PathBuf {
    let program = folder().join(name);
    if !program.exists() {
        build(&["--workspace", "--bin", name]);
    }
    program
}

/// The program of an example, built likewise.
pub fn built_example(name: &str) -> PathBuf {
    let program = folder().join("examples").join(name);
    if !program.exists() {
        build(&["--workspace", "--example", name]);
    }
    program
}

/// The shared object of an example of this package, built likewise.
pub fn built_library(name: &str) -> PathBuf {
    let library = folder().join("examples").join(format!("lib{name}.so"));
    if !library.exists() {
        build(&["--package", "mmstats-testing", "--example", name]);
    }
    library
}

/// Cargo's directory for test artefacts.
pub fn artifacts() -> PathBuf {
    folder().parent().expect("target/…").join("tmp")
}

/// Cargo's directory for programs of the tests' profile.
fn folder() -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    test.ancestors().nth(2).expect("target/…/deps").to_owned()
}

fn build(what: &[&str]) {
    let folder = folder();
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        Some(profile) => profile,
        None => panic!("{} is no folder of Cargo's", folder.display()),
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.arg("build").args(what).args(["--profile", profile]);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(command.status().is_ok_and(|status| status.success()), "{what:?} builds");
}
