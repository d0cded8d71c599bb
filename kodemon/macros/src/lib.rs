//! The macros of `kodemon`: use them as `kodemon::kodemon` and `kodemon::timing`.
#![forbid(unsafe_code)]

mod arguments;
mod expand;
mod function;

use proc_macro::TokenStream;

/// Times every call of a function, and sends a message for each.
///
/// See the documentation of the crate `kodemon`, from which this is used.
#[proc_macro_attribute]
pub fn kodemon(arguments: TokenStream, function: TokenStream) -> TokenStream {
    expand::function(arguments.into(), &function.into()).into()
}

/// Starts a timing that is sent when it is dropped: `kodemon::timing!("key", customer = 42)`.
///
/// See the documentation of the crate `kodemon`, from which this is used.
#[proc_macro]
pub fn timing(input: TokenStream) -> TokenStream {
    expand::timing(input.into()).into()
}
