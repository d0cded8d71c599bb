//! Reads values that take several stores, so that all parts are of one update.
//!
//! The first copy of a file gives its structure; these copies only refresh value bytes.
//!
//! A value with a sequence number takes three copies, A, B and C. If the write buffer and the
//! sequence number of the read buffer are the same in A and C and the number is even, nobody began
//! to write that buffer in between, so its bytes in B are of one update. Two copies aren't enough:
//! a component that returns to an old value passes both.
//!
//! A buffered value without a sequence number, as the original writes it, takes two copies with the
//! same write buffer and value. So does an aligned one whose index entry isn't there yet.

use std::ops::Range;
use std::sync::atomic::{Ordering, fence};

use super::parsed_field::ParsedField;
use crate::file::{FileImage, ReadError};

/// Maximum number of attempts. A writer that does nothing but update wins anyway.
const ATTEMPTS: usize = 16;

/// The indices of fields whose values never were consistent, sorted.
pub(super) type Unstable = Vec<u32>;

/// Refreshes the values that need it in `copy`, the whole file.
///
/// `copy_again` copies the current bytes of a range of the file.
pub(super) fn read_consistent(
    copy: &mut FileImage,
    fields: &[ParsedField],
    mut copy_again: impl FnMut(Range<usize>) -> Result<FileImage, ReadError>,
) -> Result<Unstable, ReadError> {
    let mut unstable = Unstable::new();
    let numbered = (0_u32..).zip(fields);
    let mut pending: Vec<(u32, &ParsedField)> =
        numbered.filter(|(_, field)| field.takes_several_copies()).collect();
    let mut last: Option<FileImage> = None;
    for attempt in 1..=ATTEMPTS {
        let (Some((_, first)), Some((_, end))) = (pending.first(), pending.last()) else {
            break;
        };
        let range = first.write_buffer_at()..end.end();
        let mut refresh = || {
            fence(Ordering::Acquire);
            copy_again(range.clone())
        };
        let middle = refresh()?;
        let after =
            if pending.iter().any(|(_, field)| field.sequenced) { Some(refresh()?) } else { None };
        pending.retain(|&(index, field)| {
            let before = last.as_ref().unwrap_or(copy);
            let consistent = match &after {
                Some(after) if field.sequenced => same_sequence(field, before, after),
                _ => is_same(field, before, &middle),
            };
            if consistent || attempt == ATTEMPTS {
                let write_buffer = write_buffer(field, before);
                take(field, write_buffer, &middle, copy);
            }
            if !consistent && attempt == ATTEMPTS {
                unstable.push(index);
            }
            !consistent
        });
        last = Some(after.unwrap_or(middle));
    }
    Ok(unstable)
}

/// Whether the sequence number shows that nobody wrote the read buffer between the copies.
fn same_sequence(field: &ParsedField, before: &FileImage, after: &FileImage) -> bool {
    let state = |copy: &FileImage| {
        let write_buffer = write_buffer(field, copy);
        let end = field.read_value_at(write_buffer) + field.size();
        let sequence = copy.at(end - size_of::<u64>()..end);
        (write_buffer, bytemuck::pod_read_unaligned::<u64>(sequence))
    };
    is_consistent(state(before), state(after))
}

/// The rule: the write buffer and sequence number are the same before and after, and the number is
/// even.
pub(crate) fn is_consistent(before: (u8, u64), after: (u8, u64)) -> bool {
    let (_, sequence) = before;
    sequence % 2 == 0 && before == after
}

fn is_same(field: &ParsedField, one: &FileImage, other: &FileImage) -> bool {
    write_buffer(field, one) == write_buffer(field, other)
        && value(field, one) == value(field, other)
}

fn write_buffer(field: &ParsedField, copy: &FileImage) -> u8 {
    let at = field.write_buffer_at();
    copy.at(at..at + 1)[0]
}

fn value<'a>(field: &ParsedField, copy: &'a FileImage) -> &'a [u8] {
    let start = field.read_value_at(write_buffer(field, copy));
    copy.at(start..start + field.size())
}

/// Takes both values from a copy, with `write_buffer` selecting the one that is read.
///
/// It is the same in the copies before and after, and nobody wrote their read buffer; the copy
/// between them may have seen another write buffer.
fn take(field: &ParsedField, write_buffer: u8, from: &FileImage, to: &mut FileImage) {
    let range = field.write_buffer_at()..field.end();
    let bytes = &mut to.bytes_mut()[range.clone()];
    bytes.copy_from_slice(from.at(range));
    bytes[0] = write_buffer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{DeclaredField, Identity, Kind, Layout, NewFile};
    use crate::read::parsed::Parsed;

    const COMPONENTS: usize = 3;
    const SIZE: usize = (COMPONENTS + 1) * 8;

    fn declared(label: &str, sequenced: bool) -> DeclaredField {
        let signature = format!("{}Q", SIZE / 8);
        DeclaredField { sequenced, ..DeclaredField::zeroed(label, signature, Kind::Timer) }
    }

    /// A file whose writer advances one store at a time.
    struct Writer {
        bytes: Vec<u8>,
        field: ParsedField,
        update: u64,
        /// The next store of an update.
        step: usize,
    }

    impl Writer {
        fn new(layout: Layout) -> Self {
            let fields = [declared("stat", layout == Layout::Aligned)];
            let image = NewFile::compose(&fields, &Identity::default(), layout, 0, 512).unwrap();
            let field = Parsed::of(&image.bytes, usize::MAX).unwrap().fields[0];
            Self { bytes: image.bytes, field, update: 1, step: 0 }
        }

        /// Odd sequence number, each component, even sequence number, flip. Without a sequence
        /// number, as in the original: the components and the flip.
        fn store(&mut self) {
            let at = self.field.write_buffer_at();
            let write_buffer = self.bytes[at];
            let buffer = self.field.value_at() + SIZE * usize::from(write_buffer);
            let sequence = buffer + COMPONENTS * 8;
            let mut put = |at: usize, value: u64| {
                self.bytes[at..at + 8].copy_from_slice(&value.to_ne_bytes());
            };
            // Each buffer has its own count, so both may have the same number.
            let updates_of_buffer = self.update.div_ceil(2);
            match self.step {
                0 if self.field.sequenced => put(sequence, 2 * updates_of_buffer - 1),
                step @ 1..=COMPONENTS => put(buffer + (step - 1) * 8, self.update),
                step if step == COMPONENTS + 1 && self.field.sequenced => {
                    put(sequence, 2 * updates_of_buffer);
                }
                step if step == COMPONENTS + 2 => self.bytes[at] = write_buffer ^ 1,
                _ => {}
            }
            self.step += 1;
            if self.step == COMPONENTS + 3 {
                (self.step, self.update) = (0, self.update + 1);
            }
        }

        /// Copies word by word, forwards or backwards: the order within a copy isn't guaranteed.
        fn copy(
            &mut self,
            stores_before: &mut impl FnMut() -> usize,
            backwards: bool,
        ) -> FileImage {
            let mut copied = self.bytes.clone();
            let words = self.bytes.len() / 8;
            for step in 0..words {
                let word = if backwards { words - 1 - step } else { step };
                for _ in 0..stores_before() {
                    self.store();
                }
                let range = word * 8..word * 8 + 8;
                copied[range.clone()].copy_from_slice(&self.bytes[range]);
            }
            FileImage::of_bytes(&copied)
        }

        /// The last published update.
        fn published(&self) -> u64 {
            self.update - 1
        }
    }

    /// Pseudo-random numbers (xorshift), the same in every run.
    fn random(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        }
    }

    struct Seen {
        components: [u64; COMPONENTS],
        stable: bool,
        /// What was published when the read began.
        before: u64,
    }

    /// Reads while the writer stores, in `chances` of 1000 pauses of the reader.
    fn read_under(layout: Layout, seed: u64, chances: u64) -> Seen {
        let (mut pauses, mut orders) = (random(seed), random(!seed));
        let mut stores = move || usize::from(pauses() % 1000 < chances) * (pauses() % 12) as usize;
        let mut writer = Writer::new(layout);
        for _ in 0..seed % 50 {
            writer.store();
        }
        let before = writer.published();
        let mut copy = writer.copy(&mut stores, orders() % 2 == 0);
        let fields = [writer.field];
        let again = |_| Ok(writer.copy(&mut stores, orders() % 2 == 0));
        let unstable = read_consistent(&mut copy, &fields, again).unwrap();
        let value = value(&fields[0], &copy);
        let component =
            |index: usize| bytemuck::pod_read_unaligned(&value[index * 8..index * 8 + 8]);
        Seen { components: std::array::from_fn(component), stable: unstable.is_empty(), before }
    }

    #[test]
    fn a_sequenced_value_that_is_called_stable_is_of_one_update_and_not_of_an_old_one() {
        let mut unstable = 0;
        for seed in 0..10_000 {
            // From a writer that rarely stores to one that rarely rests.
            let seen = read_under(Layout::Aligned, seed, seed % 20);
            unstable += u32::from(!seen.stable);
            let [first, ..] = seen.components;
            let of_one_update = seen.components == [first; COMPONENTS];
            assert!(of_one_update || !seen.stable, "seed {seed}: {:?}", seen.components);
            assert!(first >= seen.before || !seen.stable, "seed {seed}: {first} stepped back");
        }
        assert!((1..5_000).contains(&unstable), "{unstable} of 10,000 unstable");
    }

    #[test]
    fn a_foreign_value_is_consistent_where_its_writer_rests() {
        for seed in 0..2_000 {
            let seen = read_under(Layout::Packed, seed, 2);
            let [first, ..] = seen.components;
            assert!(seen.stable && seen.components == [first; COMPONENTS], "seed {seed}");
        }
    }

    /// The value that is read of the only field, whether it is stable, and how many copies it took.
    fn run(bytes: &[u8], script: Vec<Vec<u8>>) -> (Vec<u8>, bool, usize) {
        let mut copy = FileImage::of_bytes(bytes);
        let fields = Parsed::of(bytes, usize::MAX).unwrap().fields;
        let asked = script.len();
        let mut script = script.into_iter();
        let unstable = read_consistent(&mut copy, &fields, |_| {
            Ok(FileImage::of_bytes(&script.next().unwrap_or_else(|| bytes.to_vec())))
        });
        let value = value(&fields[0], &copy).to_vec();
        (value, unstable.unwrap().is_empty(), asked - script.len())
    }

    #[test]
    fn the_value_is_the_middle_copy_s() {
        let writer = Writer::new(Layout::Aligned);
        let mut middle = writer.bytes.clone();
        // The write buffer is 0, so the second buffer is read.
        middle[writer.field.value_at() + SIZE] = 7;
        let (value, is_stable, _) = run(&writer.bytes, vec![middle]);
        assert_eq!((value[0], is_stable), (7, true));
    }

    #[test]
    fn the_buffer_is_the_one_that_the_outer_copies_agree_in() {
        let writer = Writer::new(Layout::Aligned);
        let mut middle = writer.bytes.clone();
        middle[writer.field.write_buffer_at()] = 1;
        middle[writer.field.value_at()] = 9;
        let (value, is_stable, _) = run(&writer.bytes, vec![middle]);
        assert_eq!((value[0], is_stable), (0, true));
    }

    #[test]
    fn an_odd_sequence_is_never_accepted() {
        let mut writer = Writer::new(Layout::Aligned);
        let sequence = writer.field.value_at() + SIZE + COMPONENTS * 8;
        writer.bytes[sequence..sequence + 8].copy_from_slice(&5_u64.to_ne_bytes());
        let copies = vec![writer.bytes.clone(); 2 * ATTEMPTS + 5];
        let (_, is_stable, asked) = run(&writer.bytes, copies);
        assert!(!is_stable);
        assert_eq!(asked, 2 * ATTEMPTS, "bounded");
    }

    #[test]
    fn a_file_of_aligned_words_is_not_copied_again() {
        let counter = DeclaredField::zeroed("hits", "Q", Kind::Timer);
        let compose = |layout| {
            NewFile::compose(std::slice::from_ref(&counter), &Identity::default(), layout, 0, 512)
                .unwrap()
                .bytes
        };
        let asked = |bytes: Vec<u8>| run(&bytes, vec![bytes.clone(); 4]).2;
        assert_eq!(asked(compose(Layout::Aligned)), 0);
        assert_eq!(asked(compose(Layout::Packed)), 1);
    }

    #[test]
    fn only_what_is_not_yet_consistent_is_copied_again() {
        let fields = ["a", "b", "c"].map(|label| declared(label, true));
        let image =
            NewFile::compose(&fields, &Identity::default(), Layout::Aligned, 0, 4096).unwrap();
        let fields = Parsed::of(&image.bytes, usize::MAX).unwrap().fields;
        let restless = fields[1];
        let mut copy = FileImage::of_bytes(&image.bytes);
        let mut ranges = Vec::new();
        let unstable = read_consistent(&mut copy, &fields, |range| {
            let mut bytes = image.bytes.clone();
            let sequence = restless.value_at() + 2 * SIZE - 8;
            bytes[sequence] = 2 * ranges.len() as u8;
            ranges.push(range);
            Ok(FileImage::of_bytes(&bytes))
        })
        .unwrap();
        assert_eq!(ranges[1], fields[0].write_buffer_at()..fields[2].end());
        assert_eq!(ranges[2], restless.write_buffer_at()..restless.end());
        assert_eq!(unstable, [1]);
    }
}
