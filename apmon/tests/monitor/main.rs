//! Figures that are sent from the background.

mod configuration;
mod forks;
mod host;
mod jobs;

use apmon::{ApMon, Builder};
use mmstats_testing::figures::FigureReceiver;

/// A sender to a receiver. A sample is one packet, and none is due within a test.
fn builder(receiver: &FigureReceiver) -> Builder {
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap().max_size(8_192);
    let seldom = builder.option("sys_interval", "86400").unwrap();
    seldom.option("job_interval", "86400").unwrap()
}
