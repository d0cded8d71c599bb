//! Packets as bytes and as values: those of old senders, wrong ones and random ones.

mod naive;
mod old_versions;
mod random;
mod rejected;
