//! How a packet is shown: JSON for programs, text for people. Never with its password.

mod hex;
mod json;
mod text;

pub use json::JsonPacket;
pub use text::{push_line, push_lines};
