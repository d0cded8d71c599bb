//! The arguments of the macros: the key, fields, and how a call is recorded.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, LitBool, LitStr, Path, Result, Token};

/// The arguments.
#[derive(Default)]
pub(crate) struct Arguments {
    /// The path of the library, if not `::kodemon`.
    library: Option<TokenStream>,
    /// The key, if it is a literal.
    pub key: Option<LitStr>,
    /// Further fields of the message, or replacements of the built-in four.
    pub fields: Vec<Field>,
    /// Whether mmstats records the calls, too.
    pub stats: bool,
    /// Whether calls aren't sent.
    pub silent: bool,
}

/// A field and the expression of its value.
pub(crate) struct Field {
    pub name: LitStr,
    pub value: TokenStream,
}

impl Arguments {
    /// Parses those of `#[kodemon(…)]`.
    pub(crate) fn of_attribute(tokens: TokenStream) -> Result<Self> {
        let mut arguments = Self::default();
        (|input: ParseStream| arguments.parse_items(input)).parse2(tokens)?;
        arguments.checked()
    }

    /// Parses those of `timing!(key, …)`.
    pub(crate) fn of_timing(tokens: TokenStream) -> Result<Self> {
        let mut arguments = Self::default();
        let parser = |input: ParseStream| {
            if input.is_empty() || (input.peek(Ident::peek_any) && input.peek2(Token![=])) {
                let message = "the key comes first: `timing!(\"key\", field = value)`";
                return Err(Error::new(input.span(), message));
            }
            arguments.set_key(expression(input)?, input.span())?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            arguments.parse_items(input)
        };
        parser.parse2(tokens)?;
        arguments.checked()
    }

    /// The path of the library.
    pub(crate) fn library(&self) -> TokenStream {
        self.library.clone().unwrap_or_else(|| quote!(::kodemon))
    }

    fn parse_items(&mut self, input: ParseStream) -> Result<()> {
        while !input.is_empty() {
            self.parse_item(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn parse_item(&mut self, input: ParseStream) -> Result<()> {
        // A name in quotes is always that of a field.
        if input.peek(LitStr) {
            let name: LitStr = input.parse()?;
            return self.parse_field(name, input);
        }
        let name = input.call(Ident::parse_any).map_err(|error| {
            Error::new(error.span(), "expected `field = value`, `stats` or `udp = false`")
        })?;
        match name.to_string().as_str() {
            "stats" => self.parse_stats(&name, input),
            "udp" => self.parse_udp(&name, input),
            "crate" => self.parse_crate(&name, input),
            _ => self.parse_field(LitStr::new(&name.unraw().to_string(), name.span()), input),
        }
    }

    fn parse_stats(&mut self, name: &Ident, input: ParseStream) -> Result<()> {
        if input.peek(Token![=]) {
            let message = "`stats` takes no value; quote the name for a field: `\"stats\" = …`";
            return Err(input.error(message));
        }
        if std::mem::replace(&mut self.stats, true) {
            return Err(twice(name.span(), "stats"));
        }
        Ok(())
    }

    fn parse_udp(&mut self, name: &Ident, input: ParseStream) -> Result<()> {
        let wrong = |span| {
            Error::new(span, "expected `udp = false`; quote the name for a field: `\"udp\" = …`")
        };
        if input.parse::<Token![=]>().is_err() {
            return Err(wrong(name.span()));
        }
        let value: LitBool = input.parse().map_err(|error| wrong(error.span()))?;
        if value.value {
            return Err(wrong(value.span()));
        }
        if std::mem::replace(&mut self.silent, true) {
            return Err(twice(name.span(), "udp"));
        }
        Ok(())
    }

    /// A path, in quotes; without them in a `macro_rules!`, whose `$crate` means nothing in quotes.
    fn parse_crate(&mut self, name: &Ident, input: ParseStream) -> Result<()> {
        let wrong = |span| {
            Error::new(
                span,
                "`crate` takes the path of the library: `crate = \"…\"`; quote the name for a field: \
                 `\"crate\" = …`",
            )
        };
        input.parse::<Token![=]>().map_err(|_| wrong(name.span()))?;
        let path = if input.peek(LitStr) {
            input.parse::<LitStr>()?.parse_with(Path::parse_mod_style)
        } else {
            input.call(Path::parse_mod_style)
        };
        let path = path.map_err(|error| wrong(error.span()))?;
        if self.library.replace(path.into_token_stream()).is_some() {
            return Err(twice(name.span(), "crate"));
        }
        Ok(())
    }

    fn parse_field(&mut self, name: LitStr, input: ParseStream) -> Result<()> {
        let text = name.value();
        let missing = || Error::new(name.span(), format!("`{text}` needs a value: `{text} = …`"));
        input.parse::<Token![=]>().map_err(|_| missing())?;
        let value = expression(input)?;
        if value.is_empty() {
            return Err(missing());
        }
        if text == "key" {
            return self.set_key(value, name.span());
        }
        self.add_field(name, value)
    }

    /// A literal is the key of the place; any other expression is a field.
    fn set_key(&mut self, value: TokenStream, span: Span) -> Result<()> {
        let Ok(key) = syn::parse2::<LitStr>(value.clone()) else {
            return self.add_field(LitStr::new("key", span), value);
        };
        if self.has("key") {
            return Err(twice(span, "key"));
        }
        if key.value().is_empty() {
            return Err(Error::new(key.span(), "the key must not be empty"));
        }
        self.key = Some(key);
        Ok(())
    }

    fn add_field(&mut self, name: LitStr, value: TokenStream) -> Result<()> {
        let text = name.value();
        if self.has(&text) {
            return Err(twice(name.span(), &text));
        }
        self.fields.push(Field { name, value });
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        let key = name == "key" && self.key.is_some();
        key || self.fields.iter().any(|field| field.name.value() == name)
    }

    /// Checks what depends on several arguments.
    fn checked(self) -> Result<Self> {
        if self.silent && !self.stats {
            let message = "`udp = false` without `stats` would record nothing";
            return Err(Error::new(Span::call_site(), message));
        }
        let key = self.fields.iter().find(|field| field.name.value() == "key");
        if let Some(Field { value, .. }) = key.filter(|_| self.stats) {
            let message = "with `stats` the key must be a string literal, as it names the stats";
            return Err(Error::new_spanned(value, message));
        }
        if let Some(Field { name, .. }) = self.fields.first().filter(|_| self.silent) {
            let message = "fields need a message, and `udp = false` sends none";
            return Err(Error::new(name.span(), message));
        }
        Ok(self)
    }
}

fn twice(span: Span, name: &str) -> Error {
    Error::new(span, format!("`{name}` is given twice"))
}

/// An expression, up to the next comma.
fn expression(input: ParseStream) -> Result<TokenStream> {
    let ahead = input.fork();
    if let Ok(value) = ahead.parse::<Expr>() {
        input.advance_to(&ahead);
        return Ok(value.into_token_stream());
    }
    // Blocks, matches and closures are left to the compiler: syn parses them only with its largest
    // feature. Their commas are within brackets.
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}
