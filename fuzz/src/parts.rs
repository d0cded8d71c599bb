//! A file taken apart and put together again, with the offsets and checksums that it needs.
//!
//! A changed byte in a trailer is only a wrong checksum. To get past that, a mutation
//! changes the parts, or the bytes, and reassembles them as a writer would.

use mmstats::__private::format::{
    Chain, IDENTITY_ALIGN, SIZE_OF_SIZE, VERSION, checksum, load_u32,
};

const FOOTER_SIZE: usize = 64;
const MAGIC: &[u8] = b"mmstats\x1a";
const IDENTITY_OFFSET: usize = 24;
const IDENTITY_SIZE: usize = 28;
const IDENTITY_CHECKSUM: usize = 32;
const FOOTER_CHECKSUM: usize = 56;

const CHECKED: usize = 8;
const FIELD_SIZE: usize = 12;
const SMALLEST_ENTRY: usize = 48;

/// The fields of a file, each from its label size to the end of its values.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Vec<Vec<u8>>);

/// The parts of a trailer. Without a footer there is none.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    /// The entries in the order of the fields.
    pub entries: Vec<Vec<u8>>,
    /// The identity.
    pub identity: Vec<u8>,
    /// The footer.
    pub footer: Vec<u8>,
}

impl Fields {
    /// As many as can be read.
    pub fn of(bytes: &[u8]) -> Self {
        let mut fields = Vec::new();
        if let Ok(chain) = Chain::new(bytes, |_| None) {
            chain.visit(|field| {
                fields.push(bytes[field.label.start - SIZE_OF_SIZE..field.end].to_vec());
            });
        }
        Self(fields)
    }

    /// A file of these fields and this trailer, without free space.
    ///
    /// If `matched`, each entry becomes that of the field with its number.
    pub fn assemble(&self, tail: &Tail, matched: bool) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        let mut places = Vec::new();
        for field in &self.0 {
            places.push((bytes.len(), field.len()));
            bytes.extend(field);
        }
        bytes.extend([0; SIZE_OF_SIZE]);
        tail.append(&mut bytes, if matched { &places } else { &[] });
        bytes
    }
}

impl Tail {
    /// The parts, as far as their sizes lead; nothing else about them is checked.
    pub fn of(bytes: &[u8]) -> Self {
        let (front, footer) = bytes.split_at(bytes.len().saturating_sub(FOOTER_SIZE));
        if !footer.starts_with(MAGIC) || footer.len() < FOOTER_SIZE {
            return Self::default();
        }
        let size = load_u32(footer, IDENTITY_SIZE).map_or(0, |size| size as usize);
        let (front, identity) = front.split_at(front.len().saturating_sub(size));
        let mut tail =
            Self { entries: Vec::new(), identity: identity.to_vec(), footer: footer.to_vec() };
        let mut rest = front;
        while let Some(size) = rest.len().checked_sub(4).and_then(|at| load_u32(rest, at)) {
            let size = size as usize;
            if size < SMALLEST_ENTRY || size > rest.len() {
                break;
            }
            let (front, entry) = rest.split_at(rest.len() - size);
            tail.entries.push(entry.to_vec());
            rest = front;
        }
        tail
    }

    /// Appends the trailer with matching offsets, sizes and checksums.
    pub fn append(&self, bytes: &mut Vec<u8>, places: &[(usize, usize)]) {
        if self.footer.len() < FOOTER_SIZE {
            return;
        }
        bytes.resize(bytes.len().next_multiple_of(IDENTITY_ALIGN), 0);
        for (index, entry) in self.entries.iter().enumerate().rev() {
            bytes.extend(complete(entry, places.get(index)));
        }
        let mut identity = self.identity.clone();
        identity.resize(identity.len().next_multiple_of(IDENTITY_ALIGN), 0);
        let mut footer = self.footer.clone();
        put(&mut footer, IDENTITY_OFFSET, &(bytes.len() as u32).to_ne_bytes());
        put(&mut footer, IDENTITY_SIZE, &(identity.len() as u32).to_ne_bytes());
        put(&mut footer, IDENTITY_CHECKSUM, &checksum(&identity).to_ne_bytes());
        let sum = checksum(&footer[..FOOTER_CHECKSUM]);
        put(&mut footer, FOOTER_CHECKSUM, &sum.to_ne_bytes());
        bytes.extend(identity);
        bytes.extend(footer);
    }
}

/// An entry with its size and checksum, and the offset of its field if given.
fn complete(entry: &[u8], place: Option<&(usize, usize)>) -> Vec<u8> {
    let mut entry = entry.to_vec();
    entry.resize(entry.len().max(SMALLEST_ENTRY).next_multiple_of(IDENTITY_ALIGN), 0);
    if let Some((offset, size)) = place {
        put(&mut entry, CHECKED, &(*offset as u32).to_ne_bytes());
        put(&mut entry, FIELD_SIZE, &(*size as u32).to_ne_bytes());
    }
    let size = entry.len();
    put(&mut entry, size - 4, &(size as u32).to_ne_bytes());
    let sum = checksum(&entry[CHECKED..]);
    put(&mut entry, 0, &sum.to_ne_bytes());
    entry
}

fn put(bytes: &mut [u8], at: usize, part: &[u8]) {
    bytes[at..at + part.len()].copy_from_slice(part);
}
