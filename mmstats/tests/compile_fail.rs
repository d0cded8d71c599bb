//! Misuse of the derive macro is an error at the location of the mistake.
//!
//! Each `compile_fail/*.rs` must fail with the messages in the `.stderr` beside it. Most are the
//! macro's own; those about types and methods are the compiler's and change with it. They are of
//! Rust 1.95.0; to renew them, run this and read what `git diff` shows:
//!
//! ```text
//! TRYBUILD=overwrite cargo test -p mmstats --test compile_fail
//! ```

#[test]
fn misuse_is_an_error_at_the_right_location() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
