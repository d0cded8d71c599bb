//! The attribute macro of kodemon.
#![forbid(unsafe_code)]
