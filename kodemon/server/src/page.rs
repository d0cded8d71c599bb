//! The page and its assets.

use mmstats_web::Asset;

/// The page itself.
pub const INDEX: Asset = Asset { path: "", content: include_str!("page/index.html") };

/// What it loads, besides the kit.
pub const ASSETS: &[Asset] = mmstats_web::parts![
    "api.js",
    "detail.js",
    "empty_state.js",
    "executions.js",
    "function_list.js",
    "icon.svg",
    "keys.js",
    "page.css",
    "page.js",
    "points.js",
    "range.js",
    "range_controls.js",
    "summaries.js",
    "texts.js",
    "url.js",
];
