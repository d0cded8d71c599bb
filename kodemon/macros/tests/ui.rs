//! Misuse of the macros is an error at the right place, and every valid use compiles.
//!
//! Each `compile_fail/*.rs` must fail with the messages in the `.stderr` beside it. Most are from the
//! macros; those about types are from the compiler and change with it: they are of Rust 1.95.0. To
//! renew them, run this and read `git diff`:
//!
//! ```text
//! TRYBUILD=overwrite cargo test -p kodemon-macros --test ui
//! ```

#[test]
fn misuse_is_an_error_at_the_right_location() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/compile_fail/*.rs");
    tests.pass("tests/compiles/*.rs");
}
