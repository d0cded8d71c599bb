//! What taking files apart and putting them together allocates.

use mmstats::{MmStats, StatsFile};
use mmstats_testing::kinds::Kinds;
use mmstats_testing::os::allocator::{Counting, calls, most_taken};
use mmstats_testing::parts::Parts;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SIZE: usize = 1 << 20;

/// One test, because parallel ones would be counted too.
#[test]
fn values_allocate_nothing_and_parts_a_small_multiple_of_their_size() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Kinds::options().path(directory.path()).create().unwrap();
    let file = StatsFile::read(stats.path().unwrap()).unwrap();
    let mut words = Vec::with_capacity(file.word_count());
    let mut kept = Parts::of(&file).file("file".as_ref()).unwrap();
    let calls = calls(|| {
        for _ in 0..100 {
            words.clear();
            file.append_words(&mut words);
            kept.set_words(&words).unwrap();
            assert_eq!(file.structure_id(), file.structure_id());
        }
    });
    assert_eq!((calls, words.len()), (0, file.word_count()));

    for field in [
        &b"\x01\0a\0\0\xff"[..],
        b"\x01\0a\x01\0B\xff\x07",
        b"\x01\0a\x0b\x001000000000s\xff",
        b"\x01\0a\x02\x000s\xff",
        b"\xff\xffa",
    ] {
        let structure: Vec<u8> =
            [1].iter().chain(field.iter().cycle()).copied().take(SIZE).collect();
        let count = StatsFile::from_bytes("hostile", &structure).unwrap().word_count();
        assert!(count <= SIZE);
        let most = most_taken(|| {
            let words = vec![u64::MAX; count];
            let file = StatsFile::from_parts("hostile", &structure, &[], &words).unwrap();
            assert_eq!(file.structure().len(), SIZE);
            StatsFile::from_parts("hostile", &structure, &[], words.get(1..).unwrap_or_default())
                .err();
        });
        let multiple = most as f64 / SIZE as f64;
        println!("{multiple}");
        assert!(multiple < 25.0, "{multiple} times the size for {field:?}");
    }
}
