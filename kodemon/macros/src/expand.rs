//! The code that the macros generate.
//!
//! All paths start at a crate's root, and the only variable is invisible to the user's code. The
//! user's tokens keep their spans, so that errors point to them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Result;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::arguments::{Arguments, Field};
use crate::function::Function;

/// The timed function; after an error the original one, so that the error is the only one.
pub(crate) fn function(arguments: TokenStream, function: &TokenStream) -> TokenStream {
    timed(arguments, function.clone()).unwrap_or_else(|error| {
        let error = error.to_compile_error();
        quote!(#error #function)
    })
}

fn timed(arguments: TokenStream, function: TokenStream) -> Result<TokenStream> {
    let function: Function = syn::parse2(function)?;
    let arguments = Arguments::of_attribute(arguments)?;
    let timing = arguments.timing(&function.name.unraw().to_string());
    let variable = Ident::new("__timing", Span::mixed_site());
    Ok(function.with_prologue(&quote!(let #variable = #timing;)))
}

/// The timing; after an error a block without a type.
pub(crate) fn timing(input: TokenStream) -> TokenStream {
    match Arguments::of_timing(input) {
        Ok(arguments) => arguments.timing(""),
        Err(error) => {
            let error = error.to_compile_error();
            quote!({ #error })
        }
    }
}

impl Arguments {
    /// An expression that starts a timing at a static place.
    fn timing(&self, function: &str) -> TokenStream {
        let library = self.library();
        let literal = self
            .key
            .as_ref()
            .map(|key| quote_spanned!(key.span()=> #library::__private::checked(#key)));
        let key = literal.unwrap_or_else(|| quote!(#library::__key!(#function)));
        let names = self.fields.iter().map(|field| &field.name);
        let new = match (self.stats, self.silent) {
            (false, _) => quote!(Site::new(#key, &[#(#names),*])),
            (true, false) => quote!(Site::with_stats(#key, &[#(#names),*])),
            (true, true) => quote!(Recorder::new(#key)),
        };
        let (site, start) = if self.silent {
            (quote!(Recorder), quote!(Recorder))
        } else {
            (quote!(Site), quote!(Timing))
        };
        let values = (!self.silent).then(|| {
            let values = self.fields.iter().rev();
            values.fold(quote!(()), |rest, field| {
                let value = field.checked(&library);
                quote!((#value, #rest))
            })
        });
        quote! {
            #library::__private::#start::start(
                {
                    static SITE: #library::__private::#site = #library::__private::#new;
                    &SITE
                },
                #values
            )
        }
    }
}

impl Field {
    /// The value; that of a field which must be a string goes through a function that requires one.
    fn checked(&self, library: &TokenStream) -> TokenStream {
        let Self { name, value } = self;
        if !["key", "token"].contains(&name.value().as_str()) {
            return value.clone();
        }
        let text = Ident::new("text", value.span().resolved_at(Span::mixed_site()));
        quote!(#library::__private::#text(#value))
    }
}
