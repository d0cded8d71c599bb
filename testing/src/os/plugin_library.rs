//! A plugin that publishes stats: the library's `tests/unloading.rs` loads and unloads it.

#![allow(unsafe_code, reason = "functions and a section with names of their own")]

use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use mmstats::{Counter, Field, MmStats, Options, Published};
use nix::libc;

#[derive(MmStats)]
struct Calls {
    made: Counter,
}

mmstats::per_thread! {
    static CALLS: Calls = Calls::options().path(DIRECTORY.get().unwrap());
    static PRIVATE: Calls = Calls::options().path("/does/not/exist").or_private_memory();
}

static DIRECTORY: OnceLock<&Path> = OnceLock::new();

/// Never dropped, as statics are.
static LEFT: Mutex<Vec<(Published<()>, Counter)>> = Mutex::new(Vec::new());

/// Whether the plugin is loaded when the process ends.
static STAYS: AtomicBool = AtomicBool::new(false);

/// Publishes from threads that end, including this one, and from statics, in files that are removed
/// and files that stay.
#[unsafe(no_mangle)]
extern "C" fn publish(directory: *const c_char) {
    // SAFETY: a text that the caller never frees.
    let directory = unsafe { CStr::from_ptr(directory) };
    DIRECTORY.set(Path::new(OsStr::from_bytes(directory.to_bytes()))).unwrap();
    let count = || {
        CALLS.with(|calls| calls.made.incr());
        PRIVATE.with(|calls| calls.made.incr());
    };
    count();
    thread::spawn(count).join().unwrap();
    for (name, keep) in [("gone", false), ("kept", true)] {
        let stats = Options::dynamic(name).path(DIRECTORY.get().unwrap()).filename(name);
        let stats = stats.keep(keep).create().unwrap();
        let counter = stats.add(Counter::named("counter")).unwrap();
        LEFT.lock().unwrap().push((stats, counter));
    }
    // SAFETY: the hook lives as long as the plugin, with which it goes.
    assert_eq!(unsafe { libc::atexit(count_once_more) }, 0);
}

#[unsafe(no_mangle)]
extern "C" fn stay(directory: *const c_char) {
    publish(directory);
    STAYS.store(true, Ordering::Relaxed);
}

/// Runs when the plugin is unloaded and when the process exits.
extern "C" fn count_once_more() {
    LEFT.lock().unwrap().iter().for_each(|(_, counter)| counter.incr());
}

/// Runs after all of the library, like another thread while the process exits.
extern "C" fn count_at_last() {
    if STAYS.load(Ordering::Relaxed) {
        count_once_more();
    }
}

// SAFETY: the section is an array of such functions.
#[used]
#[unsafe(link_section = ".fini_array.00001")]
static AT_LAST: extern "C" fn() = count_at_last;
