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
        let texts_end = entry.help().as_bytes().as_ptr_range().end.addr() - bytes.as_ptr().addr();
        assert!(chain_end <= entry.start() && texts_end < end, "{entry:?} ends behind {end}");
        end = entry.start();
    }
    let known = encode_known(&trailer);
    let mut again = vec![0; HEAD];
    Tail { entries: known.clone(), ..Tail::of(bytes) }.append(&mut again, &[]);
    let again = Trailer::find(&again, 0).expect("as before").expect("it was written");
    assert_eq!(encode_known(&again), known);
}

/// The entries of known kinds, as the writer's code has them.
fn encode_known(trailer: &Trailer<'_>) -> Vec<Vec<u8>> {
    let encode = |entry: Entry<'_>| Some(encode(&entry, entry.kind()?, entry.aggregate()?));
    trailer.entries().filter_map(encode).collect()
}

fn encode(entry: &Entry<'_>, kind: Kind, aggregate: Aggregate) -> Vec<u8> {
    let definition = Definition {
        label: String::new(),
        signature: "".into(),
        initial: Vec::new(),
        align: 1,
        buffered: false,
        sequenced: entry.is_sequenced(),
        kind,
        aggregate,
        unit: entry.unit().to_owned().into(),
        help: entry.help().to_owned().into(),
        parameters: entry.parameters(),
    };
    let (offset, size) = (entry.field_offset(), entry.field_size());
    let place = Placement { offset, padding: 0, write_buffer: 0, size: 0, end: offset + size };
    Entry::encode(&definition, &place)
}
