//! A path that is compared by its bytes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

/// A path that is compared by its bytes: comparing paths splits them into components.
#[derive(Clone, Debug)]
pub(super) struct PathKey(pub Arc<Path>);

impl Borrow<OsStr> for PathKey {
    fn borrow(&self) -> &OsStr {
        self.0.as_os_str()
    }
}

impl Ord for PathKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_os_str().cmp(other.0.as_os_str())
    }
}

impl PartialOrd for PathKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for PathKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for PathKey {}
