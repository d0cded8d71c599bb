//! The library, compared with the naive reader of its tests, which trusts every byte.

use std::cell::Cell;
use std::panic;

use mmstats::{FormatError, ReadError, StatsFile, Value};
use mmstats_testing::oracle as naive;

thread_local! {
    static NAIVE: Cell<bool> = const { Cell::new(false) };
}

/// A panic ends a fuzzer. One of the naive reader only means that it can't read the bytes.
pub fn let_the_oracle_panic() {
    let end = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !NAIVE.get() {
            end(panic);
        }
    }));
}

/// Whether the naive reader has values.
///
/// # Panics
///
/// If it has and the library hasn't the same.
pub fn check(bytes: &[u8]) -> bool {
    NAIVE.set(true);
    let naive = panic::catch_unwind(|| naive::fields(bytes));
    NAIVE.set(false);
    let Ok(naive) = naive else {
        return false;
    };
    match StatsFile::from_bytes("file", bytes) {
        Ok(file) => {
            assert_eq!(file.stats().len(), naive.len(), "{naive:?}, {:?}", file.problem());
            for (stat, expected) in file.stats().zip(&naive) {
                assert_eq!(stat.label(), expected.label);
                assert!(same(&stat.value(), &expected.value), "{:?} {expected:?}", stat.value());
                let layout = stat.field_layout();
                let (offset, first) = layout.buffers[0];
                assert_eq!((offset, first.len()), expected.position);
            }
        }
        // What the original's readers ignore, and ours must check.
        Err(ReadError::Damaged {
            source: FormatError::UnknownExtension { .. } | FormatError::ForeignByteOrder,
            ..
        }) => {}
        Err(error) => panic!("{error}, but there is {naive:?}"),
    }
    true
}

fn same(value: &Value<'_>, expected: &naive::Value) -> bool {
    match (value, expected) {
        (Value::Unsigned(value), naive::Value::Integer(expected)) => {
            i128::from(*value) == *expected
        }
        (Value::Signed(value), naive::Value::Integer(expected)) => i128::from(*value) == *expected,
        (Value::Float(value), naive::Value::Float(expected)) => {
            value.to_bits() == expected.to_bits()
        }
        (Value::Bool(value), naive::Value::Flag(expected)) => value == expected,
        (Value::Text(value), naive::Value::Text(expected)) => value == expected,
        _ => false,
    }
}
