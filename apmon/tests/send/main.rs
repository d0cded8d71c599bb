//! What a sender sends, and what it does when it can't. Tests that fork, or that count descriptors,
//! do so in a program of their own.

mod addresses;
mod descriptors;
mod encoding;
mod ending;
mod forks;
mod names;
mod order;
mod published;
mod receiver;
mod refusals;
mod reports;
mod silence;
mod split;
