//! `dimensions(status = "2xx", code = 200)` on a field of a struct of stats.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Error, Ident, Lit, LitStr, Result, Token, parenthesized, token};

use crate::errors::Errors;
use crate::items;
use crate::keys::Keys;

/// A dimension that a stat always has.
pub(crate) struct Dimension {
    pub key: LitStr,
    pub value: LitStr,
}

impl Dimension {
    /// The dimensions in parentheses behind the item's name.
    pub(crate) fn parse_all(
        name: &Ident,
        input: ParseStream,
        errors: &mut Errors,
    ) -> Result<Vec<Self>> {
        if !input.peek(token::Paren) {
            return Err(Error::new(
                name.span(),
                "`dimensions` takes keys and values: `dimensions(key = \"value\")`",
            ));
        }
        let content;
        parenthesized!(content in input);
        let mut dimensions = Vec::new();
        let mut keys = Keys::default();
        while !content.is_empty() {
            let written = written_key(&content)?;
            let key = key(&written);
            let value = value(&written, &content, errors)?;
            if keys.add(&key.value(), &written, errors) {
                dimensions.extend(value.map(|value| Self { key, value }));
            }
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(dimensions)
    }
}

/// What stands before the `=`. An identifier if it can be a key, but errors show anything.
fn written_key(input: ParseStream) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !(input.is_empty() || input.peek(Token![=]) || input.peek(Token![,])) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    if tokens.is_empty() { Err(input.error("expected the key of a dimension")) } else { Ok(tokens) }
}

fn key(written: &TokenStream) -> LitStr {
    syn::parse2(written.clone()).unwrap_or_else(|_| {
        let text = match Ident::parse_any.parse2(written.clone()) {
            Ok(name) => name.unraw().to_string(),
            Err(_) => written.to_string().replace(' ', ""),
        };
        LitStr::new(&text, written.span())
    })
}

/// The value as text; `None` after an error.
fn value(key: &TokenStream, input: ParseStream, errors: &mut Errors) -> Result<Option<LitStr>> {
    let value = items::value(key, input)?;
    let text = match syn::parse2(value.clone()) {
        Ok(Lit::Str(text)) => return Ok(Some(text)),
        Ok(Lit::Int(number)) => number.base10_digits().to_owned(),
        Ok(Lit::Bool(flag)) => flag.value.to_string(),
        _ => {
            errors.push(Error::new_spanned(
                value,
                "the value of a dimension is a string, an integer or a `bool`, as a literal",
            ));
            return Ok(None);
        }
    };
    Ok(Some(LitStr::new(&text, value.span())))
}
