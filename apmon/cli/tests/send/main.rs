//! `apmon send` end to end: what a receiver gets.

mod arguments;
mod receiver;
mod stdin;
