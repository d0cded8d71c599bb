//! A file whose structure changes between two polls in any way.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use mmstats::{StatsFile, Watch};
use mmstats_testing::sameness::{same, same_file};

use crate::pair::Pair;

/// # Panics
///
/// If the library panics, or a poll finds something else than reading the file alone: a value of the
/// old structure under a new label, for example.
pub fn check(bytes: &[u8]) {
    let Pair { first, second } = Pair::of(bytes);
    let named = tempfile::Builder::new().suffix(".mmstats").tempfile_in("/dev/shm");
    let (file, path) = named.expect("a file in memory").into_parts();
    let mut watch = Watch::new([&path]);
    let mut before: Option<[StatsFile; 2]> = None;
    for content in [&first, &second, &first] {
        overwrite(&file, content);
        let polled = polled(&mut watch, &path);
        if let Some([polled, alone]) = &before {
            same_file(polled, alone).expect("a snapshot never changes");
        }
        before = polled;
    }
}

/// The file as the watch and as a reader of it alone finds it, if it can be read.
fn polled(watch: &mut Watch, path: &Path) -> Option<[StatsFile; 2]> {
    let update = watch.poll();
    let polled = update.files().next().map(|file| file.file().clone());
    let error = update.all_errors().next().map(mmstats::ReadError::reason);
    match StatsFile::read(path) {
        Ok(alone) => {
            let polled = polled.unwrap_or_else(|| panic!("it can be read, and {error:?}"));
            same_file(&polled, &alone).expect("the same as alone");
            Some([polled, alone])
        }
        Err(alone) => {
            assert!(polled.is_none(), "it can't be read: {alone}");
            same("error", &error, &Some(alone.reason())).expect("the same as alone");
            None
        }
    }
}

fn overwrite(file: &File, content: &[u8]) {
    file.set_len(content.len() as u64).expect("it has a size");
    file.write_all_at(content, 0).expect("it takes bytes");
}
