//! `#[mmstats(…)]` on the struct and on its fields, as the user wrote it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Expr, Ident, LitStr, Path, Result, Token};

use crate::errors::Errors;

/// Where `#[mmstats(…)]` can be, and what it accepts there.
struct Target {
    name: &'static str,
    takes: &'static [&'static str],
}

const STRUCT: Target = Target { name: "struct", takes: &["prefix", "crate"] };
const FIELD: Target = Target {
    name: "field",
    takes: &[
        "label",
        "unit",
        "aggregate",
        "initial",
        "size",
        "window",
        "error",
        "max",
        "keep",
        "skip",
    ],
};

/// What `#[mmstats(…)]` on the struct says.
#[derive(Default)]
pub(crate) struct StructAttributes {
    pub prefix: Option<LitStr>,
    /// The path of the library; `::mmstats` by default.
    pub library: Option<Path>,
}

/// What `#[mmstats(…)]` on a field says.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub label: Option<LitStr>,
    pub unit: Option<LitStr>,
    /// The variant of `mmstats::Aggregate`.
    pub aggregate: Option<Ident>,
    /// Options of only some kinds; the compiler knows which.
    pub settings: Vec<Setting>,
    pub skip: bool,
}

/// A method of the field's `Declaration`, and its argument.
pub(crate) struct Setting {
    pub name: Ident,
    /// The trait of the declarations that have the method.
    pub taker: Ident,
    pub value: TokenStream,
}

impl StructAttributes {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut parsed = Self::default();
        each_item(attributes, &STRUCT, errors, |name, input, errors| {
            if name == "crate" {
                parsed.library = path(name, input, errors)?;
            } else {
                parsed.prefix = text(name, input, errors)?;
            }
            Ok(())
        });
        parsed
    }
}

impl FieldAttributes {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut parsed = Self::default();
        let names = each_item(attributes, &FIELD, errors, |name, input, errors| {
            match name.to_string().as_str() {
                "label" => parsed.label = text(name, input, errors)?,
                "unit" => parsed.unit = text(name, input, errors)?,
                "aggregate" => {
                    let how = text(name, input, errors)?;
                    parsed.aggregate = how.and_then(|how| aggregate(&how, errors));
                }
                "skip" => {
                    parsed.skip = true;
                    no_value(name, input)?;
                }
                text => {
                    let (initial, rest) = text.split_at(1);
                    let taker = format!("Takes{}{rest}", initial.to_uppercase());
                    let taker = Ident::new(&taker, name.span());
                    let value = value(name, input)?;
                    parsed.settings.push(Setting { name: name.clone(), taker, value });
                }
            }
            Ok(())
        });
        if parsed.skip {
            for name in names.iter().filter(|name| *name != "skip") {
                errors.push(Error::new(
                    name.span(),
                    format!("`{name}` can't be combined with `skip`"),
                ));
            }
        }
        parsed
    }
}

/// Passes the name of every item to `take`, which reads what follows it. Returns the names.
///
/// Unknown and repeated items are errors and skipped.
fn each_item(
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
    let other = [STRUCT, FIELD].into_iter().find(|other| other.takes.contains(&name.as_str()));
    let hint = other.map(|other| format!("; `{name}` belongs on a {}", other.name));
    Error::new_spanned(
        found,
        format!(
            "unknown attribute `{name}`; a {} takes {}{}",
            target.name,
            takes.join(", "),
            hint.unwrap_or_default()
        ),
    )
}

/// The value of an item that takes a text; `None` after an error.
fn text(name: &Ident, input: ParseStream, errors: &mut Errors) -> Result<Option<LitStr>> {
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
fn path(name: &Ident, input: ParseStream, errors: &mut Errors) -> Result<Option<Path>> {
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

fn aggregate(how: &LitStr, errors: &mut Errors) -> Option<Ident> {
    let variant = match how.value().as_str() {
        "sum" => "Sum",
        "min" => "Min",
        "max" => "Max",
        "each" => "Each",
        found => {
            errors.push(Error::new(
                how.span(),
                format!("`aggregate` is \"sum\", \"min\", \"max\" or \"each\", not {found:?}"),
            ));
            return None;
        }
    };
    Some(Ident::new(variant, how.span()))
}

fn no_value(name: &Ident, input: ParseStream) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format!("`{name}` takes no value")))
}

/// The expression behind the name and its `=`.
fn value(name: &Ident, input: ParseStream) -> Result<TokenStream> {
    let missing = || Error::new(name.span(), format!("`{name}` needs a value: `{name} = …`"));
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
