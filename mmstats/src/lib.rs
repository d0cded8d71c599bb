//! `/proc` for your application.
#![deny(unsafe_code)]
#![warn(missing_docs)]
#![allow(dead_code, unused_imports, reason = "scaffold")]

#[forbid(unsafe_code)]
pub mod format;
