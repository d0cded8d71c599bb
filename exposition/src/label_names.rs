//! The names of labels that come from dimensions, whose keys may be any text.

use crate::labels::{is_label_name, is_name_character};
use crate::spelling::push_escaped;

/// What Prometheus puts before the name of a label that something else needs.
const EXPORTED: &str = "exported_";
/// Labels of buckets and quantiles.
const OF_FORMATS: [&str; 2] = ["le", "quantile"];

/// Gives each key a label's name of its own.
///
/// A key that is a label's name keeps it. One that the exposition needs for itself gets `exported_`
/// before it, as Prometheus does it: `exported_pid`; so does `__x`, as names that begin with `__`
/// are Prometheus' own. Any other key is written in Prometheus' escaping: `U__my_2d_key`.
///
/// That depends on the key alone, so that a series has the same labels whichever others there are.
/// No two keys get the same name: `exported_pid` becomes `exported_exported_pid`, and a key that
/// begins with `U__` is escaped as well.
#[derive(Clone, Debug, Default)]
pub struct LabelNames {
    reserved: Vec<String>,
}

impl LabelNames {
    /// Names that no key gets, besides `le` and `quantile`: those of labels that samples have
    /// otherwise.
    pub fn reserving(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { reserved: names.into_iter().map(Into::into).collect() }
    }

    /// Appends the name of a key; `further` is also reserved.
    pub(crate) fn push(&self, out: &mut String, key: &str, further: Option<&str>) {
        let reserved = || {
            let reserved = self.reserved.iter().map(String::as_str);
            reserved.chain(OF_FORMATS).chain(further)
        };
        let is_special = ["_", "U__", EXPORTED].iter().any(|start| key.starts_with(start));
        if !is_special && is_label_name(key) && reserved().all(|name| name != key) {
            out.push_str(key);
            return;
        }
        let mut name = String::new();
        if is_label_name(key) && !key.starts_with("U__") {
            name.push_str(key);
        } else {
            push_escaped(&mut name, key, is_name_character);
        }
        // All keys that differ only in how often they are exported are exported the same number of
        // times more, so that they still differ.
        let (original, _) = exported(&name);
        let taken = reserved().map(exported).filter(|(name, _)| *name == original);
        let more = taken.map(|(_, times)| times + 1).max();
        let more = more.unwrap_or_else(|| usize::from(original.starts_with("__")));
        (0..more).for_each(|_| out.push_str(EXPORTED));
        out.push_str(&name);
    }
}

/// A name without `exported_`, and how often that stands before it.
fn exported(name: &str) -> (&str, usize) {
    let original = name.trim_start_matches(EXPORTED);
    (original, (name.len() - original.len()) / EXPORTED.len())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn name(names: &LabelNames, key: &str) -> String {
        let mut out = String::new();
        names.push(&mut out, key, None);
        out
    }

    #[test]
    fn keys_are_names_where_they_can_be() {
        let names = LabelNames::reserving(["cmd", "pid"]);
        for (key, expected) in [
            ("status", "status"),
            ("_private", "_private"),
            ("camelCase9", "camelCase9"),
            ("pidns", "pidns"),
            ("exported_status", "exported_status"),
            ("exported_", "exported_"),
            ("pid", "exported_pid"),
            ("exported_pid", "exported_exported_pid"),
            ("exported_exported_pid", "exported_exported_exported_pid"),
            ("le", "exported_le"),
            ("quantile", "exported_quantile"),
            ("__name__", "exported___name__"),
            ("__x", "exported___x"),
            ("exported___x", "exported_exported___x"),
            ("my-key", "U__my_2d_key"),
            ("my_key.x", "U__my__key_2e_x"),
            ("U__my_2d_key", "U__U____my__2d__key"),
            ("U_x", "U_x"),
            ("9", "U__9"),
            ("a:b", "U__a_3a_b"),
            ("größe", "U__gr_f6__df_e"),
            ("\u{1f600}\"\\\n", "U___1f600__22__5c__a_"),
        ] {
            assert_eq!(name(&names, key), expected);
            assert!(is_label_name(expected) && !expected.starts_with("__"), "{key}");
        }
        let mut out = String::new();
        names.push(&mut out, "value", Some("value"));
        assert_eq!((&*out, &*name(&names, "value")), ("exported_value", "value"));
    }

    /// Also where a reserved name looks as if it had been made here.
    #[test]
    fn no_two_keys_share_a_name_and_none_gets_a_reserved_one() {
        let parts = ["exported_", "exported_", "U__", "__", "pid", "a-b", "a_2d_b", ":"];
        let mut keys = vec![String::new()];
        for _ in 0..4 {
            let longer = keys.iter().flat_map(|key| parts.map(|part| format!("{part}{key}")));
            keys = keys.iter().cloned().chain(longer).collect();
        }
        keys.sort_unstable();
        keys.dedup();
        keys.remove(0);
        let reserved = ["pid", "exported_exported_pid", "U__a_2d_b", "exported_a_2d_b"];
        let names = LabelNames::reserving(reserved);
        let mut keys_by_name = HashMap::new();
        for key in &keys {
            let name = name(&names, key);
            assert!(is_label_name(&name) && !name.starts_with("__"), "{key}: {name}");
            assert!(!reserved.contains(&&*name), "{key}: {name}");
            let other = keys_by_name.insert(name.clone(), key);
            assert_eq!(other, None, "{key}: {name}");
        }
        assert!(keys.len() > 1_000, "{}", keys.len());
    }
}
