//! A tool's page: a file of the program, its parts, and those of the kit.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;

use crate::{ASSETS, Asset, asset};

/// The files of the folder `page`, beside the file that says this: `parts!["list.js", …]`. The
/// page asks for them as `page/…`: all addresses are relative, as a proxy may serve it under a path.
#[macro_export]
macro_rules! parts {
    ($($name:literal),* $(,)?) => {
        &[$($crate::Asset {
            path: concat!("page/", $name),
            content: include_str!(concat!("page/", $name)),
        }),*]
    };
}

/// The routes of a page that stands at `/` if its path is empty, of its parts, and of the kit's.
pub fn page<S>(page: &'static Asset, parts: &'static [Asset]) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    [page].into_iter().chain(parts).chain(ASSETS).fold(Router::new(), |router, part| {
        let answer = move |request: HeaderMap| async move { asset(part, &request) };
        router.route(&format!("/{}", part.path), get(answer))
    })
}
