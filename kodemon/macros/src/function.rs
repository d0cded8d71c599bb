//! Parses a function as far as needed: its name, and the body at its end.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{AttrStyle, Attribute, Error, Result, Token, Visibility};

/// The parts of a function. What is between its name and its body isn't parsed.
pub(crate) struct Function {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    /// `async`, `unsafe`, `extern "C"` and the like, up to `fn`.
    qualifiers: TokenStream,
    pub name: Ident,
    /// Generics, arguments, result, bounds.
    signature: TokenStream,
    body: Group,
}

const NOT_A_FUNCTION: &str = "`#[kodemon]` can only be applied to functions and methods";

impl Parse for Function {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let qualifiers = qualifiers(input)?;
        let name = input.call(Ident::parse_any)?;
        let mut rest: Vec<TokenTree> = input.parse::<TokenStream>()?.into_iter().collect();
        let Some(body) = rest.pop().and_then(braces) else {
            let message = "`#[kodemon]` needs a function with a body";
            return Err(Error::new(name.span(), message));
        };
        let (inner, body) = without_inner_attributes(&body)?;
        attributes.extend(inner);
        Ok(Self {
            attributes,
            visibility,
            qualifiers,
            name,
            signature: rest.into_iter().collect(),
            body,
        })
    }
}

impl Function {
    /// The function, with these statements before its body.
    pub(crate) fn with_prologue(&self, statements: &TokenStream) -> TokenStream {
        let Self { attributes, visibility, qualifiers, name, signature, body } = self;
        quote! {
            #(#attributes)*
            #visibility #qualifiers fn #name #signature {
                #statements
                #body
            }
        }
    }
}

/// Everything up to and including `fn`.
fn qualifiers(input: ParseStream) -> Result<TokenStream> {
    let mut qualifiers = TokenStream::new();
    while !input.peek(Token![fn]) {
        match input.parse::<TokenTree>() {
            Ok(TokenTree::Ident(word)) if word == "const" => {
                let message = "a `const fn` can't be timed, as it may run in the compiler";
                return Err(Error::new(word.span(), message));
            }
            Ok(TokenTree::Ident(word)) if is_qualifier(&word) => qualifiers.extend([word]),
            Ok(abi @ TokenTree::Literal(_)) => qualifiers.extend([abi]),
            Ok(other) => return Err(Error::new(other.span(), NOT_A_FUNCTION)),
            Err(error) => return Err(Error::new(error.span(), NOT_A_FUNCTION)),
        }
    }
    input.parse::<Token![fn]>()?;
    Ok(qualifiers)
}

fn is_qualifier(word: &Ident) -> bool {
    ["async", "default", "extern", "safe", "unsafe"].iter().any(|known| word == known)
}

/// The braces at the end and their contents; a block that came through a `macro_rules!` is in an
/// invisible group.
fn braces(tree: TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = tree else { return None };
    match group.delimiter() {
        Delimiter::Brace => Some(group),
        Delimiter::None => braces(group.stream().into_iter().next()?),
        _ => None,
    }
}

/// The attributes at the start of the body, turned into outer ones, and the body without them: a
/// block within a block can't have any.
fn without_inner_attributes(body: &Group) -> Result<(Vec<Attribute>, Group)> {
    let parts = |input: ParseStream| {
        Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?))
    };
    let (mut attributes, statements) = parts.parse2(body.stream())?;
    for attribute in &mut attributes {
        attribute.style = AttrStyle::Outer;
    }
    // With the macro's hygiene; otherwise the compiler may find the braces unnecessary.
    let mut braces = Group::new(Delimiter::Brace, statements);
    braces.set_span(body.span().resolved_at(Span::mixed_site()));
    Ok((attributes, braces))
}
