//! The interface of the original's mmash 0.8.0: its routes and its settings file.

mod aggregation;
mod routes;
mod settings;

pub use routes::{all_files, labels, redirect, some_files, stats};
pub use settings::Settings;
