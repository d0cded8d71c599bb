//! The page and its assets.

use mmstats_web::Asset;

/// The page itself.
pub const INDEX: Asset = Asset { path: "", content: include_str!("page/index.html") };

/// What it loads, besides the kit.
pub const ASSETS: &[Asset] = mmstats_web::parts![
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
