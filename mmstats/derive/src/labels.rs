//! Whether the labels of a struct's stats can be in one file.

use std::collections::HashMap;

use syn::{Error, Ident, LitStr, Type};

use crate::dimensions::Dimension;
use crate::errors::Errors;
use crate::field::{Field, Stat};

/// The file holds the label's size in 16 bits.
const LONGEST_LABEL: usize = u16::MAX as usize;

/// Pushes an error for every label that is empty, too long or taken.
pub(crate) fn check(prefix: Option<&LitStr>, fields: &[Field], errors: &mut Errors) {
    let prefix = prefix.map_or(0, |prefix| prefix.value().len());
    let mut owners = Owners::default();
    for field in fields {
        let Some(stat) = &field.stat else { continue };
        let problem = size_problem(&stat.label, prefix).or_else(|| owners.add(field, stat));
        errors.extend(problem.map(|problem| Error::new(stat.label.span(), problem)));
    }
}

fn size_problem(label: &LitStr, prefix: usize) -> Option<String> {
    let label = label.value();
    let size = prefix + label.len();
    if label.is_empty() {
        Some("a label can't be empty".into())
    } else if size > LONGEST_LABEL {
        Some(format!("the label is {size} bytes long with its prefix, limit {LONGEST_LABEL}"))
    } else {
        None
    }
}

type Pairs = Vec<(String, String)>;

/// The fields to which labels and names belong.
#[derive(Default)]
struct Owners<'a> {
    /// By name and dimensions.
    labels: HashMap<(String, Pairs), &'a Ident>,
    /// The first field of each name, and whether it is a family.
    names: HashMap<String, (&'a Ident, bool)>,
}

impl<'a> Owners<'a> {
    /// Adds a stat, or says to which field its label or its name belongs.
    fn add(&mut self, field: &'a Field, stat: &Stat) -> Option<String> {
        let name = stat.label.value();
        let dimensions = dimensions(&stat.dimensions);
        let is_family = is_family(&field.ty);
        let label = label(&name, &dimensions);
        if let Some(owner) = self.labels.get(&(name.clone(), dimensions.clone())) {
            return Some(format!("the label {label} is already that of the field `{owner}`"));
        }
        if let Some((owner, owner_is_family)) = self.names.get(&name)
            && (is_family || *owner_is_family)
        {
            return Some(format!(
                "the name {name:?} is already that of the field `{owner}`: \
                 a family shares its name with no other field"
            ));
        }
        self.names.entry(name.clone()).or_insert((&field.name, is_family));
        self.labels.insert((name, dimensions), &field.name);
        None
    }
}

/// Those that the label has, in its order.
fn dimensions(declared: &[Dimension]) -> Pairs {
    let pairs = declared.iter().map(|Dimension { key, value }| (key.value(), value.value()));
    let mut pairs: Vec<_> = pairs.filter(|(_, value)| !value.is_empty()).collect();
    pairs.sort();
    pairs
}

/// A label for a message.
fn label(name: &str, dimensions: &[(String, String)]) -> String {
    if dimensions.is_empty() {
        return format!("{name:?}");
    }
    let pairs: Vec<_> = dimensions.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    format!("`{name}{{{}}}`", pairs.join(","))
}

/// Whether the type looks like a family. One with another name is an error when the file is created.
fn is_family(mut ty: &Type) -> bool {
    // A type from a `macro_rules!` is in an invisible group.
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Family"))
}
