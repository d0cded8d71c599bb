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
/// | `key = "…"` | instead of `file.rs-function`; an expression other than a literal is evaluated at each call |
/// | `token = "…"` | instead of `KODEMON_TOKEN`; any string expression |
/// | `name = expression` | a field of the message, of any type that serde serializes; `execution_time` and `timestamp` replace the built-in ones |
/// | `"any name" = expression` | the same for names that aren't identifiers, and for `stats` and `udp` |
/// | `crate = "path"` | the path of this crate: see below |
/// | `stats` | mmstats records the calls, too |
/// | `stats, udp = false` | mmstats records the calls; they aren't sent |
///
/// Field expressions are evaluated before the call, with its arguments in scope, and their values are
/// held until it ends. So a value that the function moves or changes must be cloned:
/// `name = self.name.clone()`; numbers and references to other values needn't be.
///
/// The timing ends when the function returns, including early returns and panics. For an `async fn` it
/// starts at the first poll and ends when the future completes or is dropped; for a function that
/// returns a future, only the creation of the future is timed.
///
/// The code refers to `::kodemon`. If this crate has another name or is re-exported, give its path:
/// `#[kodemon(crate = "facade::kodemon")]`. In a `macro_rules!` the path may be unquoted:
/// `crate = $crate::kodemon`.
///
/// Signature, attributes and documentation of the function don't change. A `const fn` can't be timed,
/// because it may run in the compiler.
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
///     // timed code
/// }
/// ```
///
/// The key comes first, a string; then the arguments of [`kodemon`](macro@kodemon). Bind the timing to a
/// name: `let _ = …` would drop it at once.
#[proc_macro]
pub fn timing(input: TokenStream) -> TokenStream {
    expand::timing(input.into()).into()
}
