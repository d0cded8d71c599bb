//! Recordings, written and read.
//!
//! `MMSTATS_TEST_SEED` takes other random steps.

mod at;
mod continued;
mod cut;
mod fixture;
mod folded;
mod histories;
mod hostile;
mod info;
mod killed;
mod leftovers;
mod naive;
mod replayed;
mod retention;
mod space;
mod spec;
mod stretches;

#[test]
#[ignore = "a child's part"]
fn publishes() {
    mmstats_testing::world::writer::publish();
}
