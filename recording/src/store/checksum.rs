//! The checksum of a row's columns.

use std::ops::Range;

use mmstats_sqlite::varint;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::seal::sum;

/// The checksum of these columns, in their order.
///
/// It is that of a blob's content: of an integer 1 and its 8 bytes, of a blob or text 2, its size as
/// varint and its bytes, and of NULL 0.
pub fn of(columns: &[ValueRef<'_>]) -> i64 {
    let mut content = Vec::new();
    for value in columns {
        push(*value, &mut content);
    }
    sum(&content).cast_signed()
}

fn push(value: ValueRef<'_>, content: &mut Vec<u8>) {
    match value {
        ValueRef::Null => content.push(0),
        ValueRef::Integer(number) => {
            content.push(1);
            content.extend(number.to_le_bytes());
        }
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            content.push(2);
            varint::put(content, bytes.len() as u64);
            content.extend(bytes);
        }
        // No table has one.
        ValueRef::Real(number) => {
            content.push(3);
            content.extend(number.to_le_bytes());
        }
    }
}

/// Whether these columns of a row have the checksum that follows them.
pub fn is_right(row: &Row<'_>, columns: Range<usize>) -> rusqlite::Result<bool> {
    let found: Result<Vec<_>, _> = columns.clone().map(|column| row.get_ref(column)).collect();
    Ok(row.get_ref(columns.end)? == ValueRef::Integer(of(&found?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_counts_with_its_bounds() {
        let columns = [ValueRef::Integer(7), ValueRef::Null, ValueRef::Blob(b"ab")];
        let others = [
            [ValueRef::Integer(8), ValueRef::Null, ValueRef::Blob(b"ab")],
            [ValueRef::Integer(7), ValueRef::Blob(b""), ValueRef::Blob(b"ab")],
            [ValueRef::Integer(7), ValueRef::Blob(b"ab"), ValueRef::Null],
            [ValueRef::Integer(7), ValueRef::Null, ValueRef::Blob(b"abc")],
        ];
        assert_eq!(of(&columns), of(&columns));
        for other in others {
            assert_ne!(of(&columns), of(&other));
        }
        assert_ne!(
            of(&[ValueRef::Blob(b"a"), ValueRef::Blob(b"b")]),
            of(&[ValueRef::Blob(b"ab"), ValueRef::Blob(b"")])
        );
    }
}
