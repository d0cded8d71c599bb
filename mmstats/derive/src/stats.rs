//! The checked input of the derive: the struct's shape and its labels.

use syn::{
    Data, DataStruct, DeriveInput, Error, Fields, FieldsNamed, Ident, LitStr, Path, parse_quote,
};

use crate::attributes::StructAttributes;
use crate::errors::Errors;
use crate::field::Field;
use crate::labels;

pub(crate) struct Stats {
    pub name: Ident,
    pub prefix: Option<LitStr>,
    /// The path of the library.
    pub library: Path,
    pub fields: Vec<Field>,
}

impl Stats {
    /// Checks `input`; `None` if its shape can't be published.
    ///
    /// A faulty attribute is reported and left out, so that the rest is checked too and a missing
    /// impl causes no further errors.
    pub(crate) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attributes = StructAttributes::parse(&input.attrs, errors);
        if !input.generics.params.is_empty() {
            let why = "`MmStats` can't be derived for a generic struct: a stats file holds one fixed set of stats";
            let has_lifetimes = input.generics.lifetimes().next().is_some();
            let hint = if has_lifetimes {
                "; a family's dimensions take `'static`: `Family<Counter, Labels<'static>>`"
            } else {
                ""
            };
            errors.push(Error::new_spanned(&input.generics.params, format!("{why}{hint}")));
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
        labels::check(stats.prefix.as_ref(), &stats.fields, errors);
        Some(stats)
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
