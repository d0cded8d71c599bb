//! The code that the derive generates.
//!
//! The user's tokens keep their spans, so that an error shows the user's own type or attribute.
//! Everything else is named from its crate's root, whatever the user's module calls by that name,
//! and the one variable has a name that nobody uses.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Ident, LitStr, Path};

use crate::attributes::Setting;
use crate::errors::Errors;
use crate::field::{Field, Stat};
use crate::span::ends;
use crate::stats::Stats;

/// The impl, after the errors that were found.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let implementation = Stats::parse(input, &mut errors).map(|stats| stats.implementation());
    quote!(#errors #implementation)
}

impl Stats {
    fn implementation(&self) -> TokenStream {
        let Self { name, prefix, library, fields } = self;
        let struct_name = LitStr::new(&name.unraw().to_string(), name.span());
        let prefix = prefix
            .as_ref()
            .map(|prefix| quote!(const PREFIX: &'static ::core::primitive::str = #prefix;));
        let declarations = fields.iter().filter_map(|field| field.declaration(library));
        let attachments = fields.iter().map(|field| field.attachment(library));
        let retirements = fields.iter().filter_map(|field| field.retirement(library));
        quote! {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #library::MmStats for #name {
                const NAME: &'static ::core::primitive::str = #struct_name;
                #prefix

                fn declare(__fields: &mut #library::Declarations) {
                    #(#declarations)*
                }

                fn attach(__fields: &mut #library::Attachments) -> Self {
                    Self { #(#attachments),* }
                }

                fn retire(&self) {
                    #(#retirements)*
                }
            }
        }
    }
}

impl Field {
    /// Calls a function of the field's type.
    ///
    /// The call has the span of the type: if that isn't a kind of stat, all calls give the same
    /// error, and the compiler reports it once.
    fn call(&self, library: &Path, function: &str, argument: &TokenStream) -> TokenStream {
        let ty = &self.ty;
        let [first, last] = ends(ty);
        let open = quote_spanned!(first=> <);
        let function = Ident::new(function, last);
        quote_spanned!(last=> #open #ty as #library::__private::KindOfStat>::#function(#argument))
    }

    fn declaration(&self, library: &Path) -> Option<TokenStream> {
        let Stat { label, help, unit, aggregate, settings, .. } = self.stat.as_ref()?;
        let named = self.call(library, "named", &quote!(#label));
        let help = (!help.is_empty()).then(|| quote!(.help(#help)));
        let unit = unit.as_ref().map(|unit| quote!(.unit(#unit)));
        let declared = quote!(#named #help #unit);
        let declared = match aggregate {
            // Every kind has it.
            Some(how) if how == "Sum" => quote!(#declared.aggregate(#library::Aggregate::#how)),
            Some(how) => {
                let taken =
                    self.taken(library, &Ident::new("TakesAggregate", how.span()), &declared);
                quote!(#taken.aggregate(#library::Aggregate::#how))
            }
            None => declared,
        };
        let declared = settings.iter().fold(declared, |declared, setting| {
            let Setting { taker, calls } = setting;
            let taken = self.taken(library, taker, &declared);
            quote!(#taken #calls)
        });
        Some(quote!(__fields.add(#declared);))
    }

    /// The declaration, or an error at the attribute: its kind doesn't take it.
    fn taken(&self, library: &Path, taker: &Ident, declared: &TokenStream) -> TokenStream {
        let ty = &self.ty;
        quote_spanned!(taker.span()=> <_ as #library::__private::#taker<#ty>>::taken(#declared))
    }

    fn attachment(&self, library: &Path) -> TokenStream {
        let Self { name, ty, stat } = self;
        let value = if stat.is_some() {
            self.call(library, "attach", &quote!(__fields))
        } else {
            let at = ty.span().resolved_at(Span::mixed_site());
            quote_spanned!(at=> <#ty as ::core::default::Default>::default())
        };
        quote!(#name: #value)
    }

    fn retirement(&self, library: &Path) -> Option<TokenStream> {
        self.stat.as_ref()?;
        let name = &self.name;
        let retire = self.call(library, "retire", &quote!(&self.#name));
        Some(quote!(#retire;))
    }
}
