//! Large stats structs in threads with small stacks, as in thread pools and other runtimes.

use std::thread;

use mmstats::{
    Average, Counter, Gauge, Histogram, MmStats, MovingAverage, PerThread, Text, Timer, Timestamp,
    WindowedAverage,
};
use mmstats_testing::os::fork::in_child;

/// Less than any usual limit; a stack overflow kills the process.
const STACK: usize = 192 << 10;

/// Structs of twenty fields of a kind each.
macro_rules! twenty {
    ($($name:ident: $kind:ty;)+) => {$(
        mod $name {
            use super::*;

            #[derive(MmStats)]
            #[allow(dead_code, reason = "made, not used")]
            pub struct Twenty {
                a: $kind, b: $kind, c: $kind, d: $kind, e: $kind, f: $kind, g: $kind, h: $kind,
                i: $kind, j: $kind, k: $kind, l: $kind, m: $kind, n: $kind, o: $kind, p: $kind,
                q: $kind, r: $kind, s: $kind, t: $kind,
            }

            mmstats::per_thread! {
                pub static STATS: Twenty = Twenty::options();
            }
        }
    )+

        /// Each kind's name, the size of such a struct, and its first use.
        const KINDS: &[(&str, usize, fn())] = &[
            $((stringify!($kind), size_of::<$name::Twenty>(), || first_use(&$name::STATS))),+
        ];
    };
}

twenty! {
    averages: Average;
    counters: Counter;
    gauges: Gauge<f64>;
    histograms: Histogram;
    moving_averages: MovingAverage;
    texts: Text;
    timers: Timer;
    timestamps: Timestamp;
    windowed_averages: WindowedAverage;
}

fn first_use<T: MmStats>(stats: &'static PerThread<T>) {
    stats.with(|_| ());
    drop(T::create().unwrap());
}

#[test]
fn twenty_fields_of_any_kind_need_little_stack() {
    for &(kind, size, first_use) in KINDS {
        println!("{kind}: {size} bytes");
        let code = in_child(|| {
            let thread = thread::Builder::new().stack_size(STACK).spawn(first_use).unwrap();
            thread.join().is_ok()
        });
        assert_eq!(code, 0);
        assert!(size <= 20 * 256, "{size} bytes are too large to move around");
    }
}
