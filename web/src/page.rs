//! A tool's page: a file of the program, its parts, and those of the kit.

use std::collections::BTreeSet;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;

use crate::{ASSETS, Asset, asset};

/// The files of the folder `page`, beside the file that says this: `parts!["list.js", …]`. The
/// page asks for them as `/page/…`.
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

/// The paths of a router, as an OpenAPI document writes them, without what pages are made of: so
/// that a test can tell whether the document has every route. axum tells them nowhere but here.
pub fn paths<S>(router: &Router<S>) -> BTreeSet<String> {
    let shown = format!("{router:?}");
    let quoted = shown.split('"').skip(1).step_by(2);
    let paths = quoted.filter(|text| text.starts_with('/') && !text.contains("__private"));
    paths.filter(|path| !is_part_of_a_page(path)).map(|path| path.replace("{*", "{")).collect()
}

fn is_part_of_a_page(path: &str) -> bool {
    [".css", ".js", ".svg"].iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_as_a_document_writes_them() {
        const PAGE: Asset = Asset { path: "", content: "" };
        const PARTS: &[Asset] = &[Asset { path: "page/page.js", content: "" }];
        let router = page::<()>(&PAGE, PARTS)
            .route("/keys/{key}", get(|| async {}))
            .route("/rest/{*rest}", get(|| async {}));
        let paths: Vec<_> = paths(&router).into_iter().collect();
        assert_eq!(paths, ["/", "/keys/{key}", "/rest/{rest}"]);
    }
}
