//! A plugin that publishes stats is loaded and unloaded, again and again.

use std::fs;
use std::mem;

use mmstats_testing::os::fork::in_child;
use mmstats_testing::os::plugin::Plugin;
use mmstats_testing::programs::built_library;
use mmstats_testing::stats_dir::{counter, files};

fn maps_name(text: &str) -> bool {
    fs::read_to_string("/proc/self/maps").unwrap().contains(text)
}

#[test]
fn an_unloaded_plugin_leaves_nothing() {
    let path = built_library("plugin");
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().to_str().unwrap();
    let kept = directory.path().join("kept");
    let code = in_child(|| {
        let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
        let before = descriptors();
        for _ in 0..5 {
            let plugin = Plugin::load(&path);
            plugin.call("publish", folder);
            assert!(maps_name(folder) && descriptors() >= before + 4);
            assert_eq!(files(directory.path()).len(), 4);
            drop(plugin);
            assert!(!maps_name(path.to_str().unwrap()), "it is gone");
            assert_eq!((maps_name(folder), descriptors()), (false, before));
            assert_eq!(files(directory.path()), [kept.as_path()]);
            assert_eq!(counter(&kept, "counter"), 1, "an exit handler of the plugin counted");
            // No handler of the plugin is left.
            assert_eq!(in_child(|| true), 0);
        }
        true
    });
    assert_eq!((code, files(directory.path())), (0, vec![kept]));
}

/// The library's destructors run as when it is unloaded, but other threads keep running.
#[test]
fn what_a_plugin_publishes_stays_in_memory_when_the_process_ends() {
    let path = built_library("plugin");
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().join("kept");
    let code = in_child(|| {
        let plugin = Plugin::load(&path);
        plugin.call("stay", directory.path().to_str().unwrap());
        mem::forget(plugin);
        true
    });
    assert_eq!((code, files(directory.path())), (0, vec![kept.clone()]));
    assert_eq!(counter(&kept, "counter"), 2);
}
