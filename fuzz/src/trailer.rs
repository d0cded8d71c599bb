//! Trailers, without the fields in front of them.

use mmstats::__private::format::{
    Aggregate, DeclaredField, Entry, Kind, LaidOutField, Trailer, load_u16,
};

use crate::parts::Tail;

/// What precedes the free space: the end of a chain that isn't there, and zeros.
pub const HEAD: usize = 8;

/// # Panics
///
/// If an entry overlaps the chain, another entry or the identity, or if the entries are read back
/// differently after the writer's code has written them.
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
    let known: Vec<_> = trailer
        .entries()
        .filter_map(|entry| Some((entry, encode(&entry, entry.kind()?, entry.aggregate()?))))
        .collect();
    let entries = known.iter().map(|(_, encoded)| encoded.clone()).collect();
    let mut again = vec![0; HEAD];
    Tail { entries, ..Tail::of(bytes) }.append(&mut again, &[]);
    let again = Trailer::find(&again, 0).expect("as before").expect("it was written");
    assert!(again.entries().map(said).eq(known.iter().map(|(entry, _)| said(*entry))), "{known:?}");
}

/// All that an entry says.
fn said(entry: Entry<'_>) -> impl PartialEq {
    let place = (entry.field_offset(), entry.field_size());
    let meaning = (entry.kind(), entry.aggregate(), entry.parameters());
    let flags = (entry.is_sequenced(), entry.has_overflow());
    (place, meaning, flags, entry.unit(), entry.help())
}

fn encode(entry: &Entry<'_>, kind: Kind, aggregate: Aggregate) -> Vec<u8> {
    let declared = DeclaredField {
        label: String::new(),
        signature: "".into(),
        initial: Vec::new().into(),
        align: 1,
        buffered: false,
        sequenced: entry.is_sequenced(),
        overflow: entry.has_overflow(),
        kind,
        aggregate,
        unit: entry.unit().to_owned().into(),
        help: entry.help().to_owned().into(),
        parameters: entry.parameters(),
        keep: false,
    };
    let (offset, size) = (entry.field_offset(), entry.field_size());
    let field = LaidOutField { offset, padding: 0, write_buffer: 0, size: 0, end: offset + size };
    let mut bytes = Vec::new();
    Entry::encode(&declared, &field, &mut bytes);
    bytes
}
