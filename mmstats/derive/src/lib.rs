//! The derive macro of `mmstats`: use it as `mmstats::MmStats`.

mod attributes;
mod errors;
mod expand;
mod help;
mod stats;

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
/// The struct has named fields and no parameters, for a file holds one fixed set of stats.
/// The order of the fields is their order in the file.
///
/// # On the struct
///
/// | attribute | meaning |
/// | --- | --- |
/// | `prefix = "web."` | stands in front of every label, unless the options of a creation say otherwise |
/// | `crate = "facade::mmstats"` | where the library is found, for a program that has it under another name or from a crate that re-exports it; `::mmstats` unless said. In a `macro_rules!` the path may stand without quotes: `crate = $crate::mmstats`. |
///
/// # On a field
///
/// A field's doc comment is its help text: the lines of a paragraph joined, a line for each
/// paragraph. Text that a macro makes in it (`#[doc = concat!(…)]`) is left out.
///
/// | attribute | meaning | default |
/// | --- | --- | --- |
/// | `label = "status.2XX"` | the stat's name in the file; with the prefix at most 65,535 bytes | the field's name, without `r#` |
/// | `unit = "bytes"` | what the value is measured in | "seconds" for a timer, else none |
/// | `aggregate = "max"` | how the values of several threads or processes become one: `sum`, `min`, `max`, or `each` for itself; of an `UpDownCounter` it is `sum` and nothing else. The sum of gauges is true where each thread sets its own part; what one thread raises and another lowers is an `UpDownCounter` | `sum` for counters, up-down counters, timers and histograms, else `each` |
/// | `skip` | the field is no stat; it begins as its [`Default`] and stands alone | |
///
/// And for some kinds, with the default that their own page tells:
///
/// | attribute | kinds | meaning |
/// | --- | --- | --- |
/// | `initial = 20.0` | `Gauge`, `Timestamp`, `Text` | the value to begin with, and to return to when its thread ends |
/// | `keep = true` | `Gauge`, `Text` | the last value stays when its thread ends; so does that of a `Timestamp` with `aggregate = "max"` |
/// | `initial = version()` | `Fixed` | the value; it has no default |
/// | `size = 64` | `Text` | bytes of room |
/// | `window = 50` | `MovingAverage`, `Timer` | how many values it looks back |
/// | `window = 60` | `WindowedAverage` | how many seconds it looks back |
/// | `error = 0.01` | `Histogram` | the greatest relative error of what readers say |
/// | `max = 1 << 30` | `Histogram` | the largest value that is told apart from larger ones |
///
/// Attributes may share one `#[mmstats(…)]` or have one each. Texts are literals. The values in
/// the second table are expressions, evaluated each time that an instance is created. What a kind
/// doesn't take is a compile error at the attribute.
#[proc_macro_derive(MmStats, attributes(mmstats))]
pub fn derive_mmstats(input: TokenStream) -> TokenStream {
    expand::derive(parse_macro_input!(input as DeriveInput)).into()
}
