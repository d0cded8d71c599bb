//! pollstats and slurpstats on recordings: the same as live.
//!
//! `MMSTATS_TEST_SEED` takes other random steps.

mod crash;
mod errors;
mod moments;
mod recorded;
mod rows;
mod same_rows;
mod tools;

#[test]
#[ignore = "a child's part"]
fn publishes() {
    mmstats_testing::world::writer::publish();
}
