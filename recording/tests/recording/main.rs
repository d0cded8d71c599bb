//! Recordings, written and read.
//!
//! `MMSTATS_TEST_SEED` takes other random steps.

mod at;
mod fixture;
mod folded;
mod hostile;
mod killed;
mod replayed;
mod stretches;

#[test]
#[ignore = "a child's part"]
fn publishes() {
    mmstats_testing::world::writer::publish();
}
