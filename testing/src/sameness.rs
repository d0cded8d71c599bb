//! Whether two snapshots of stats files say the same.

use std::fmt::Debug;

use mmstats::{ReadError, Stat, StatsFile};

/// Whether two snapshots have the same content, whatever their paths; an error is the first
/// difference.
pub fn same_file(found: &StatsFile, expected: &StatsFile) -> Result<(), String> {
    let reason = |file: &StatsFile| file.problem().map(ReadError::reason);
    same("size", &found.size(), &expected.size())?;
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
    let [found, expected] = [found, expected].map(Stat::field_layout);
    same("signature", &found.signature, &expected.signature)?;
    same("offset", &found.offset, &expected.offset)?;
    same("write buffer", &found.write_buffer, &expected.write_buffer)?;
    same("bytes", &found.buffers, &expected.buffers)
}

/// Whether two values are equal.
pub fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}\n   found: {found:?}\nexpected: {expected:?}"))
}
