//! A reader allocates a small multiple of a file's size, whatever the file contains.

use mmstats::StatsFile;
use mmstats_testing::os::allocator::{Counting, most_taken};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SIZE: usize = 1 << 20;

/// A megabyte of stats file that repeats this field.
fn file_of(field: &[u8]) -> Vec<u8> {
    [1].iter().chain(field.iter().cycle()).copied().take(SIZE).collect()
}

/// The most that a reader allocates, as a multiple of the file's size.
fn multiple(bytes: &[u8]) -> f64 {
    let most = most_taken(|| {
        let file = StatsFile::from_bytes("hostile", bytes).unwrap();
        for stat in file.stats().take(1000) {
            assert!(stat.components().count() <= SIZE);
            drop((stat.value().to_string(), stat.histogram(), stat.field_layout()));
        }
    });
    most as f64 / SIZE as f64
}

/// One test, because parallel ones would be counted too.
#[test]
fn a_reader_takes_a_small_multiple_of_the_file_s_size() {
    for field in [
        // The smallest field that there is: a label of one byte and nothing else.
        &b"\x01\0a\0\0\xff"[..],
        b"\x01\0a\x01\0B\xff\x07",
        b"\x01\0a\x0b\x001000000000s\xff",
        b"\x01\0a\x0b\x001000000000Q\xff",
        b"\xff\xffa",
    ] {
        let multiple = multiple(&file_of(field));
        println!("{multiple}");
        assert!(multiple < 12.0, "{multiple} times the size for {field:?}");
    }
    // One field of nearly as many components as fit.
    let mut one = b"\x01\x01\0a\x08\x000130000Q\xff".to_vec();
    one.resize(SIZE, 0);
    let multiple = multiple(&one);
    assert!(multiple < 12.0, "{multiple} times the size for one field");
}
