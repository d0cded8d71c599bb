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
/// | `dimensions(status = "2xx", code = 200)` | dimensions: the stat is one of several with its name, and its label is `requests{code="200",status="2xx"}`. Values are strings, integers or `bool`s, as literals; an empty one is left out. See [keys](macro@Dimensions#keys). Not for a `Family`, which has those of its type | none |
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
/// A `Family` takes `unit`, `aggregate`, and those of the second table that its kind has, for all its
/// series. Others are its own:
///
/// | attribute | families of | meaning |
/// | --- | --- | --- |
/// | `max = 5000` | all kinds | the most series of the name in the process, up to 10,000; the default is 2,000 |
/// | `all` | all kinds | the series of every combination of dimensions is there from the start, with the value 0; needs dimensions that are `bool` or enums, or an `Option` of these |
/// | `max_value = 1 << 30` | `Histogram` | the largest value within the range |
///
/// Two fields may have the same label if their dimensions differ. A family shares its name with no
/// other field.
///
/// Items may share one `#[mmstats(…)]` or have one each. Texts are literals. The values in the
/// second table are expressions, as is `max`, evaluated each time an instance is created. An item that a
/// kind doesn't take is a compile error at the attribute.
#[proc_macro_derive(MmStats, attributes(mmstats))]
pub fn derive_mmstats(input: TokenStream) -> TokenStream {
    expand::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct a set of dimensions of a `Family`: each field is one.
///
/// ```
/// use std::borrow::Cow;
///
/// use mmstats::{Counter, DimensionValue, Dimensions, Family, MmStats};
///
/// #[derive(DimensionValue)]
/// enum Method {
///     #[mmstats(value = "GET")]
///     Get,
///     #[mmstats(value = "POST")]
///     Post,
/// }
///
/// #[derive(Dimensions)]
/// struct Request<'a> {
///     tenant: &'a str,
///     method: Method,
///     #[mmstats(key = "code")]
///     status: u16,
///     region: Option<Cow<'a, str>>,
/// }
///
/// #[derive(MmStats)]
/// struct WebStats {
///     /// Requests that were answered.
///     #[mmstats(max = 5000)]
///     requests: Family<Counter, Request<'static>>,
/// }
///
/// // requests{code="404",method="POST",tenant="acme"}
/// fn not_found(stats: &WebStats, tenant: &str) {
///     let request = Request { tenant, method: Method::Post, status: 404, region: None };
///     stats.requests.get(&request).incr();
/// }
/// ```
///
/// The struct has named fields, and no generic parameters but lifetimes: the type of a family has
/// `'static` there, and `get` takes values of any lifetime. A struct without fields is an empty set,
/// which is the plain name.
///
/// The types of fields are those that implement the trait `DimensionValue`: strings, integers, `bool`,
/// enums with `#[derive(DimensionValue)]`, references and [`Option`]s of these. A float is a compile
/// error. An empty text and `None` leave the dimension out.
///
/// | attribute | on | meaning | default |
/// | --- | --- | --- | --- |
/// | `key = "code"` | a field | the dimension's key | the field's name, without `r#` |
/// | `crate = "facade::mmstats"` | the struct | the path of the library, as with `MmStats` | `::mmstats` |
///
/// # Keys
///
/// A key has ASCII letters, digits and underscores, and doesn't begin with a digit. These are compile
/// errors, because Prometheus or the library would take them for something else: `le`, `quantile`,
/// `overflow`, keys that begin with `__`, and two equal ones.
#[proc_macro_derive(Dimensions, attributes(mmstats))]
pub fn derive_dimensions(input: TokenStream) -> TokenStream {
    set::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an enum the value of a dimension: each variant is one.
///
/// ```
/// use mmstats::{DimensionRef, DimensionValue};
///
/// #[derive(DimensionValue)]
/// enum Outcome {
///     #[mmstats(value = "ok")]
///     Ok,
///     #[mmstats(value = "not-found")]
///     NotFound,
///     Failed,
/// }
///
/// assert_eq!(Outcome::NotFound.value(), DimensionRef::Named(1, "not-found"));
/// assert_eq!(Outcome::Failed.value(), DimensionRef::Named(2, "Failed"));
/// ```
///
/// The variants have no data. Their values are any text, but none is empty and no two are equal.
///
/// | attribute | on | meaning | default |
/// | --- | --- | --- | --- |
/// | `value = "GET"` | a variant | its value | its name |
/// | `crate = "facade::mmstats"` | the enum | the path of the library, as with `MmStats` | `::mmstats` |
#[proc_macro_derive(DimensionValue, attributes(mmstats))]
pub fn derive_dimension_value(input: TokenStream) -> TokenStream {
    value::derive(parse_macro_input!(input as DeriveInput)).into()
}
