//! The derive macros of `mmstats`: use them as `mmstats::MmStats`, `mmstats::Dimensions` and
//! `mmstats::DimensionValue`.

mod attributes;
mod dimensions;
mod errors;
mod expand;
mod field;
mod help;
mod items;
mod keys;
mod labels;
mod set;
mod span;
mod stats;
mod value;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct of stats publishable: each field becomes a stat of the file.
///
/// ```
/// use mmstats::{Counter, Gauge, Histogram, MmStats, Text, UpDownCounter};
///
/// #[derive(MmStats)]
/// #[mmstats(prefix = "web.stats.")]
/// struct WebStats {
///     /// Responses with a 2XX status.
///     #[mmstats(label = "status.2XX", unit = "responses")]
///     status_2xx: Counter,
///     /// Requests that are being worked on.
///     in_flight: UpDownCounter,
///     /// Bytes that this thread has buffered.
///     #[mmstats(aggregate = "sum", unit = "bytes")]
///     buffered: Gauge<u32>,
///     /// How large the pages are.
///     #[mmstats(unit = "bytes", error = 0.01, max = 1 << 24)]
///     page_size: Histogram,
///     /// The route that was taken last.
///     #[mmstats(size = 64, initial = "/")]
///     route: Text,
///     /// Not a stat.
///     #[mmstats(skip)]
///     scratch: Vec<u8>,
/// }
/// ```
///
/// The struct has named fields and no generic parameters, as a file holds one fixed set of stats.
/// The order of the fields is their order in the file.
///
/// # On the struct
///
/// | attribute | meaning |
/// | --- | --- |
/// | `prefix = "web."` | the prefix of every label, unless the options override it |
/// | `crate = "facade::mmstats"` | the path of the library, for a program that renames it or uses a re-export; the default is `::mmstats`. In a `macro_rules!` the path may be without quotes: `crate = $crate::mmstats`. |
///
/// # On a field
///
/// A field's doc comment is its help text: the lines of a paragraph are joined, and each paragraph
/// is a line. Text that a macro makes in it (`#[doc = concat!(…)]`) is left out.
///
/// | attribute | meaning | default |
/// | --- | --- | --- |
/// | `label = "status.2XX"` | the stat's name in the file; with the prefix at most 65,535 bytes | the field's name, without `r#` |
/// | `unit = "bytes"` | the unit of the value | "seconds" for a timer, else none |
/// | `aggregate = "max"` | how the values of several threads or processes are combined: `sum`, `min`, `max`, or `each` (not combined); for an `UpDownCounter` only `sum`. The sum of gauges is right if each thread sets its own part; if one thread raises what another lowers, use an `UpDownCounter` | `sum` for counters, up-down counters, timers and histograms, else `each` |
/// | `skip` | the field is not a stat and begins as its [`Default`]; allows no other items | |
///
/// And for some kinds, with the defaults of the kind:
///
/// | attribute | kinds | meaning |
/// | --- | --- | --- |
/// | `initial = 20.0` | `Gauge`, `Timestamp`, `Text` | the initial value, restored when its thread ends |
/// | `keep = true` | `Gauge`, `Text` | the last value stays when its thread ends; so does that of a `Timestamp` with `aggregate = "max"` |
/// | `initial = version()` | `Fixed` | the value; it has no default |
/// | `size = 64` | `Text` | the maximum size in bytes |
/// | `window = 50` | `MovingAverage`, `Timer` | the window, in values |
/// | `window = 60` | `WindowedAverage` | the window, in seconds |
/// | `error = 0.01` | `Histogram` | the maximum relative error of percentiles |
/// | `max = 1 << 30` | `Histogram` | the largest value within the range |
///
/// Items may share one `#[mmstats(…)]` or have one each. Texts are literals. The values in the
/// second table are expressions, evaluated each time an instance is created. An item that a kind
/// doesn't take is a compile error at the attribute.
#[proc_macro_derive(MmStats, attributes(mmstats))]
pub fn derive_mmstats(input: TokenStream) -> TokenStream {
    expand::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct a set of dimensions of a `Family`: each field is one.
#[proc_macro_derive(Dimensions, attributes(mmstats))]
pub fn derive_dimensions(input: TokenStream) -> TokenStream {
    set::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an enum the value of a dimension: each variant is one.
#[proc_macro_derive(DimensionValue, attributes(mmstats))]
pub fn derive_dimension_value(input: TokenStream) -> TokenStream {
    value::derive(parse_macro_input!(input as DeriveInput)).into()
}
