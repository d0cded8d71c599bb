//! The building blocks of a tool's page: style, live stream, list, chart and what they need.

use crate::asset::Asset;

/// Lists files of the folder `kit`, under the same path.
macro_rules! kit {
    ($($name:literal),* $(,)?) => {
        &[$(Asset {
            path: concat!("kit/", $name),
            content: include_str!(concat!("../kit/", $name)),
        }),*]
    };
}

/// The kit's files. A page loads them as `kit/…`.
pub const ASSETS: &[Asset] = kit![
    "axes.js",
    "chart.css",
    "chart.js",
    "controls.js",
    "dom.js",
    "escape.js",
    "filter.js",
    "format.js",
    "grid.js",
    "layout.css",
    "list.css",
    "order.js",
    "plot.js",
    "scale.js",
    "series.js",
    "spark.js",
    "stream.js",
    "style.css",
    "virtual.js",
    "watch.js",
];
