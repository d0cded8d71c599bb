//! Whatever is in the files, nothing panics.

use std::fs;
use std::path::{Path, PathBuf};

use mmstats_proc::Roots;
use mmstats_proc::host::{
    Counters, Identity, InterfaceAddresses, Limits, Load, Memory, ProcessCounts, Sockets, rates,
    uptime,
};
use mmstats_proc::process::{JobCgroup, Table, Totals, Tree, cpu_usage_between};
use mmstats_testing::kernel_files::{Fixture, data};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files(&entry.path(), found);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
}

/// All files of a tree, relative to it.
fn all_files(name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&data(name), &mut found);
    found.iter().map(|path| path.strip_prefix(data(name)).unwrap().to_owned()).collect()
}

fn ask_everything(roots: &Roots, before: &Counters, tree: &mut Tree, earlier: &Totals) {
    let mut after = Counters::read(roots);
    after.taken += std::time::Duration::from_nanos(1);
    let _ = rates(before, &after);
    let _ = rates(&after, before);
    let memory = Memory::read(roots);
    let _ = (memory.used(), memory.usage(), memory.swap_used(), memory.swap_usage());
    let _ = (Load::read(roots), uptime(roots), Limits::read(roots), Identity::read(roots));
    let sockets = Sockets::read(roots);
    let _ = sockets.tcp_states().map(Iterator::count);
    assert!(InterfaceAddresses::read(roots).is_empty(), "of this machine");
    let table = Table::read(roots).unwrap();
    let _ = ProcessCounts::of(&table);
    let mut new = Tree::of(roots, 4242);
    for tree in new.iter_mut().chain([tree]) {
        let time = tree.cpu_time();
        tree.update(roots, &table);
        assert!(tree.cpu_time() >= time);
        let totals = Totals::read(roots, tree, &table);
        let _ = (totals.cpu_usage(), cpu_usage_between(earlier, &totals));
        let _ = JobCgroup::read(roots, tree);
    }
}

/// What may stand where a number stood.
fn junk() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        Just(b"18446744073709551615".to_vec()),
        Just(b"99999999999999999999".to_vec()),
        Just(b"-1".to_vec()),
        Just(b"0".to_vec()),
        Just(b" ".to_vec()),
        Just(b"\n".to_vec()),
        Just(b")(".to_vec()),
        Just("\u{e9}:".as_bytes().to_vec()),
    ]
}

#[derive(Debug, Clone)]
enum Change {
    Replace(Vec<u8>),
    Splice {
        at: prop::sample::Index,
        length: usize,
        junk: Vec<u8>,
    },
    /// One word becomes another.
    Word {
        at: prop::sample::Index,
        junk: Vec<u8>,
    },
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Change::Replace),
        (any::<prop::sample::Index>(), 0usize..30, junk())
            .prop_map(|(at, length, junk)| Change::Splice { at, length, junk }),
        (any::<prop::sample::Index>(), junk()).prop_map(|(at, junk)| Change::Word { at, junk }),
    ]
}

fn changed(text: &[u8], change: &Change) -> Vec<u8> {
    match change {
        Change::Replace(bytes) => bytes.clone(),
        Change::Splice { at, length, junk } => {
            let at = at.index(text.len() + 1);
            let end = text.len().min(at + length);
            [&text[..at], junk, &text[end..]].concat()
        }
        Change::Word { at, junk } => {
            let mut words: Vec<_> = text.split(|byte| *byte == b' ').collect();
            let at = at.index(words.len());
            words[at] = junk;
            words.join(&b' ')
        }
    }
}

/// Samples of the whole fixture, with which later ones are compared.
fn first_samples(roots: &Roots) -> (Counters, Tree, Totals) {
    let before = Counters::read(roots);
    let mut tree = Tree::of(roots, 4242).unwrap();
    let table = Table::read(roots).unwrap();
    tree.update(roots, &table);
    let earlier = Totals::read(roots, &tree, &table);
    (before, tree, earlier)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, rng_seed: RngSeed::Fixed(18), ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_any_file_give_figures_or_none(
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..40),
    ) {
        let host = Fixture::new("host");
        let roots = host.roots();
        let (before, mut tree, earlier) = first_samples(&roots);
        let files = all_files("host");
        for (index, change) in &changes {
            let path = host.path(index.get(&files).to_str().unwrap());
            let text = fs::read(&path).unwrap();
            fs::write(&path, changed(&text, change)).unwrap();
        }
        ask_everything(&roots, &before, &mut tree, &earlier);
    }
}

#[test]
fn every_file_may_be_empty_cut_huge_or_a_directory() {
    let host = Fixture::new("host");
    let roots = host.roots();
    let (before, mut tree, earlier) = first_samples(&roots);
    for file in all_files("host") {
        let path = host.path(file.to_str().unwrap());
        let text = fs::read(&path).unwrap();
        let huge = [&text[..], b"9".repeat(5 << 20).as_slice()].concat();
        for bytes in [&[][..], &text[..text.len() / 2], &huge] {
            fs::write(&path, bytes).unwrap();
            ask_everything(&roots, &before, &mut tree, &earlier);
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        ask_everything(&roots, &before, &mut tree, &earlier);
        fs::remove_dir(&path).unwrap();
        fs::write(&path, &text).unwrap();
    }
}
