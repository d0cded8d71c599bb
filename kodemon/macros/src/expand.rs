//! The code that the macros write.
//!
//! Everything is named from its crate's root, and the one variable is invisible to the user's
//! code. What the user wrote keeps its place, so that errors about it point there.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Result;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::arguments::{Arguments, Field};
use crate::function::Function;

/// The function, timed; after an error as it was, so that the error is the only one.
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
    Ok(function.begun_by(&quote!(let #variable = #timing;)))
}

/// The timing that is begun; after an error something that needs no type.
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
    /// An expression: the place, static, and a timing that begins there.
    fn timing(&self, function: &str) -> TokenStream {
        let library = self.library();
        let own_key = self.key.as_ref().map(ToTokens::to_token_stream);
        let key = own_key.unwrap_or_else(|| quote!(#library::__key!(#function)));
        let names = self.fields.iter().map(|field| &field.name);
        let new = match (self.stats, self.silent) {
            (false, _) => quote!(Site::new(#key, &[#(#names),*])),
            (true, false) => quote!(Site::with_stats(#key, &[#(#names),*])),
            (true, true) => quote!(Recorder::new(#key)),
        };
        let site = if self.silent { quote!(Recorder) } else { quote!(Site) };
        let values = (!self.silent).then(|| {
            let values = self.fields.iter().rev();
            values.fold(quote!(()), |rest, field| {
                let value = field.checked(&library);
                quote!((#value, #rest))
            })
        });
        quote! {
            #library::__private::#site::start(
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
    /// The value; of those that are texts in any message, through a function that asks for one.
    fn checked(&self, library: &TokenStream) -> TokenStream {
        let Self { name, value } = self;
        if !["key", "token"].contains(&name.value().as_str()) {
            return value.clone();
        }
        let text = Ident::new("text", value.span().resolved_at(Span::mixed_site()));
        quote!(#library::__private::#text(#value))
    }
}
