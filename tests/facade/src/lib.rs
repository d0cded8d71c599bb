//! A crate that renames the libraries, re-exports them as frameworks do, and wraps their macros in
//! its own. No crate here is called `mmstats` or `kodemon`.
#![forbid(unsafe_code)]

pub use kd as kodemon;
pub use kd::kodemon as timed;
pub use stats as mmstats;
pub use stats::{Counter, DimensionValue, Dimensions, Family, MmStats, per_thread};

/// Declares a struct of counters.
#[macro_export]
macro_rules! counters {
    ($name:ident: $($field:ident)+) => {
        #[derive($crate::MmStats)]
        #[mmstats(crate = $crate::mmstats)]
        struct $name {
            $($field: $crate::Counter),+
        }
    };
}

/// Declares the results of jobs, and a struct of counters by result.
#[macro_export]
macro_rules! results {
    ($name:ident by $result:ident: $($variant:ident)+) => {
        #[derive($crate::DimensionValue)]
        #[mmstats(crate = $crate::mmstats)]
        enum $result {
            $($variant),+
        }

        #[derive($crate::Dimensions)]
        #[mmstats(crate = $crate::mmstats)]
        struct ByResult {
            result: $result,
        }

        #[derive($crate::MmStats)]
        #[mmstats(crate = $crate::mmstats)]
        struct $name {
            #[mmstats(all)]
            jobs: $crate::Family<$crate::Counter, ByResult>,
        }
    };
}

/// Times the rest of the block.
#[macro_export]
macro_rules! time_rest {
    ($key:literal) => {
        $crate::kodemon::timing!($key, crate = $crate::kodemon)
    };
}
