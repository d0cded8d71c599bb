//! What the web tools share: a server that is safe by default, live streams, and the building
//! blocks of a page. It knows nothing of what is shown.
//!
//! A tool has a table of [`Route`]s, of which [`router`] makes a [`Router`](axum::Router), and a
//! [`Server`] serves it:
//!
//! - only expected hosts are accepted, so that no foreign page's script can reach the server under
//!   that page's name (DNS rebinding): [`AllowedHosts`];
//! - only `GET` and `HEAD`, and requests without a body; sizes, times and the number of connections
//!   are limited: [`Limits`];
//! - responses that clients don't read take little memory, however many clients there are;
//! - headers of every response say that the page loads from this server only, can't be framed, and
//!   is what its content type says.
//!
//! A handler takes the request's [`Parameters`] and the [`PathTail`], and returns a
//! [`json_response`] or a [`Problem`]. Changes are sent as server-sent events by a [`Feed`], encoded
//! once for all subscribers. A scrape is answered in the format that [`negotiate_exposition`]
//! returns. Handlers that compute for long do so on [`Workers`]; [`health`] is for what supervises
//! the server.
//!
//! The page is part of the program: its files, listed by [`parts!`], and those of the kit are
//! [`Asset`]s, served by [`page_assets`]. So is the OpenAPI [`document`].
#![forbid(unsafe_code)]

mod asset;
mod body;
mod exposition;
mod feed;
mod health;
mod json;
mod kit;
mod openapi;
mod page;
mod problem;
mod request;
mod request_log;
mod route;
mod server;
mod workers;

pub use asset::{Asset, asset};
pub use body::chained_body;
pub use exposition::{exposition_response, negotiate_exposition};
pub use feed::{Feed, TooManyStreams};
pub use health::health;
pub use json::json_response;
pub use openapi::document;
pub use page::page_assets;
pub use problem::Problem;
pub use request::{Parameters, PathTail};
pub use request_log::RequestLog;
pub use route::{Route, router};
pub use server::{AllowedHosts, Limits, RequestSummary, Server, shutdown_signal};
pub use workers::Workers;
