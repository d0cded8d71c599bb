//! Per-call timings of functions: sent over UDP, stored, served, and drawn on a page.
#![forbid(unsafe_code)]
