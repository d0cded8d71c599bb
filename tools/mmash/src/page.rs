//! The page.

use mmstats_web::Asset;

/// The page itself.
pub const INDEX: Asset = Asset { path: "", content: include_str!("page/index.html") };

/// What it loads, besides the kit.
pub const ASSETS: &[Asset] = mmstats_web::parts![
    "detail.js",
    "display.js",
    "empty_state.js",
    "files.js",
    "icon.svg",
    "page.css",
    "page.js",
    "panel.js",
    "per_file.js",
    "processes.js",
    "stat.js",
    "stat_list.js",
    "stats.js",
    "url.js",
    "warnings.js",
];
