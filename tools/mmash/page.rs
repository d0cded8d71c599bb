//! The page and what it is made of.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use web::{Asset, Problem, asset};

use super::poller::Poller;
use super::request::Parameters;

const PAGE: Asset = Asset { path: "", content: include_str!("page/index.html") };

/// What the page is made of, besides the kit.
macro_rules! parts {
    ($($name:literal),* $(,)?) => {
        &[$(Asset {
            path: concat!("page/", $name),
            content: include_str!(concat!("page/", $name)),
        }),*]
    };
}

const PARTS: &[Asset] = parts![
    "detail.js",
    "files.js",
    "filter.js",
    "icon.svg",
    "measures.js",
    "nothing.js",
    "page.css",
    "page.js",
    "places.js",
    "rows.js",
    "stats.js",
    "view.js",
];

/// The page, its parts, and the stream that it lives on. `/graph/` was the original's page.
pub fn routes() -> Router<Arc<Poller>> {
    let page = |request: HeaderMap| async move { asset(&PAGE, &request) };
    let router = Router::new()
        .route("/", get(page))
        .route("/graph/", get(page))
        .route("/api/v1/stream", get(stream));
    PARTS.iter().chain(web::ASSETS).fold(router, |router, part| {
        let answer = move |request: HeaderMap| async move { asset(part, &request) };
        router.route(&format!("/{}", part.path), get(answer))
    })
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
