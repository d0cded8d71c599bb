//! The checked input of the derive: the struct's shape and its labels.

use std::collections::HashMap;

use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DataStruct, DeriveInput, Error, Fields, FieldsNamed, Ident, LitStr, Path,
    Type, parse_quote,
};

use crate::attributes::{FieldAttributes, Setting, StructAttributes};
use crate::errors::Errors;
use crate::help;

/// The file holds the label's size in 16 bits.
const LONGEST_LABEL: usize = u16::MAX as usize;

pub(crate) struct Stats {
    pub name: Ident,
    pub prefix: Option<LitStr>,
    /// The path of the library.
    pub library: Path,
    pub fields: Vec<Field>,
}

pub(crate) struct Field {
    pub name: Ident,
    pub ty: Type,
    /// `None` if the field isn't published.
    pub stat: Option<Stat>,
}

pub(crate) struct Stat {
    pub label: LitStr,
    pub help: String,
    pub unit: Option<LitStr>,
    pub aggregate: Option<Ident>,
    pub settings: Vec<Setting>,
}

impl Stats {
    /// Checks `input`; `None` if its shape can't be published.
    ///
    /// A faulty attribute is reported and left out, so that the rest is checked too and a missing
    /// impl causes no further errors.
    pub(crate) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attributes = StructAttributes::parse(&input.attrs, errors);
        if !input.generics.params.is_empty() {
            errors.push(Error::new_spanned(
                &input.generics.params,
                "`MmStats` can't be derived for a generic struct: a stats file holds one fixed set of stats",
            ));
            return None;
        }
        let fields = match named_fields(&input.ident, input.data) {
            Ok(fields) => fields.named.into_iter(),
            Err(error) => {
                errors.push(error);
                return None;
            }
        };
        let stats = Self {
            name: input.ident,
            prefix: attributes.prefix,
            library: attributes.library.unwrap_or_else(|| parse_quote!(::mmstats)),
            fields: fields
                .filter_map(|field| Some(Field::new(field.ident?, &field.attrs, field.ty, errors)))
                .collect(),
        };
        stats.check_labels(errors);
        Some(stats)
    }

    fn check_labels(&self, errors: &mut Errors) {
        let prefix = self.prefix.as_ref().map_or(0, |prefix| prefix.value().len());
        let mut owners = HashMap::new();
        for field in &self.fields {
            let Some(stat) = &field.stat else { continue };
            let label = stat.label.value();
            let size = prefix + label.len();
            if label.is_empty() {
                errors.push(Error::new(stat.label.span(), "a label can't be empty"));
            } else if size > LONGEST_LABEL {
                errors.push(Error::new(
                    stat.label.span(),
                    format!(
                        "the label is {size} bytes long with its prefix, limit {LONGEST_LABEL}"
                    ),
                ));
            } else if let Some(owner) = owners.get(&label) {
                errors.push(Error::new(
                    stat.label.span(),
                    format!("the label {label:?} is already that of the field `{owner}`"),
                ));
            } else {
                owners.insert(label, &field.name);
            }
        }
    }
}

impl Field {
    fn new(name: Ident, attributes: &[Attribute], ty: Type, errors: &mut Errors) -> Self {
        let parsed = FieldAttributes::parse(attributes, errors);
        let stat = (!parsed.skip).then(|| Stat {
            label: parsed
                .label
                .unwrap_or_else(|| LitStr::new(&name.unraw().to_string(), name.span())),
            help: help::of(attributes),
            unit: parsed.unit,
            aggregate: parsed.aggregate,
            settings: parsed.settings,
        });
        Self { name, ty, stat }
    }
}

fn named_fields(name: &Ident, data: Data) -> Result<FieldsNamed, Error> {
    let why = "`MmStats` needs a struct with named fields: the names become labels";
    Err(match data {
        Data::Struct(DataStruct { fields, .. }) => match fields {
            Fields::Named(fields) => return Ok(fields),
            Fields::Unnamed(fields) => Error::new_spanned(fields, why),
            Fields::Unit => Error::new_spanned(name, why),
        },
        Data::Enum(data) => Error::new_spanned(data.enum_token, why),
        Data::Union(data) => Error::new_spanned(data.union_token, why),
    })
}
