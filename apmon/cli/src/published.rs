//! What tells the files of `apmon receive --publish` from all others.

/// The name of the struct of stats that each node is published in.
pub const STRUCT_NAME: &str = "ApMonNode";
