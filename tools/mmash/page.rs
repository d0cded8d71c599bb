//! The page and what it is made of.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use web::{Asset, Problem, asset};

use super::poller::Poller;

const PAGE: &[Asset] = &[
    Asset { path: "", content: include_str!("page/index.html") },
    Asset { path: "page.js", content: include_str!("page/page.js") },
    Asset { path: "page.css", content: include_str!("page/page.css") },
];

/// The page, its files, and the stream that it lives on.
pub fn routes() -> Router<Arc<Poller>> {
    let router = Router::new().route("/api/v1/stream", get(stream));
    PAGE.iter().chain(web::ASSETS).fold(router, |router, file| {
        let answer = move |request: HeaderMap| async move { asset(file, &request) };
        router.route(&format!("/{}", file.path), get(answer))
    })
}

async fn stream(State(poller): State<Arc<Poller>>) -> Response {
    poller.feed().stream().unwrap_or_else(|_| {
        let reason = "as many pages watch as may; close one";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason).into_response()
    })
}
