//! Where something of the user's begins and ends.

use proc_macro2::Span;
use quote::ToTokens;

/// The spans of the first and the last token. An expression with these is shown as the whole.
pub(crate) fn ends(of: &impl ToTokens) -> [Span; 2] {
    let mut spans = of.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::mixed_site);
    [first, spans.last().unwrap_or(first)]
}
