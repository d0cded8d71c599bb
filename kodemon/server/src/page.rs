//! The page and what it is made of.

use axum::Router;
use mmstats_web::Asset;

const PAGE: Asset = Asset { path: "", content: include_str!("page/index.html") };

/// What the page is made of, besides the kit.
const PARTS: &[Asset] = mmstats_web::parts![
    "api.js",
    "detail.js",
    "executions.js",
    "icon.svg",
    "keys.js",
    "nothing.js",
    "page.css",
    "page.js",
    "points.js",
    "range.js",
    "rows.js",
    "summaries.js",
    "texts.js",
    "times.js",
    "view.js",
];

/// The page and its parts. It asks the API like everybody else.
pub fn routes() -> Router {
    mmstats_web::page(&PAGE, PARTS)
}
