//! A writer that is inspected after each of its instructions: whenever it is killed, its file is
//! whole.

use std::fs::{self, File};
use std::mem;
use std::os::unix::fs::FileExt;
use std::path::Path;

use mmstats::{Field, Gauge, Kind, Layout, Options, StatsFile, Text, Value};
use mmstats_testing::oracle;
use mmstats_testing::traced;

mod stress;
use stress::{FILE, Judged, KINDS, LAYOUTS, publish};

/// Reads a file each time an instruction of `action` has changed it, and at the end.
/// Returns how often; `None` if processes may not be traced.
fn at_each_change<T>(
    path: &Path,
    prepare: impl FnOnce() -> T,
    action: impl FnOnce(&mut T),
    mut inspect: impl FnMut(&StatsFile, &[u8]),
) -> Option<usize> {
    if !traced::is_allowed() {
        return None;
    }
    let mut file = None;
    let (mut before, mut now, mut changes) = (Vec::new(), Vec::new(), 0);
    let inspect_changes = || {
        let file = file.get_or_insert_with(|| File::open(path).unwrap());
        now.resize(fs::metadata(path).unwrap().len() as usize, 0);
        file.read_exact_at(&mut now, 0).unwrap();
        if now != before {
            inspect(&StatsFile::from_bytes(path, &now).unwrap(), &now);
            before.clone_from(&now);
            changes += 1;
        }
    };
    let action = |mut prepared| {
        action(&mut prepared);
        // Its exit is not under test.
        mem::forget(prepared);
    };
    traced::at_each_instruction(prepare, action, inspect_changes);
    Some(changes)
}

/// Each kind of value, in both of its buffers.
#[test]
fn values_are_consistent_at_every_instruction_of_an_update() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE);
    for layout in LAYOUTS {
        let changes = at_each_change(
            &path,
            || publish(directory.path(), layout, KINDS),
            |(_, updates)| {
                for update in updates {
                    update();
                    update();
                }
            },
            |file, _| assert_none_is_torn(file, layout),
        );
        if let Some(changes) = changes {
            assert!(changes > 2 * KINDS.len(), "{changes} changes were seen");
            fs::remove_file(&path).unwrap();
        }
    }
}

fn assert_none_is_torn(file: &StatsFile, layout: Layout) {
    assert!(file.problem().is_none(), "{:?}", file.problem());
    for (stat, kind) in file.stats().zip(KINDS) {
        assert!(stat.label().starts_with(kind.label) && stat.is_stable());
        let components: Vec<Value> = stat.components().map(|(_, value)| value).collect();
        // The one text that is changed in place.
        let may_tear = layout == Layout::Packed && kind.label == "text";
        let is_torn = (kind.judge)(&components) == Judged::Torn;
        assert!(!is_torn || may_tear, "{}: {components:?}", stat.label());
    }
}

#[test]
fn an_added_field_is_all_or_nothing_at_every_instruction() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("own.mmstats");
    for layout in LAYOUTS {
        let options = Options::dynamic("Stepped").path(directory.path()).filename("own.mmstats");
        let options = options.layout(layout).default_fields(false);
        let mut seen = Vec::new();
        let changes = at_each_change(
            &path,
            || options.create().unwrap(),
            |stats| {
                let depth = Gauge::<i64>::named("depth").initial(-7).unit("jobs");
                mem::forget(stats.add(depth.help("Jobs that wait.")).unwrap());
                mem::forget(stats.add(Text::named("state").size(9).initial("here")).unwrap());
            },
            |file, bytes| {
                assert_all_or_nothing(file, bytes, layout);
                seen.push(file.stats().len());
            },
        );
        if changes.is_some() {
            assert!(seen.is_sorted(), "{seen:?}");
            seen.dedup();
            assert_eq!(seen, [0, 1, 2]);
            fs::remove_file(&path).unwrap();
        }
    }
}

fn assert_all_or_nothing(file: &StatsFile, bytes: &[u8], layout: Layout) {
    assert!(file.problem().is_none(), "{:?}", file.problem());
    let fields = oracle::fields(bytes).into_iter().map(|field| (field.label, field.value));
    let expected = [
        ("depth".to_owned(), oracle::Value::Integer(-7)),
        ("state".to_owned(), oracle::Value::Text("here".to_owned())),
    ];
    assert!(fields.eq(expected.into_iter().take(file.stats().len())));
    // A packed file says no more.
    if let Some(depth) = file.get("depth").filter(|_| layout == Layout::Aligned) {
        assert_eq!((depth.kind(), depth.unit()), (Some(Kind::Gauge), "jobs"));
        assert_eq!(depth.help(), "Jobs that wait.");
    }
}
