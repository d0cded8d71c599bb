//! `apmon run` end to end: what the command gets, and what is sent about it.

mod command;
mod exit_codes;
mod faults;
mod figures;
mod generations;
mod signals;
mod terminal;
mod untouched;
