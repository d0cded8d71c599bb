//! A call as the server handles it.

use std::sync::Arc;

/// A call on its way into a store. Calls share their names, which come from the
/// [`Catalog`](crate::catalog::Catalog).
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// File and function.
    pub key: Arc<str>,
    /// Who sent it.
    pub token: Arc<str>,
    /// When it began: Unix time in seconds.
    pub timestamp: f64,
    /// Seconds.
    pub execution_time: f64,
    /// Further fields: a JSON object.
    pub extra: Option<Arc<str>>,
}
