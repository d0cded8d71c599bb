//! Figures that are published together: a struct value, or in a packed file its first component.

use std::borrow::Cow;

use crate::format::{Kind, Layout};
use crate::memory::{Scalar, ScalarCell, StructCell};
use crate::publish::declaration::{Attachment, Shape};

/// `N` figures of a word each.
#[derive(Debug)]
pub(super) enum Figures<const N: usize> {
    Together(StructCell),
    First(ScalarCell<f64>),
}

impl<const N: usize> Figures<N> {
    /// The shape of `N` figures with this signature, all of them 0.
    pub(super) fn shape(
        kind: Kind,
        signature: &'static str,
        parameters: [u64; 2],
        layout: Layout,
    ) -> Shape {
        match layout {
            Layout::Packed => Shape { parameters, ..Shape::scalar(kind, 0.0_f64, true) },
            Layout::Aligned => Shape {
                kind,
                signature: Cow::Borrowed(signature),
                initial: vec![0; (N + 1) * size_of::<u64>()],
                align: align_of::<u64>(),
                buffered: true,
                sequenced: true,
                overflow: false,
                parameters,
            },
        }
    }

    pub(super) fn attach(attachment: Attachment) -> Self {
        match attachment.place.layout() {
            Layout::Packed => Self::First(ScalarCell::new(attachment.place)),
            Layout::Aligned => Self::Together(StructCell::new(attachment.place)),
        }
    }

    /// Publishes the figures; the first is an `f64`.
    #[inline]
    pub(super) fn publish(&self, figures: [u64; N]) {
        match self {
            Self::Together(cell) => cell.publish(figures),
            Self::First(cell) => cell.store(f64::from_bits(figures[0])),
        }
    }
}

impl Shape {
    /// The shape of one scalar.
    pub(in crate::publish) fn scalar<T: Scalar>(kind: Kind, initial: T, buffered: bool) -> Self {
        Self {
            kind,
            signature: Cow::Borrowed(T::CODE),
            initial: initial.to_bytes().as_ref().to_vec(),
            align: size_of::<T>(),
            buffered,
            sequenced: false,
            overflow: false,
            parameters: [0; 2],
        }
    }
}
