//! Files larger than the 64 MiB that readers accept: alive or dead like any other.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use mmstats::Options;

use crate::cleanstats;

const SIZE: usize = 65 << 20;

/// Writes a file that has blocks only where there is something in it.
fn write_sparse(path: &Path, bytes: &[u8]) {
    let file = File::create(path).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
    for (number, page) in bytes.chunks(4096).enumerate() {
        if page.iter().any(|&byte| byte != 0) {
            file.write_all_at(page, 4096 * number as u64).unwrap();
        }
    }
}

#[test]
fn a_large_file_is_removed_only_if_it_is_dead() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options::dynamic("Large").path(directory.path()).capacity(SIZE);
    let living = options.create().unwrap();
    let living = living.path().unwrap();
    let bytes = fs::read(living).unwrap();
    assert!(bytes.len() > SIZE);
    let dead = directory.path().join("dead.mmstats");
    write_sparse(&dead, &bytes);
    let damaged = directory.path().join("damaged.mmstats");
    write_sparse(&damaged, &bytes[..bytes.len() - 4096]);

    let run = cleanstats(directory.path(), &[]);
    let pid = std::process::id();
    let deletion = format!("PID {pid} doesn't map the file. Deleting {}\n", dead.display());
    assert_eq!(run.stdout, deletion + "Removed 1  -  1 alive, 0 undecided\n");
    let size = bytes.len() - 4096;
    let error = format!("{}: too large: {size} bytes, limit 67108864", damaged.display());
    assert_eq!(run.stderr, format!("cleanstats: {error}\n"));
    assert!(living.exists() && damaged.exists() && !dead.exists());
}
