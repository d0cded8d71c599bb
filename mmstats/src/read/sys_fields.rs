//! Where a file says which process and thread writes it, and since when.

use super::{Stat, Value};

/// The indices of a file's own default fields.
///
/// Labels may have a prefix. Of several fields the last counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SysFields {
    /// An integer.
    pub pid: Option<usize>,
    /// An integer.
    pub tid: Option<usize>,
    /// A number.
    pub created: Option<usize>,
}

impl SysFields {
    /// Searches all labels.
    pub(super) fn of<'a>(
        stats: impl DoubleEndedIterator<Item = Stat<'a>> + ExactSizeIterator,
    ) -> Self {
        let mut found = Self::default();
        for (index, stat) in stats.enumerate().rev() {
            let label = stat.label_bytes();
            let field = if label.ends_with(b"sys.pid") {
                &mut found.pid
            } else if label.ends_with(b"sys.tid") {
                &mut found.tid
            } else if label.ends_with(b"sys.created") {
                &mut found.created
            } else {
                continue;
            };
            let fits = match stat.value() {
                Value::Unsigned(_) | Value::Signed(_) | Value::Bool(_) => true,
                Value::Float(_) => label.ends_with(b"created"),
                Value::Text(_) | Value::Bytes(_) => false,
            };
            if field.is_none() && fits {
                *field = Some(index);
            }
        }
        found
    }
}
