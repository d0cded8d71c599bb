use mmstats::{
    Average, Counter, Fixed, Gauge, Histogram, MmStats, MovingAverage, Text, Timer, Timestamp,
    UpDownCounter, WindowedAverage,
};

#[derive(MmStats)]
struct Initial {
    #[mmstats(initial = 1)]
    counter: Counter,
    #[mmstats(initial = 1)]
    up_down_counter: UpDownCounter,
    #[mmstats(initial = 1.0)]
    average: Average,
    #[mmstats(initial = 1.0)]
    moving_average: MovingAverage,
    #[mmstats(initial = 1.0)]
    windowed_average: WindowedAverage,
    #[mmstats(
        window = 10,
        initial = 0.5
    )]
    timer: Timer,
    #[mmstats(initial = 1)]
    histogram: Histogram,
}

#[derive(MmStats)]
struct Keep {
    #[mmstats(keep = true)]
    counter: Counter,
    #[mmstats(keep = true)]
    up_down_counter: UpDownCounter,
    #[mmstats(keep = true)]
    timestamp: Timestamp,
    #[mmstats(keep = true)]
    average: Average,
    #[mmstats(keep = true)]
    moving_average: MovingAverage,
    #[mmstats(keep = true)]
    windowed_average: WindowedAverage,
    #[mmstats(keep = true)]
    timer: Timer,
    #[mmstats(keep = true)]
    histogram: Histogram,
    #[mmstats(keep = true, initial = 1)]
    fixed: Fixed<u8>,
}

#[derive(MmStats)]
struct Size {
    #[mmstats(size = 64)]
    counter: Counter,
    #[mmstats(size = 64)]
    up_down_counter: UpDownCounter,
    #[mmstats(size = 64)]
    gauge: Gauge<f64>,
    #[mmstats(size = 64)]
    timestamp: Timestamp,
    #[mmstats(size = 64)]
    average: Average,
    #[mmstats(size = 64)]
    moving_average: MovingAverage,
    #[mmstats(size = 64)]
    windowed_average: WindowedAverage,
    #[mmstats(size = 64)]
    timer: Timer,
    #[mmstats(size = 64)]
    histogram: Histogram,
    #[mmstats(size = 64, initial = String::new())]
    fixed: Fixed<String>,
}

#[derive(MmStats)]
struct Window {
    #[mmstats(window = 60)]
    counter: Counter,
    #[mmstats(window = 60)]
    up_down_counter: UpDownCounter,
    #[mmstats(window = 60)]
    gauge: Gauge<bool>,
    #[mmstats(window = 60)]
    timestamp: Timestamp,
    #[mmstats(window = 60)]
    average: Average,
    #[mmstats(window = 60)]
    histogram: Histogram,
    #[mmstats(window = 60)]
    text: Text,
    #[mmstats(window = 60, initial = 1)]
    fixed: Fixed<i64>,
}

#[derive(MmStats)]
struct Error {
    #[mmstats(error = 0.1)]
    counter: Counter,
    #[mmstats(error = 0.1)]
    up_down_counter: UpDownCounter,
    #[mmstats(error = 0.1)]
    gauge: Gauge<u16>,
    #[mmstats(error = 0.1)]
    timestamp: Timestamp,
    #[mmstats(error = 0.1)]
    average: Average,
    #[mmstats(error = 0.1)]
    moving_average: MovingAverage,
    #[mmstats(error = 0.1)]
    windowed_average: WindowedAverage,
    #[mmstats(error = 0.1)]
    timer: Timer,
    #[mmstats(error = 0.1)]
    text: Text,
    #[mmstats(error = 0.1, initial = 1)]
    fixed: Fixed<u64>,
}

#[derive(MmStats)]
struct Max {
    #[mmstats(max = 9)]
    counter: Counter,
    #[mmstats(max = 9)]
    up_down_counter: UpDownCounter,
    #[mmstats(max = 9)]
    gauge: Gauge<u16>,
    #[mmstats(max = 9)]
    timestamp: Timestamp,
    #[mmstats(max = 9)]
    average: Average,
    #[mmstats(max = 9)]
    moving_average: MovingAverage,
    #[mmstats(max = 9)]
    windowed_average: WindowedAverage,
    #[mmstats(max = 9)]
    timer: Timer,
    #[mmstats(max = 9)]
    text: Text,
    #[mmstats(max = 9, initial = 1)]
    fixed: Fixed<u64>,
}

#[derive(MmStats)]
struct SeveralAtOnce {
    #[mmstats(max = 9, unit = "hits", error = 0.1)]
    hits: Counter,
    #[mmstats(max = 9, keep = false)]
    unknown: u64,
}

fn main() {}
