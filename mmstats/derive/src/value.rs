//! `#[derive(DimensionValue)]`: an enum whose variants are the values of a dimension.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DataStruct, DataUnion, DeriveInput, Error, Fields, Ident, LitStr, Path,
    Variant, parse_quote,
};

use crate::errors::Errors;
use crate::items::{self, Target, each_item};

static ENUM: Target = Target { name: "enum", takes: &["crate"], other: Some(&VARIANT) };
static VARIANT: Target = Target { name: "variant", takes: &["value"], other: Some(&ENUM) };

/// An enum of values.
struct Values {
    name: Ident,
    /// The path of the library.
    library: Path,
    variants: Vec<(Ident, LitStr)>,
}

/// The impls, after the errors that were found.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let implementation = Values::parse(input, &mut errors).map(|values| values.implementation());
    quote!(#errors #implementation)
}

impl Values {
    /// Checks `input`; `None` if its shape is wrong.
    fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let mut library = None;
        each_item(&input.attrs, &ENUM, errors, |name, input, errors| {
            library = items::path(name, input, errors)?;
            Ok(())
        });
        let name = input.ident.clone();
        let variants = variants(input, errors)?.into_iter().map(|variant| {
            let value = value(&variant.ident, &variant.attrs, errors);
            (variant.ident, value)
        });
        let library = library.unwrap_or_else(|| parse_quote!(::mmstats));
        let values = Self { variants: variants.collect(), name, library };
        values.check(errors);
        Some(values)
    }

    fn check(&self, errors: &mut Errors) {
        let mut owners = HashMap::new();
        for (name, value) in &self.variants {
            let text = value.value();
            if text.is_empty() {
                errors.push(Error::new(
                    value.span(),
                    "a value can't be empty; `Option` leaves a dimension out",
                ));
            } else if let Some(owner) = owners.insert(text, name) {
                errors.push(Error::new(
                    value.span(),
                    format!("the value {:?} is already that of `{owner}`", value.value()),
                ));
            }
        }
    }

    fn implementation(&self) -> TokenStream {
        let Self { name, library, variants } = self;
        let parameter = Ident::new("__T", Span::mixed_site());
        let count = variants.len() as u32;
        let arms = (0..count).zip(variants).map(|(number, (variant, value))| {
            quote!(Self::#variant => #library::DimensionRef::Named(#number, #value))
        });
        let nth = (0..count).zip(variants).map(|(number, (variant, _))| {
            let is_last = number == count - 1;
            if is_last { quote!(_ => Self::#variant) } else { quote!(#number => Self::#variant) }
        });
        quote! {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #library::DimensionValue for #name {
                #[inline]
                fn value(&self) -> #library::DimensionRef<'_> {
                    match self {
                        #(#arms,)*
                    }
                }
            }

            #[automatically_derived]
            #[allow(deprecated)]
            impl<#parameter> #library::EveryValue<#parameter> for #name {
                const COUNT: ::core::primitive::u32 = #count;

                fn nth(__number: ::core::primitive::u32) -> Self {
                    match __number {
                        #(#nth,)*
                    }
                }
            }
        }
    }
}

/// The variants, if all have the right shape.
fn variants(input: DeriveInput, errors: &mut Errors) -> Option<Vec<Variant>> {
    let why = "`DimensionValue` needs an enum: its variants are the values";
    let data = match input.data {
        Data::Enum(data) => data,
        Data::Struct(DataStruct { struct_token, .. }) => {
            let hint = "; for a struct around one value, implement the trait by hand";
            errors.push(Error::new_spanned(struct_token, format!("{why}{hint}")));
            return None;
        }
        Data::Union(DataUnion { union_token, .. }) => {
            errors.push(Error::new_spanned(union_token, why));
            return None;
        }
    };
    let variants: Vec<_> = data.variants.into_iter().collect();
    let with_data = variants.iter().filter(|variant| !matches!(variant.fields, Fields::Unit));
    let problems = with_data
        .map(|variant| Error::new_spanned(&variant.fields, "a variant with data isn't one value"));
    let problems: Vec<_> = problems.collect();
    if variants.is_empty() {
        errors.push(Error::new_spanned(data.enum_token, "an enum without variants has no values"));
    } else if !input.generics.params.is_empty() {
        errors
            .push(Error::new_spanned(input.generics.params, "an enum of values has no parameters"));
    } else if problems.is_empty() {
        return Some(variants);
    }
    errors.extend(problems);
    None
}

/// The value of a variant.
fn value(name: &Ident, attributes: &[Attribute], errors: &mut Errors) -> LitStr {
    let mut value = None;
    each_item(attributes, &VARIANT, errors, |name, input, errors| {
        value = items::text(name, input, errors)?;
        Ok(())
    });
    value.unwrap_or_else(|| LitStr::new(&name.unraw().to_string(), name.span()))
}
