//! `/api/v1/openapi.json`: what can be asked and what is answered, for programs.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use web::{Asset, Problem, asset};

use super::poller::Poller;
use super::request::Parameters;

const DOCUMENT: Asset =
    Asset { path: "api/v1/openapi.json", content: include_str!("openapi.json") };

/// The route.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new().route("/api/v1/openapi.json", get(document))
}

async fn document(parameters: Parameters, request: HeaderMap) -> Result<Response, Problem> {
    parameters.only(&[])?;
    Ok(asset(&DOCUMENT, &request))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The paths of a router, as a document writes them. axum tells them nowhere else.
    fn paths(router: &Router<Arc<Poller>>) -> BTreeSet<String> {
        let shown = format!("{router:?}");
        let quoted = shown.split('"').skip(1).step_by(2);
        let paths = quoted.filter(|text| text.starts_with('/') && !text.contains("__private"));
        paths.map(|path| path.replace("{*", "{")).collect()
    }

    fn is_part_of_the_page(path: &str) -> bool {
        [".css", ".js", ".svg"].iter().any(|end| path.ends_with(end))
    }

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let mut routes = paths(&crate::mmash::routes());
        assert!(routes.contains("/stats/{prefix}"), "{routes:?}");
        routes.retain(|path| !is_part_of_the_page(path));
        let document: serde_json::Value = serde_json::from_str(DOCUMENT.content).unwrap();
        let documented = document["paths"].as_object().unwrap().keys().cloned();
        assert_eq!(documented.collect::<BTreeSet<_>>(), routes);
    }
}
