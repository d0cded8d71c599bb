//! A struct value: components that are published together, or only the first in a packed file.

use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::{AttachedField, ScalarCell, StructCell};

/// `N` components of a word each.
#[derive(Debug)]
pub(super) enum StructValue<const N: usize> {
    Whole(StructCell),
    First(ScalarCell<f64>),
}

impl<const N: usize> StructValue<N> {
    /// A field with this signature, with all components 0.
    pub(super) fn declare(
        kind: Kind,
        signature: &'static str,
        parameters: [u64; 2],
        layout: Layout,
    ) -> DeclaredField {
        match layout {
            Layout::Packed => {
                DeclaredField { parameters, ..DeclaredField::scalar(kind, 0.0_f64, true) }
            }
            Layout::Aligned => {
                let initial = vec![0; (N + 1) * size_of::<u64>()];
                DeclaredField {
                    buffered: true,
                    sequenced: true,
                    parameters,
                    ..DeclaredField::new(kind, signature, initial, align_of::<u64>())
                }
            }
        }
    }

    pub(super) fn attach(field: AttachedField) -> Self {
        match field.layout() {
            Layout::Packed => Self::First(ScalarCell::new(field)),
            Layout::Aligned => Self::Whole(StructCell::new(field)),
        }
    }

    /// Publishes the components; the first is an `f64`.
    #[inline]
    pub(super) fn publish(&self, components: [u64; N]) {
        match self {
            Self::Whole(cell) => cell.publish(components),
            Self::First(cell) => cell.store(f64::from_bits(components[0])),
        }
    }
}
