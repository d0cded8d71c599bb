//! `Watch` beside a naive reader that reads everything anew in each poll.
//!
//! `MMSTATS_TEST_SEED` takes other random steps.

mod agreement;
mod budget;
mod counts;
mod descriptors;
mod ended_programs;
mod latest;
mod model;
mod random_steps;
mod replay;
mod second_copy;
mod unlistable;

use mmstats_testing::random;
use mmstats_testing::world::{self, foreign, step, steps, writer};

#[test]
#[ignore = "a child's part"]
fn publishes() {
    writer::publish();
}
