//! The page.

use mmstats_web::Asset;

/// The page itself.
pub const INDEX: Asset = Asset { path: "", content: include_str!("page/index.html") };

/// What it loads, besides the kit.
pub const ASSETS: &[Asset] = mmstats_web::parts![
    "busiest.js",
    "choice.js",
    "content.js",
    "detail.js",
    "display.js",
    "empty_state.js",
    "excerpt.js",
    "files.js",
    "history.js",
    "icon.svg",
    "lines.js",
    "marks.js",
    "name.js",
    "outline.js",
    "page.css",
    "page.js",
    "panel.js",
    "per_file.js",
    "processes.js",
    "recorded.js",
    "rest.js",
    "row.js",
    "stat.js",
    "stat_list.js",
    "stats.js",
    "url.js",
    "warnings.js",
];
