//! Files as they are created, and those that are rejected.

mod applications;
mod created;
mod hostile;
mod rejected;
mod unwritable;
