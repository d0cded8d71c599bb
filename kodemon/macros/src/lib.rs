//! The macros of `kodemon`: use them as `kodemon::kodemon` and `kodemon::timing`.
#![forbid(unsafe_code)]

mod arguments;
mod expand;
mod function;

use proc_macro::TokenStream;

/// Times every call of a function or method, and sends a message for each.
///
/// ```
/// use kodemon::kodemon;
///
/// struct Order {
///     customer: u64,
///     items: Vec<u32>,
/// }
///
/// #[kodemon]
/// fn price(order: &Order) -> u32 {
///     order.items.iter().sum()
/// }
///
/// impl Order {
///     #[kodemon(key = "orders/ship", customer = self.customer, items = self.items.len())]
///     async fn ship(self) -> Result<(), String> {
///         Ok(())
///     }
/// }
///
/// #[kodemon(stats, udp = false)]
/// fn often() {}
/// ```
///
/// | argument | meaning |
/// | --- | --- |
/// | `key = "…"` | instead of `file.rs-function`. An expression that is no literal is evaluated at each call. |
/// | `token = "…"` | instead of the environment's; any expression of a text |
/// | `name = expression` | a field of the message, of any type that serde serializes. `execution_time` and `timestamp` replace the message's own. |
/// | `"any name" = expression` | the same for names that are no identifiers, and for `stats` and `udp` |
/// | `crate = "path"` | where this crate is found: see below |
/// | `stats` | mmstats records the calls, too |
/// | `stats, udp = false` | mmstats records the calls, and none is sent |
///
/// Expressions of fields are evaluated before the call, with its arguments in scope, and their
/// values kept to its end. So a value that is moved or changed by the function has to be cloned:
/// `name = self.name.clone()`; numbers and references to what isn't touched are kept as they are.
///
/// The time ends when the function returns, also early or by a panic. Of an `async fn` it begins at
/// the first poll and ends with the future, also where that is dropped before its end; of a
/// function that returns a future, only the making of that is timed.
///
/// The code refers to `::kodemon`. A program that has this crate under another name, or from a crate
/// that re-exports it, says so: `#[kodemon(crate = "facade::kodemon")]`. In a `macro_rules!` the path
/// may stand without quotes: `crate = $crate::kodemon`.
///
/// Everything else about the function stays as it was: signature, attributes, documentation. A
/// `const fn` can't be timed, because it may run in the compiler.
#[proc_macro_attribute]
pub fn kodemon(arguments: TokenStream, function: TokenStream) -> TokenStream {
    expand::function(arguments.into(), &function.into()).into()
}

/// Starts a timing that is sent when it is dropped.
///
/// ```
/// let customer = 42;
/// {
///     let _timing = kodemon::timing!("check-out", customer = customer, phase = "paying");
///     // what is timed
/// }
/// ```
///
/// First comes the key, a text; then what [`kodemon`](macro@kodemon) takes. A name is needed to
/// hold it: `let _ = …` would drop it at once.
#[proc_macro]
pub fn timing(input: TokenStream) -> TokenStream {
    expand::timing(input.into()).into()
}
