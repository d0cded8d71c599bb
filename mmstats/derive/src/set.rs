//! `#[derive(Dimensions)]`: a struct as a set of dimensions.

use std::mem;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DataStruct, DeriveInput, Error, Fields, GenericParam, Generics, Ident,
    Lifetime, LitStr, Path, Type, parse_quote,
};

use crate::errors::Errors;
use crate::items::{self, Target, each_item};
use crate::keys::Keys;
use crate::span::ends;

static STRUCT: Target =
    Target { name: "struct of dimensions", takes: &["crate"], other: Some(&FIELD) };
static FIELD: Target = Target { name: "dimension", takes: &["key"], other: Some(&STRUCT) };

/// A struct of dimensions.
struct Set {
    name: Ident,
    /// Lifetimes only.
    generics: Generics,
    /// The path of the library.
    library: Path,
    fields: Vec<Field>,
}

struct Field {
    name: Ident,
    ty: Type,
    key: LitStr,
}

/// The impls, after the errors that were found.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let set = Set::parse(input, &mut errors);
    let implementations = set.map(|set| [set.implementation(), set.every_combination()]);
    let implementations = implementations.into_iter().flatten();
    quote!(#errors #(#implementations)*)
}

impl Set {
    /// Checks `input`; `None` if its shape is wrong.
    fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let mut library = None;
        each_item(&input.attrs, &STRUCT, errors, |name, input, errors| {
            library = items::path(name, input, errors)?;
            Ok(())
        });
        let is_lifetime =
            |parameter: &&GenericParam| matches!(parameter, GenericParam::Lifetime(_));
        if let Some(parameter) = input.generics.params.iter().find(|one| !is_lifetime(one)) {
            errors.push(Error::new_spanned(
                parameter,
                "a struct of dimensions has no parameters but lifetimes: a family has one type of set",
            ));
            return None;
        }
        let why = "`Dimensions` needs a struct with named fields: the names become keys";
        let fields = match input.data {
            Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) => {
                Ok(Some(fields.named))
            }
            // An empty set: the plain name.
            Data::Struct(DataStruct { fields: Fields::Unit, .. }) => Ok(None),
            Data::Struct(DataStruct { fields, .. }) => Err(Error::new_spanned(fields, why)),
            Data::Enum(data) => Err(Error::new_spanned(
                data.enum_token,
                format!("{why}; for an enum as a value, derive `DimensionValue`"),
            )),
            Data::Union(data) => Err(Error::new_spanned(data.union_token, why)),
        };
        let fields = fields.map_err(|error| errors.push(error)).ok()?;
        let mut keys = Keys::default();
        let fields = fields.into_iter().flatten().filter_map(|field| {
            let name = field.ident?;
            let key = key(&name, &field.attrs, errors);
            keys.add(&key.value(), &key, errors);
            Some(Field { name, ty: field.ty, key })
        });
        let fields = fields.collect();
        let library = library.unwrap_or_else(|| parse_quote!(::mmstats));
        Some(Self { name: input.ident, generics: input.generics, library, fields })
    }

    fn implementation(&self) -> TokenStream {
        let Self { name, generics, library, fields } = self;
        let (parameters, arguments, conditions) = generics.split_for_impl();
        let lifetime = Lifetime::new("'__a", Span::mixed_site());
        // All its lifetimes are one.
        let lifetimes = generics.lifetimes().map(|_| &lifetime);
        let visits = fields.iter().map(|Field { name, ty, key }| {
            // The call has the span of the type, where the compiler shows that it can't be a value.
            let [first, last] = ends(ty);
            let open = quote_spanned!(first=> <);
            let ty = with_inferred_lifetimes(ty.to_token_stream(), generics);
            let value = Ident::new("value", last);
            let argument = quote!(&__set.#name);
            let call =
                quote_spanned!(last=> #open #ty as #library::DimensionValue>::#value(#argument));
            quote!(#library::__private::Visitor::dimension(__visitor, #key, #call);)
        });
        quote! {
            #[automatically_derived]
            // A path with the span of a type looks like the user's own.
            #[allow(deprecated, unused_qualifications)]
            impl #parameters #library::Dimensions for #name #arguments #conditions {
                type Of<#lifetime> = #name<#(#lifetimes),*>;

                #[inline]
                fn visit<#lifetime>(
                    __set: &#lifetime Self::Of<'_>,
                    __visitor: &mut impl #library::__private::Visitor<#lifetime>,
                ) {
                    #(#visits)*
                }
            }
        }
    }

    /// That all combinations are known, if all values of all fields are. The parameter lets the
    /// compiler check this where it is needed.
    fn every_combination(&self) -> TokenStream {
        let Self { name, generics, library, fields } = self;
        let (_, arguments, _) = generics.split_for_impl();
        let parameter = Ident::new("__T", Span::mixed_site());
        let parameters = generics.params.iter();
        let conditions = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let bounds =
            fields.iter().map(|Field { ty, .. }| quote!(#ty: #library::EveryValue<#parameter>));
        let numbers: Vec<_> = (0..fields.len()).map(|number| format_ident!("__{number}")).collect();
        let values = fields.iter().zip(&numbers).map(|(Field { name, ty, .. }, number)| {
            quote!(#name: <#ty as #library::EveryValue<#parameter>>::nth(#number))
        });
        let count = fields.iter().fold(quote!(1), |count, Field { ty, .. }| {
            quote! {
                ::core::primitive::u64::saturating_mul(
                    #count,
                    <#ty as #library::EveryValue<#parameter>>::COUNT as ::core::primitive::u64,
                )
            }
        });
        let each = quote!(__each(&Self { #(#values),* }););
        let each =
            fields.iter().zip(&numbers).rev().fold(each, |each, (Field { ty, .. }, number)| {
                quote! {
                    for #number in 0..<#ty as #library::EveryValue<#parameter>>::COUNT {
                        #each
                    }
                }
            });
        quote! {
            #[automatically_derived]
            #[allow(deprecated)]
            impl<#(#parameters,)* #parameter> #library::EveryCombination<#parameter> for #name #arguments
            where
                #(#conditions,)*
                #(#bounds,)*
            {
                const COUNT: ::core::primitive::u64 = #count;

                fn every(mut __each: impl ::core::ops::FnMut(&Self::Of<'_>)) {
                    #each
                }
            }
        }
    }
}

/// The key of a field.
fn key(name: &Ident, attributes: &[Attribute], errors: &mut Errors) -> LitStr {
    let mut key = None;
    each_item(attributes, &FIELD, errors, |name, input, errors| {
        key = items::text(name, input, errors)?;
        Ok(())
    });
    key.unwrap_or_else(|| LitStr::new(&name.unraw().to_string(), name.span()))
}

/// The type where the lifetimes of `generics` have no names.
fn with_inferred_lifetimes(ty: TokenStream, generics: &Generics) -> TokenStream {
    let mut is_lifetime = false;
    let inferred = ty.into_iter().map(|token| {
        let was_quote = mem::replace(
            &mut is_lifetime,
            matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\''),
        );
        match token {
            TokenTree::Ident(name)
                if was_quote && generics.lifetimes().any(|known| known.lifetime.ident == name) =>
            {
                Ident::new("_", name.span()).into()
            }
            TokenTree::Group(group) => {
                let content = with_inferred_lifetimes(group.stream(), generics);
                let mut inferred = Group::new(group.delimiter(), content);
                inferred.set_span(group.span());
                inferred.into()
            }
            other => other,
        }
    });
    inferred.collect()
}
