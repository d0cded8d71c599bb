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
mod connections;
mod exposition;
mod feed;
mod health;
mod hosts;
mod in_flight;
mod limits;
mod listener;
mod openapi;
mod paced;
mod page;
mod parts;
mod problem;
mod request;
mod request_log;
mod safety;
mod server;
mod socket_file;
mod workers;

pub use answer::answer;
pub use answered::{Answered, Witness};
pub use asset::{Asset, asset};
pub use exposition::Exposition;
pub use feed::{Feed, TooManyStreams};
pub use health::health;
pub use hosts::Hosts;
pub use limits::Limits;
pub use openapi::{document, documented_paths, paths};
pub use page::page;
pub use parts::body_of_parts;
pub use problem::Problem;
pub use request::{Parameters, Rest};
pub use request_log::RequestLog;
pub use server::{Server, ending_by_signal};
pub use workers::Workers;

/// The kit's own files, for a tool's page: style, live stream, list, chart and what they need. A
/// page asks for them as `kit/…`.
pub const ASSETS: &[Asset] = &[
    Asset { path: "kit/axes.js", content: include_str!("../kit/axes.js") },
    Asset { path: "kit/chart.css", content: include_str!("../kit/chart.css") },
    Asset { path: "kit/chart.js", content: include_str!("../kit/chart.js") },
    Asset { path: "kit/controls.js", content: include_str!("../kit/controls.js") },
    Asset { path: "kit/dom.js", content: include_str!("../kit/dom.js") },
    Asset { path: "kit/escape.js", content: include_str!("../kit/escape.js") },
    Asset { path: "kit/filter.js", content: include_str!("../kit/filter.js") },
    Asset { path: "kit/format.js", content: include_str!("../kit/format.js") },
    Asset { path: "kit/grid.js", content: include_str!("../kit/grid.js") },
    Asset { path: "kit/layout.css", content: include_str!("../kit/layout.css") },
    Asset { path: "kit/list.css", content: include_str!("../kit/list.css") },
    Asset { path: "kit/order.js", content: include_str!("../kit/order.js") },
    Asset { path: "kit/plot.js", content: include_str!("../kit/plot.js") },
    Asset { path: "kit/scale.js", content: include_str!("../kit/scale.js") },
    Asset { path: "kit/series.js", content: include_str!("../kit/series.js") },
    Asset { path: "kit/spark.js", content: include_str!("../kit/spark.js") },
    Asset { path: "kit/stream.js", content: include_str!("../kit/stream.js") },
    Asset { path: "kit/style.css", content: include_str!("../kit/style.css") },
    Asset { path: "kit/virtual.js", content: include_str!("../kit/virtual.js") },
    Asset { path: "kit/watch.js", content: include_str!("../kit/watch.js") },
];
