//! What the web tools have in common: a server that is safe by default, live streams, and the
//! page's building blocks. It knows nothing of what is shown.
//!
//! A tool makes a [`Router`](axum::Router) of its own routes, and a [`Server`] serves it:
//!
//! - only hosts that are meant are answered, so that no other page's script reaches it by a name
//!   of its own (DNS rebinding): [`Hosts`];
//! - `GET` and `HEAD` only, requests without a body, of limited size, in limited time, from a
//!   limited number of connections: [`Limits`];
//! - what clients don't read takes little memory, however many they are;
//! - every answer says that the page loads from here alone, isn't framed, and is what its type
//!   says.
//!
//! A route asks for the request's [`Parameters`] and for the [`Rest`] of its path, and gives an
//! [`answer`] or a [`Problem`]. What changes is sent as server-sent events from a [`Feed`], encoded
//! once however many watch. What Prometheus scrapes is in the [`Exposition`] that it wants. A route that
//! works on everything there is does so on [`Workers`], and
//! [`health`] is the route for whoever supervises the server.
//!
//! The page is part of the program: each of its files an [`Asset`], its own by [`parts!`], the
//! kit's as [`ASSETS`]; [`page`] has all their routes. So is the OpenAPI [`document`], and a test
//! compares [`documented_paths`] with [`paths`].
#![forbid(unsafe_code)]

mod answer;
mod answered;
mod asset;
mod body;
mod connections;
mod exposition;
mod feed;
mod health;
mod hosts;
mod in_flight;
mod kit;
mod limits;
mod listener;
mod openapi;
mod paced;
mod page;
mod problem;
mod request;
mod request_log;
mod route;
mod safety;
mod server;
mod socket_file;
mod workers;

pub use answer::answer;
pub use answered::{Answered, Witness};
pub use asset::{Asset, asset};
pub use body::body_of_parts;
pub use exposition::Exposition;
pub use feed::{Feed, TooManyStreams};
pub use health::health;
pub use hosts::Hosts;
pub use limits::Limits;
pub use openapi::{document, documented_paths, paths};
pub use page::{page, page_assets};
pub use problem::Problem;
pub use request::{Parameters, Rest};
pub use request_log::RequestLog;
pub use route::{Route, router};
pub use server::{Server, ending_by_signal};
pub use workers::Workers;
