//! `#[mmstats(…)]` on a struct of stats and on its fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, Ident, LitStr, Path};

use crate::dimensions::Dimension;
use crate::errors::Errors;
use crate::items::{self, Target, each_item};

static STRUCT: Target = Target { name: "struct", takes: &["prefix", "crate"], other: Some(&FIELD) };
static FIELD: Target = Target {
    name: "field",
    takes: &[
        "label",
        "dimensions",
        "unit",
        "aggregate",
        "initial",
        "size",
        "window",
        "error",
        "max",
        "max_value",
        "all",
        "keep",
        "skip",
    ],
    other: Some(&STRUCT),
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
    pub dimensions: Vec<Dimension>,
    pub unit: Option<LitStr>,
    /// The variant of `mmstats::Aggregate`.
    pub aggregate: Option<Ident>,
    /// Options of only some kinds; the compiler knows which.
    pub settings: Vec<Setting>,
    pub skip: bool,
}

/// An option of only some kinds.
pub(crate) struct Setting {
    /// The trait of the declarations that have the method.
    pub taker: Ident,
    /// The calls of the declaration's methods, each behind its dot.
    pub calls: TokenStream,
}

impl StructAttributes {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut parsed = Self::default();
        each_item(attributes, &STRUCT, errors, |name, input, errors| {
            if name == "crate" {
                parsed.library = items::path(name, input, errors)?;
            } else {
                parsed.prefix = items::text(name, input, errors)?;
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
                "label" => parsed.label = items::text(name, input, errors)?,
                "unit" => parsed.unit = items::text(name, input, errors)?,
                "aggregate" => {
                    let how = items::text(name, input, errors)?;
                    parsed.aggregate = how.and_then(|how| aggregate(&how, errors));
                }
                "dimensions" => {
                    parsed.dimensions = Dimension::parse_all(name, input, errors)?;
                    let calls = parsed
                        .dimensions
                        .iter()
                        .map(|Dimension { key, value }| quote!(.dimension(#key, #value)));
                    parsed.settings.push(Setting::new(name, calls.collect()));
                }
                "skip" => {
                    parsed.skip = true;
                    items::no_value(name, input)?;
                }
                "all" => {
                    items::no_value(name, input)?;
                    parsed.settings.push(Setting::new(name, quote!(.#name())));
                }
                _ => {
                    let value = items::value(name, input)?;
                    parsed.settings.push(Setting::new(name, quote!(.#name(#value))));
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

impl Setting {
    fn new(name: &Ident, calls: TokenStream) -> Self {
        let mut taker = String::from("Takes");
        for word in name.to_string().split('_') {
            let (initial, rest) = word.split_at(1);
            taker.extend([&initial.to_uppercase(), rest]);
        }
        Self { taker: Ident::new(&taker, name.span()), calls }
    }
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
