//! The items of `#[mmstats(…)]`, as the user wrote them.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Expr, Ident, LitStr, Path, Result, Token};

use crate::errors::Errors;

/// Where `#[mmstats(…)]` can be, and what it accepts there.
pub(crate) struct Target {
    pub name: &'static str,
    pub takes: &'static [&'static str],
    /// Where the same derive takes other items.
    pub other: Option<&'static Target>,
}

/// Passes the name of every item to `take`, which reads what follows it. Returns the names.
///
/// Unknown and repeated items are errors and skipped.
pub(crate) fn each_item(
    attributes: &[Attribute],
    target: &Target,
    errors: &mut Errors,
    mut take: impl FnMut(&Ident, ParseStream, &mut Errors) -> Result<()>,
) -> Vec<Ident> {
    let mut names = Vec::new();
    for attribute in attributes {
        if !attribute.path().is_ident("mmstats") {
            continue;
        }
        let outcome = attribute.parse_nested_meta(|item| {
            let name = item.path.get_ident();
            match name.filter(|name| target.takes.iter().any(|known| name == known)) {
                None => errors.push(unknown(&item.path, target)),
                Some(name) if names.contains(name) => {
                    errors.push(Error::new(name.span(), format!("`{name}` is given twice")));
                }
                Some(name) => {
                    names.push(name.clone());
                    return take(name, item.input, errors);
                }
            }
            up_to_comma(item.input).map(drop)
        });
        if let Err(error) = outcome {
            errors.push(error);
        }
    }
    names
}

fn unknown(found: &syn::Path, target: &Target) -> Error {
    let name = found.to_token_stream().to_string().replace(' ', "");
    let takes: Vec<_> = target.takes.iter().map(|known| format!("`{known}`")).collect();
    let other = target.other.filter(|other| other.takes.contains(&name.as_str()));
    let hint =
        other.map(|other| format!("; `{name}` belongs on {} {}", article(other.name), other.name));
    Error::new_spanned(
        found,
        format!(
            "unknown attribute `{name}`; {} {} takes {}{}",
            article(target.name),
            target.name,
            takes.join(", "),
            hint.unwrap_or_default()
        ),
    )
}

fn article(name: &str) -> &'static str {
    if name.starts_with('e') { "an" } else { "a" }
}

/// The value of an item that takes a text; `None` after an error.
pub(crate) fn text(
    name: &Ident,
    input: ParseStream,
    errors: &mut Errors,
) -> Result<Option<LitStr>> {
    let value = value(name, input)?;
    let text = syn::parse2(value.clone()).ok();
    if text.is_none() {
        errors.push(Error::new_spanned(
            value,
            format!("`{name}` takes a string literal: `{name} = \"…\"`"),
        ));
    }
    Ok(text)
}

/// The value of an item that takes a path: in quotes, or without them if it comes from a
/// `macro_rules!`, as `$crate` means nothing in quotes. `None` after an error.
pub(crate) fn path(name: &Ident, input: ParseStream, errors: &mut Errors) -> Result<Option<Path>> {
    let value = value(name, input)?;
    let quoted = syn::parse2::<LitStr>(value.clone());
    let path = quoted.map_or_else(
        |_| Path::parse_mod_style.parse2(value.clone()),
        |text| text.parse_with(Path::parse_mod_style),
    );
    if path.is_err() {
        errors.push(Error::new_spanned(
            value,
            format!("`{name}` takes the path of the library: `{name} = \"…\"`"),
        ));
    }
    Ok(path.ok())
}

pub(crate) fn no_value(name: &Ident, input: ParseStream) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format!("`{name}` takes no value")))
}

/// The expression behind the name and its `=`.
pub(crate) fn value(name: &impl ToTokens, input: ParseStream) -> Result<TokenStream> {
    let missing = || {
        let text = name.to_token_stream();
        Error::new_spanned(name, format!("`{text}` needs a value: `{text} = …`"))
    };
    input.parse::<Token![=]>().map_err(|_| missing())?;
    let ahead = input.fork();
    if let Ok(value) = ahead.parse::<Expr>() {
        input.advance_to(&ahead);
        return Ok(value.into_token_stream());
    }
    // Blocks, matches and closures are left to the compiler: syn parses them only with its largest
    // feature. Their commas are in brackets.
    let value = up_to_comma(input)?;
    if value.is_empty() { Err(missing()) } else { Ok(value) }
}

/// The remaining tokens of this item.
fn up_to_comma(input: ParseStream) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}
