//! Misuse of the macros is an error where the mistake stands, and every use compiles that should.
//!
//! Each `compile_fail/*.rs` must fail with the messages in the `.stderr` beside it. Most are the
//! macros' own; those about types are the compiler's and change with it. They are of Rust 1.95.0;
//! to renew them, run this and read what `git diff` shows:
//!
//! ```text
//! TRYBUILD=overwrite cargo test -p kodemon-macros --test ui
//! ```

#[test]
fn misuse_is_an_error_where_it_stands() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/compile_fail/*.rs");
    tests.pass("tests/compiles/*.rs");
}
