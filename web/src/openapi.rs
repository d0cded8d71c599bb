//! A tool's OpenAPI document: served as it stands, and held against the routes by a test.

use std::collections::BTreeSet;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use crate::asset::{Asset, respond};
use crate::problem::Problem;
use crate::request::Parameters;

/// The handler of the document. It accepts no parameters.
pub fn document<S>(document: &'static Asset) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move |parameters: Parameters, request: HeaderMap| async move {
        parameters.only(&[])?;
        Ok::<Response, Problem>(respond(document, &request))
    })
}

/// The paths that a document has.
///
/// # Panics
///
/// Where it isn't an OpenAPI document.
pub fn documented_paths(document: &Asset) -> BTreeSet<String> {
    let document: serde_json::Value = serde_json::from_str(document.content).expect("JSON");
    document["paths"].as_object().expect("it has paths").keys().cloned().collect()
}

/// The paths of a router, as an OpenAPI document writes them, without what pages are made of. axum
/// tells them nowhere but here.
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
    use crate::page;

    #[test]
    fn paths_are_told_as_a_document_writes_them() {
        const PAGE: Asset = Asset { path: "", content: "" };
        const PARTS: &[Asset] = &[Asset { path: "page/page.js", content: "" }];
        const DOCUMENT: Asset = Asset {
            path: "openapi.json",
            content: r#"{"paths": {"/": {}, "/keys/{key}": {}, "/openapi.json": {}, "/rest/{rest}": {}}}"#,
        };
        let router = page::<()>(&PAGE, PARTS)
            .route("/openapi.json", document(&DOCUMENT))
            .route("/keys/{key}", get(|| async {}))
            .route("/rest/{*rest}", get(|| async {}));
        let paths = paths(&router);
        assert_eq!(paths.len(), 4, "{paths:?}");
        assert_eq!(paths, documented_paths(&DOCUMENT));
    }
}
