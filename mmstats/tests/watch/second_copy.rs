//! The structure of a file changes between two copies of it in any way: the second copy is what
//! reading it alone gives, and no value of the old structure stands under a new label.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use mmstats::{Identity, Layout, Watch};
use mmstats_testing::foreign::{Foreign, foreign};
use mmstats_testing::original::content;

use crate::agreement::{Final, check_update};
use crate::foreign;
use crate::model::Model;
use crate::random::{Random, seed};
use crate::writer::Writer;

const PAIRS: usize = 3_000;

/// Files whose parts are taken.
struct Sources(Vec<Vec<u8>>);

impl Sources {
    fn new(directory: &Path) -> Self {
        let mut files = foreign::originals();
        for layout in [Layout::Aligned, Layout::Packed] {
            let mut writer = Writer::create(directory, "source.mmstats", layout);
            files.push(fs::read(writer.path()).unwrap());
            (0..40).for_each(|which| writer.write(which, 77));
            writer.add();
            writer.add();
            files.push(fs::read(writer.path()).unwrap());
        }
        Self(files)
    }

    fn any(&self, random: &mut Random) -> Vec<u8> {
        match random.below(3) {
            0 => foreign::file(random.next()),
            _ => self.0[random.below(self.0.len())].clone(),
        }
    }

    fn pair(&self, random: &mut Random) -> [Vec<u8>; 2] {
        let one = self.any(random);
        let other = match random.below(7) {
            0 => return attributes(random),
            1 => return rearranged(random),
            2 => self.any(random),
            3 => spliced(&one, &self.any(random), random),
            4 => shifted(&one, random),
            5 => foreign::of_size(random.next(), one.len()).unwrap_or_default(),
            _ => flipped(one.clone(), random),
        };
        if random.below(2) == 0 { [one, other] } else { [other, one] }
    }
}

/// A place where structure is more likely than anywhere.
fn position(size: usize, random: &mut Random) -> usize {
    match random.below(3) {
        0 => random.below(size.clamp(1, 300)),
        1 => size - 1 - random.below(size.min(300)),
        _ => random.below(size),
    }
}

fn flipped(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(3) {
        let at = position(bytes.len(), random);
        bytes[at] ^= 1 << random.below(8);
    }
    bytes
}

/// The beginning of one file and the end of another.
fn spliced(one: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let at = position(one.len(), random);
    [&one[..at], &other[at.min(other.len())..]].concat()
}

/// A few bytes inserted or missing.
fn shifted(one: &[u8], random: &mut Random) -> Vec<u8> {
    let at = position(one.len(), random);
    let by = 1 + random.below(16);
    match random.below(3) {
        0 => [&one[..at], &one[(at + by).min(one.len())..]].concat(),
        1 => [&one[..at], &vec![0; by], &one[at..]].concat(),
        _ => one[..at].to_vec(),
    }
}

/// One thing that the trailer says is another, and every offset is the same.
fn attributes(random: &mut Random) -> [Vec<u8>; 2] {
    let mut writer = Identity::default();
    writer.command.push_str("command");
    let mut field = Foreign::timer("some.timer", 7, 3.5);
    field.unit.push_str("seconds");
    field.help.push_str("How long");
    let (mut other_writer, mut other) = (writer.clone(), field.clone());
    match random.below(9) {
        0 => other.label = b"same.timer".to_vec(),
        1 => other.signature = "dqdddd",
        2 => other.kind = 3,
        3 => other.aggregate = 2,
        4 => other.unit.push_str(" or so"),
        5 => other.help.push_str(" or so"),
        6 => other.parameters = [1, 1],
        7 => other_writer.start_time += 1,
        _ => other_writer.command.push_str(" or another"),
    }
    let last = Foreign::new("last", 1, "Q", &[9]);
    [foreign(&writer, &[field, last.clone()]), foreign(&other_writer, &[other, last])]
}

/// Some fields, and the same with one fewer, or one more, or two in another order.
fn rearranged(random: &mut Random) -> [Vec<u8>; 2] {
    let mut fields = foreign::fields(random);
    fields.extend(foreign::fields(random));
    let before = content(&fields);
    let at = random.below(fields.len());
    match random.below(3) {
        0 => drop(fields.remove(at)),
        1 => fields.insert(at, foreign::fields(random).remove(0)),
        _ => fields.swap(at, 0),
    }
    [before, content(&fields)]
}

fn overwrite(path: &Path, bytes: &[u8]) {
    let file = File::options().write(true).create(true).truncate(false).open(path).unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
}

#[test]
fn a_second_copy_is_what_the_file_says_alone() {
    let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let sources = Sources::new(directory.path());
    let path = directory.path().join("changing.mmstats");
    let seed = seed();
    let mut random = Random::new(seed);
    let (mut watch, mut model) = (Watch::new([&path]), Model::new(vec![path.clone()], true));
    let mut read = 0;
    for number in 0..PAIRS {
        for (copy, bytes) in sources.pair(&mut random).iter().enumerate() {
            overwrite(&path, bytes);
            let (update, expected) = (watch.poll(), model.poll());
            read += expected.files.len();
            if let Err(difference) = check_update(&update, &expected, Final::Now) {
                let kept = directory.keep();
                panic!("MMSTATS_TEST_SEED={seed}, {kept:?}, pair {number}.{copy}: {difference}");
            }
        }
    }
    assert!(read > PAIRS, "too few of the files can be read: {read}");
}
