//! The page.

use mmstats_web::Asset;

/// The page itself.
pub const INDEX: Asset = Asset { path: "", content: include_str!("page/index.html") };

/// What it loads, besides the kit.
pub const ASSETS: &[Asset] = mmstats_web::parts![
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
