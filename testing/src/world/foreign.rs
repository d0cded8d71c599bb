//! Files of other writers than ours, with any fields.

use std::fs;
use std::path::Path;

use crate::foreign::{Foreign, foreign};
use crate::original::{content, field};
use mmstats::Identity;

use crate::random::Random;

/// Types with the sizes of their values.
const TYPES: [(&str, usize); 9] = [
    ("Q", 8),
    ("d", 8),
    ("q", 8),
    ("I", 4),
    ("H", 2),
    ("B", 1),
    ("8s", 8),
    ("dQQ", 24),
    ("21s", 21),
];
/// As in the format, with their signatures.
const KINDS: [(u8, &str, usize); 6] =
    [(1, "Q", 1), (2, "d", 1), (3, "dQQ", 3), (4, "dQdddd", 6), (6, "Q", 1), (8, "q", 1)];
const LABELS: [&str; 7] =
    ["a", "b", "hits", "other.hits", "x.y", "sys.created", "long.label.of.it"];

/// A file of arbitrary fields; one of three has a trailer.
pub fn file(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    if random.below(3) == 0 { with_trailer(&mut random) } else { content(&fields(&mut random)) }
}

/// Some fields as the original lays them out.
pub fn fields(random: &mut Random) -> Vec<Vec<u8>> {
    (0..=random.below(5)).map(|_| any_field(random)).collect()
}

/// Another structure that takes exactly `size` bytes; `None` if that is too small.
pub fn of_size(seed: u64, size: usize) -> Option<Vec<u8>> {
    let random = || Random::new(seed);
    let candidates =
        [file(seed), content(&fields(&mut random())), content(&[any_field(&mut random())])];
    // A trailer is at the end.
    let fits = |bytes: &Vec<u8>| match bytes.len() % 4096 {
        0 => bytes.len() == size,
        _ => bytes.len() <= size,
    };
    candidates.into_iter().find(fits).map(|mut bytes| {
        bytes.resize(size, 0);
        bytes
    })
}

/// The files of the original, without a process id: one that happens to exist would count.
pub fn originals() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "mmstats"));
    paths.iter().map(|path| without_pid(fs::read(path).unwrap())).collect()
}

fn without_pid(mut bytes: Vec<u8>) -> Vec<u8> {
    const LABEL: &[u8] = b"sys.pid";
    while let Some(at) = bytes.windows(LABEL.len()).position(|window| window == LABEL) {
        bytes[at..at + LABEL.len()].copy_from_slice(b"sys.was");
    }
    bytes
}

fn any_field(random: &mut Random) -> Vec<u8> {
    let (signature, size) = random.one_of(&TYPES);
    let write_buffer = random.one_of(&[0, 1, 0xff]);
    let copies = if write_buffer == 0xff { 1 } else { 2 };
    let values: Vec<u8> = (0..size * copies).map(|_| random.next() as u8).collect();
    field(random.one_of(&LABELS), signature, write_buffer, &values)
}

fn with_trailer(random: &mut Random) -> Vec<u8> {
    let mut writer = Identity::default();
    (writer.pid, writer.start_time) = (random.below(3) as u32, random.next() % 3);
    writer.command.push_str(random.one_of(&["one", "another"]));
    let fields: Vec<_> = (0..=random.below(4))
        .map(|_| {
            let (kind, signature, words) = random.one_of(&KINDS);
            let words: Vec<u64> = (0..words).map(|_| random.next()).collect();
            let mut field = Foreign::new(random.one_of(&LABELS), kind, signature, &words);
            field.unit.push_str(random.one_of(&["", "s", "requests"]));
            field
        })
        .collect();
    foreign(&writer, &fields)
}
