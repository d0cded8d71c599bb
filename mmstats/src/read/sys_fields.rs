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

#[cfg(test)]
mod tests {
    use crate::format::{DeclaredField, Identity, Kind, Layout, NewFile};
    use crate::read::StatsFile;

    fn file(fields: &[(&str, &'static str, u64)], identity: &Identity) -> StatsFile {
        let declared = |&(label, signature, word): &(&str, &'static str, u64)| DeclaredField {
            initial: word.to_ne_bytes().to_vec().into(),
            ..DeclaredField::zeroed(label, signature, Kind::Info)
        };
        let fields: Vec<_> = fields.iter().map(declared).collect();
        let image = NewFile::compose(&fields, identity, Layout::Aligned, 0, 4096).unwrap();
        StatsFile::from_bytes("file", image.bytes).unwrap()
    }

    #[test]
    fn the_last_number_counts_whatever_its_prefix() {
        let fields = [
            ("sys.tid", "q", 7),
            ("sys.created", "d", 1.5_f64.to_bits()),
            ("web.sys.tid", "q", 8),
            ("web.sys.created", "Q", 2),
            ("sys.tid", "d", 9.0_f64.to_bits()),
            ("sys.tid", "8s", u64::from_ne_bytes(*b"12345678")),
            ("sys.created", "8s", 0),
            ("sys.tid.other", "q", 9),
        ];
        let file = file(&fields, &Identity::default());
        assert_eq!((file.tid(), file.created()), (Some(8), Some(2.0)));
    }

    #[test]
    fn a_thread_id_that_is_no_number_is_the_identity_s() {
        let identity = Identity { tid: 5, ..Identity::default() };
        assert_eq!(file(&[("sys.tid", "Q", u64::MAX)], &identity).tid(), Some(5));
        assert_eq!(file(&[], &identity).tid(), Some(5));
        for created in [f64::NAN, f64::INFINITY] {
            let fields = [("sys.created", "d", created.to_bits())];
            assert_eq!(file(&fields, &identity).created(), None);
        }
    }
}
