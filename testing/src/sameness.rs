//! Whether two snapshots of stats files, or two updates, say the same.

use std::fmt::Debug;

use mmstats::{ReadError, Stat, StatsFile, Update, WatchedFile};

/// A value may have a component for each of its bytes.
const MOST_COMPONENTS: usize = 200;

/// Whether two snapshots have the same content, whatever their paths; an error is the first
/// difference.
pub fn same_file(found: &StatsFile, expected: &StatsFile) -> Result<(), String> {
    same("size", &found.size(), &expected.size())?;
    same_shown(found, expected)?;
    for (found, expected) in found.stats().zip(expected.stats()) {
        same_layout(&found, &expected).map_err(|it| format!("{:?}: {it}", expected.label()))?;
    }
    Ok(())
}

/// Whether two snapshots show the same, wherever their bytes are, and whatever is in those that
/// nobody reads.
pub fn same_shown(found: &StatsFile, expected: &StatsFile) -> Result<(), String> {
    let reason = |file: &StatsFile| file.problem().map(ReadError::reason);
    same("problem", &reason(found), &reason(expected))?;
    same("identity", &found.identity(), &expected.identity())?;
    same("trailer", &found.has_trailer(), &expected.has_trailer())?;
    same("pid", &found.pid(), &expected.pid())?;
    same("tid", &found.tid(), &expected.tid())?;
    same("process", &found.process(), &expected.process())?;
    same("number of stats", &found.stats().len(), &expected.stats().len())?;
    for (found, expected) in found.stats().zip(expected.stats()) {
        let label = expected.label();
        same_stat(&found, &expected).map_err(|difference| format!("{label:?}: {difference}"))?;
    }
    Ok(())
}

fn same_stat(found: &Stat<'_>, expected: &Stat<'_>) -> Result<(), String> {
    same("label", &found.label_bytes(), &expected.label_bytes())?;
    same("kind", &found.kind(), &expected.kind())?;
    same("unit", &found.unit(), &expected.unit())?;
    same("help", &found.help(), &expected.help())?;
    same("aggregate", &found.aggregate(), &expected.aggregate())?;
    same("count of a mean", &found.mean_count(), &expected.mean_count())?;
    same("note", &found.note(), &expected.note())?;
    same("signature", &found.signature(), &expected.signature())?;
    same("number of buffers", &found.is_buffered(), &expected.is_buffered())?;
    same("histogram", &found.histogram(), &expected.histogram())?;
    // NaNs are equal, too.
    let values = |stat: &Stat<'_>| {
        let components = stat.components().take(MOST_COMPONENTS).collect::<Vec<_>>();
        format!("{:?}, {components:?}", stat.value())
    };
    same("values", &values(found), &values(expected))
}

fn same_layout(found: &Stat<'_>, expected: &Stat<'_>) -> Result<(), String> {
    let [found, expected] = [found, expected].map(Stat::field_layout);
    same("signature", &found.signature, &expected.signature)?;
    same("offset", &found.offset, &expected.offset)?;
    same("write buffer", &found.write_buffer, &expected.write_buffer)?;
    same("bytes", &found.buffers, &expected.buffers)
}

/// Whether two updates are the same, as far as both show it.
pub fn same_update(found: &Update<'_>, expected: &Update<'_>) -> Result<(), String> {
    same_files("file", found.files(), expected.files())?;
    same_files("added file", found.added(), expected.added())?;
    same_files("removed file", found.removed().iter(), expected.removed().iter())?;
    let errors = |errors: &mut dyn Iterator<Item = &ReadError>| {
        let shown = |error: &ReadError| {
            format!("{error} {error:#} {} {}", error.reason(), error.is_not_found())
        };
        errors.map(shown).collect::<Vec<_>>()
    };
    same("new errors", &errors(&mut found.errors()), &errors(&mut expected.errors()))?;
    same("errors", &errors(&mut found.all_errors()), &errors(&mut expected.all_errors()))?;
    same("locations", &found.locations(), &expected.locations())?;
    same("monotonic time", &found.monotonic(), &expected.monotonic())?;
    same("time", &found.wall(), &expected.wall())?;
    same("gap", &found.after_gap(), &expected.after_gap())
}

fn same_files<'a>(
    what: &str,
    found: impl ExactSizeIterator<Item = &'a WatchedFile>,
    expected: impl ExactSizeIterator<Item = &'a WatchedFile>,
) -> Result<(), String> {
    same(&format!("number of {what}s"), &found.len(), &expected.len())?;
    for (found, expected) in found.zip(expected) {
        let path = expected.file().path();
        let at = |difference| format!("{what} {}: {difference}", path.display());
        let (life, expected_life) = (found.life(), expected.life());
        let (found, expected) = (found.file(), expected.file());
        same("path", &found.path(), &path).map_err(at)?;
        same("life", life, expected_life).map_err(at)?;
        same("inode", &found.device_and_inode(), &expected.device_and_inode()).map_err(at)?;
        same("owner", &found.owner(), &expected.owner()).map_err(at)?;
        same_shown(found, expected).map_err(at)?;
    }
    Ok(())
}

/// Whether two values are equal.
pub fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}\n   found: {found:?}\nexpected: {expected:?}"))
}
