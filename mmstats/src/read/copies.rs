//! Values that several stores change, read so that they are of one update.
//!
//! The first copy of a file gives its structure; the copies here only refresh value bytes.
//!
//! A value with a sequence number takes three copies, A, B and C. While the write buffer and the
//! sequence number of the read buffer are the same in A and in C and the number is even, nobody
//! began to write that buffer in between, so B's bytes of it are of one update. Two copies
//! wouldn't do: a component that returns to an old value passes both.
//!
//! A buffered value without one, as the original writes it, takes two copies that agree in the
//! write buffer and in the value. So does an aligned one whose index entry isn't there yet.

use std::path::Path;
use std::sync::atomic::{Ordering, fence};

use super::field::Field;
use crate::file::{Copy, ReadError, Source};

/// How often a value is tried. A writer that does nothing but update wins anyway.
const ATTEMPTS: usize = 16;

/// Refreshes what needs it in `copy`, the whole file; flags what never agreed.
pub(super) fn settle(
    source: &Source,
    path: &Path,
    copy: &mut Copy,
    fields: &mut [Field],
) -> Result<(), ReadError> {
    if !fields.iter().any(Field::takes_several_copies) {
        return Ok(());
    }
    let mut pending: Vec<&mut Field> =
        fields.iter_mut().filter(|field| field.takes_several_copies()).collect();
    let mut last: Option<Copy> = None;
    for attempt in 1..=ATTEMPTS {
        let (Some(first), Some(end)) = (pending.first(), pending.last()) else {
            break;
        };
        let range = first.write_buffer_at()..end.end();
        let refresh = || {
            fence(Ordering::Acquire);
            source.copy_range(range.clone(), path)
        };
        let middle = refresh()?;
        let after =
            if pending.iter().any(|field| field.sequenced) { Some(refresh()?) } else { None };
        pending.retain_mut(|field| {
            let before = last.as_ref().unwrap_or(copy);
            let settled = match &after {
                Some(after) if field.sequenced => is_undisturbed(field, before, after),
                _ => is_same(field, before, &middle),
            };
            if settled || attempt == ATTEMPTS {
                take(field, &middle, copy);
                field.unstable = !settled;
            }
            !settled
        });
        last = Some(after.unwrap_or(middle));
    }
    Ok(())
}

/// Whether nobody wrote the read buffer between the copies, by its sequence number.
fn is_undisturbed(field: &Field, before: &Copy, after: &Copy) -> bool {
    let state = |copy: &Copy| {
        let write_buffer = write_buffer(field, copy);
        let end = field.read_value_at(write_buffer) + field.size();
        let sequence = copy.at(end - size_of::<u64>()..end);
        (write_buffer, bytemuck::pod_read_unaligned::<u64>(sequence))
    };
    let (write_buffer, sequence) = state(before);
    sequence % 2 == 0 && (write_buffer, sequence) == state(after)
}

fn is_same(field: &Field, one: &Copy, other: &Copy) -> bool {
    let state = |copy| (write_buffer(field, copy), value(field, copy));
    let (one, other): ((u8, &[u8]), (u8, &[u8])) = (state(one), state(other));
    one == other
}

fn write_buffer(field: &Field, copy: &Copy) -> u8 {
    let at = field.write_buffer_at();
    copy.at(at..at + 1)[0]
}

fn value<'a>(field: &Field, copy: &'a Copy) -> &'a [u8] {
    let start = field.read_value_at(write_buffer(field, copy));
    copy.at(start..start + field.size())
}

/// Takes over the write buffer and both values.
fn take(field: &Field, from: &Copy, to: &mut Copy) {
    let range = field.write_buffer_at()..field.end();
    to.bytes_mut()[range.clone()].copy_from_slice(from.at(range));
}
