//! The files of a tool's page, and those of the kit.

use axum::Router;

use crate::asset::{Asset, asset};
use crate::kit;

/// The files of the folder `page`, beside the file that says this: `parts!["list.js", …]`. The
/// page loads them as `page/…`: all addresses are relative, as a proxy may serve it under a path.
#[macro_export]
macro_rules! parts {
    ($($name:literal),* $(,)?) => {
        &[$($crate::Asset {
            path: concat!("page/", $name),
            content: include_str!(concat!("page/", $name)),
        }),*]
    };
}

/// The routes of a page's files and of the kit's.
pub fn page_assets<S>(assets: &'static [Asset]) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    assets
        .iter()
        .chain(kit::ASSETS)
        .fold(Router::new(), |router, file| router.route(&format!("/{}", file.path), asset(file)))
}
