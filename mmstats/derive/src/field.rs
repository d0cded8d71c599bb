//! A field of a struct of stats.

use syn::ext::IdentExt;
use syn::{Attribute, Ident, LitStr, Type};

use crate::attributes::{FieldAttributes, Setting};
use crate::dimensions::Dimension;
use crate::errors::Errors;
use crate::help;

pub(crate) struct Field {
    pub name: Ident,
    pub ty: Type,
    /// `None` if the field isn't published.
    pub stat: Option<Stat>,
}

pub(crate) struct Stat {
    pub label: LitStr,
    pub dimensions: Vec<Dimension>,
    pub help: String,
    pub unit: Option<LitStr>,
    pub aggregate: Option<Ident>,
    pub settings: Vec<Setting>,
}

impl Field {
    pub(crate) fn new(
        name: Ident,
        attributes: &[Attribute],
        ty: Type,
        errors: &mut Errors,
    ) -> Self {
        let parsed = FieldAttributes::parse(attributes, errors);
        let stat = (!parsed.skip).then(|| Stat {
            label: parsed
                .label
                .unwrap_or_else(|| LitStr::new(&name.unraw().to_string(), name.span())),
            dimensions: parsed.dimensions,
            help: help::of(attributes),
            unit: parsed.unit,
            aggregate: parsed.aggregate,
            settings: parsed.settings,
        });
        Self { name, ty, stat }
    }
}
