//! The kinds of stats, one file for each.

mod average;
mod counter;
mod fixed;
mod gauge;
mod histogram;
mod moving_average;
mod relaxed;
mod stopwatch;
mod struct_value;
mod text;
mod timer;
mod timestamp;
mod up_down_counter;
mod window;
mod windowed_average;

pub use average::Average;
pub use counter::Counter;
pub use fixed::{Fixed, FixedValue};
pub use gauge::{Gauge, NumericScalar};
pub use histogram::Histogram;
pub use moving_average::MovingAverage;
pub use stopwatch::Stopwatch;
pub use text::Text;
pub use timer::{Timer, Timing};
pub use timestamp::Timestamp;
pub(super) use timestamp::unix_time;
pub use up_down_counter::UpDownCounter;
pub use windowed_average::WindowedAverage;
