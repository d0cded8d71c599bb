//! `Watch` beside a naive reader that reads everything anew in each poll.
//!
//! `MMSTATS_TEST_SEED` takes other random steps.

mod agreement;
mod budget;
mod counts;
mod descriptors;
mod ended_programs;
mod foreign;
mod latest;
mod model;
mod random_steps;
mod replay;
mod second_copy;
mod step;
mod steps;
mod unlistable;
mod world;
mod writer;

use mmstats_testing::random;
