//! Trailers, apart from the fields in front of them.

use crate::format::{Aggregate, Definition, Entry, Kind, Placement, Trailer, load_u16};
use crate::parts::Tail;

/// What stands in front of the free room: the end of a chain that isn't there, and zeros.
pub const HEAD: usize = 8;

/// # Panics
///
/// Where an entry overlaps the chain, another entry or the identity, or where the entries aren't
/// read back as they are after the writer's code has written them.
pub fn check(bytes: &[u8]) {
    let chain_end = usize::from(load_u16(bytes, 0).unwrap_or(0)).min(bytes.len());
    let Ok(Some(trailer)) = Trailer::find(bytes, chain_end) else {
        return;
    };
    let _ = trailer.identity();
    let mut end = bytes.len();
    for entry in trailer.entries() {
        let texts = entry.unit.as_ptr().addr() - bytes.as_ptr().addr();
        let texts_end = texts + entry.unit.len() + entry.help.len();
        assert!(chain_end < texts && texts_end < end, "{entry:?} ends behind {end}");
        end = texts;
    }
    let known: Vec<_> = trailer
        .entries()
        .filter_map(|entry| Some((entry, encode(&entry, entry.kind?, entry.aggregate?))))
        .collect();
    let entries = known.iter().map(|(_, encoded)| encoded.clone()).collect();
    let mut again = vec![0; HEAD];
    Tail { entries, ..Tail::of(bytes) }.append(&mut again, &[]);
    let again = Trailer::find(&again, 0).expect("as before").expect("it was written");
    assert!(again.entries().eq(known.iter().map(|(entry, _)| *entry)), "{known:?}");
}

fn encode(entry: &Entry<'_>, kind: Kind, aggregate: Aggregate) -> Vec<u8> {
    let definition = Definition {
        label: String::new(),
        signature: "".into(),
        initial: Vec::new(),
        align: 1,
        buffered: false,
        sequenced: entry.sequenced,
        kind,
        aggregate,
        unit: entry.unit.to_owned().into(),
        help: entry.help.to_owned().into(),
        parameters: entry.parameters,
    };
    let (offset, size) = (entry.field_offset, entry.field_size);
    let place = Placement { offset, padding: 0, write_buffer: 0, size: 0, end: offset + size };
    Entry::encode(&definition, &place)
}
