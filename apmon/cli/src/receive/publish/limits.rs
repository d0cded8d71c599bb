//! How much of a node is published.

/// Maximum number of bytes of a label: any stats file takes such a one at any moment.
pub const MAX_LABEL: usize = 255;
/// Maximum number of a node's parameters.
pub const MAX_PARAMETERS: usize = 1_000;
/// Maximum number of bytes of a text.
pub const MAX_TEXT: usize = 256;
