//! The interface of the original's mmash 0.8.0: its routes and its settings file.

mod aggregate;
mod routes;
mod settings;

pub use routes::routes;
pub use settings::Settings;
