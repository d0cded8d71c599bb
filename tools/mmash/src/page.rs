//! The page and what it is made of.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use mmstats_web::{Asset, Parameters, Problem};

use crate::polling::Poller;

const PAGE: Asset = Asset { path: "", content: include_str!("page/index.html") };

/// What the page is made of, besides the kit.
const PARTS: &[Asset] = mmstats_web::parts![
    "detail.js",
    "files.js",
    "icon.svg",
    "measures.js",
    "nothing.js",
    "page.css",
    "page.js",
    "panel.js",
    "places.js",
    "processes.js",
    "rows.js",
    "stat.js",
    "stats.js",
    "view.js",
    "warnings.js",
];

/// The page, its parts, and the stream that it lives on.
pub fn routes() -> Router<Arc<Poller>> {
    mmstats_web::page(&PAGE, PARTS).route("/api/v1/stream", get(stream))
}

async fn stream(
    parameters: Parameters,
    State(poller): State<Arc<Poller>>,
) -> Result<Response, Problem> {
    parameters.only(&[])?;
    poller.feed().stream().map_err(|_| {
        let reason = "as many pages watch as may; close one";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason)
    })
}
