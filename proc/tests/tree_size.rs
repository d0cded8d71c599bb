//! What directories take.

use std::fs::{self, File, hard_link};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use mmstats_proc::disk::{TreeSize, TreeSizeError, TreeSizeLimits, tree_size};

const PLENTY: TreeSizeLimits = TreeSizeLimits { time: Duration::from_mins(1), entries: 1_000_000 };

fn blocks(path: &Path) -> u64 {
    fs::symlink_metadata(path).unwrap().blocks() * 512
}

fn file(path: &Path, size: usize) {
    let mut file = File::create(path).unwrap();
    file.write_all(&vec![7; size]).unwrap();
    file.sync_all().unwrap();
}

fn size(path: &Path) -> TreeSize {
    tree_size(path, PLENTY).unwrap()
}

#[test]
fn each_inode_counts_once_and_links_are_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    file(&outside.path().join("large"), 1 << 20);
    let directory = tempfile::tempdir().unwrap();
    let top = directory.path();
    fs::create_dir_all(top.join("a b/c\nd")).unwrap();
    file(&top.join("one"), 100_000);
    file(&top.join("a b/two"), 200_000);
    file(&top.join("a b/c\nd/three"), 300_000);
    let sparse = File::create(top.join("sparse")).unwrap();
    sparse.set_len(1 << 30).unwrap();
    let paths = ["", "one", "a b", "a b/two", "a b/c\nd", "a b/c\nd/three", "sparse"];
    let sum: u64 = paths.iter().map(|path| blocks(&top.join(path))).sum();
    assert!(sum > 600_000 && sum < 1 << 20, "{sum}");
    assert_eq!(size(top), TreeSize { bytes: sum, unreadable: 0 });

    hard_link(top.join("one"), top.join("a b/one again")).unwrap();
    symlink(outside.path(), top.join("a b/directory")).unwrap();
    symlink("..", top.join("a b/circle")).unwrap();
    let links: u64 =
        ["a b/directory", "a b/circle"].iter().map(|path| blocks(&top.join(path))).sum();
    assert_eq!(size(top).bytes, sum + links);

    let link = outside.path().join("link to it");
    symlink(top, &link).unwrap();
    assert_eq!(size(&link).bytes, sum + links, "the directory itself may be a link");
}

#[test]
fn another_file_system_is_left_out() {
    let (outer, inner) = (Path::new("/dev"), Path::new("/dev/shm"));
    let device = |path: &Path| fs::metadata(path).map(|it| it.dev()).ok();
    if device(inner).is_none() || device(outer) == device(inner) {
        eprintln!("not tested: /dev/shm is no file system of its own");
        return;
    }
    let before = size(outer).bytes;
    let large = tempfile::tempdir_in(inner).unwrap();
    file(&large.path().join("large"), 8 << 20);
    assert!(size(inner).bytes >= 8 << 20);
    assert!(size(outer).bytes < before + (4 << 20));
}

#[test]
fn it_gives_up_beyond_its_limits() {
    let directory = tempfile::tempdir().unwrap();
    for name in 0..10 {
        fs::create_dir(directory.path().join(name.to_string())).unwrap();
        File::create(directory.path().join(format!("{name}/file"))).unwrap();
    }
    let limited = |entries| tree_size(directory.path(), TreeSizeLimits { entries, ..PLENTY });
    assert!(limited(20).is_ok());
    assert!(matches!(limited(19), Err(TreeSizeError::Entries)));
    assert!(matches!(limited(9), Err(TreeSizeError::Entries)));
    let none = TreeSizeLimits { time: Duration::ZERO, ..PLENTY };
    assert!(matches!(tree_size(directory.path(), none), Err(TreeSizeError::Time)));
    let ever = TreeSizeLimits { time: Duration::MAX, entries: u64::MAX };
    assert!(tree_size(directory.path(), ever).is_ok());
    assert_eq!(TreeSizeLimits::default().entries, 1_000_000);
}

#[test]
fn what_is_no_directory_is_an_error_and_an_unreadable_one_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    File::create(directory.path().join("file")).unwrap();
    for name in ["file", "nothing"] {
        let result = tree_size(&directory.path().join(name), PLENTY);
        assert!(matches!(result, Err(TreeSizeError::Io(_))), "{name}: {result:?}");
    }
    // A path beyond 4,096 bytes can't be opened, whoever asks.
    let mut deep = directory.path().to_path_buf();
    let name = "x".repeat(200);
    let handle = |path: &Path| File::open(path).unwrap();
    let mut parent = handle(&deep);
    for _ in 0..25 {
        use nix::sys::stat::{Mode, mkdirat};
        mkdirat(&parent, name.as_str(), Mode::S_IRWXU).unwrap();
        let flags = nix::fcntl::OFlag::O_DIRECTORY;
        parent =
            File::from(nix::fcntl::openat(&parent, name.as_str(), flags, Mode::empty()).unwrap());
        deep.push(&name);
    }
    assert_eq!(size(directory.path()).unreadable, 1);
    let closed = directory.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let readable = fs::read_dir(&closed).is_ok();
    assert_eq!(size(directory.path()).unreadable, if readable { 1 } else { 2 });
}
