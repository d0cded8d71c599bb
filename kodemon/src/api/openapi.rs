//! `/api/openapi.json`: what can be asked and what is answered, for programs.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use web::{Asset, Parameters, Problem, asset};

use super::Api;

const DOCUMENT: Asset = Asset { path: "api/openapi.json", content: include_str!("openapi.json") };

/// The route.
pub fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/openapi.json", get(document))
}

async fn document(parameters: Parameters, request: HeaderMap) -> Result<Response, Problem> {
    parameters.only(&[])?;
    Ok(asset(&DOCUMENT, &request))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let mut routes = web::paths(&crate::api::routes());
        // What stands behind a key, which may have slashes, is no route of its own.
        assert!(routes.remove("/api/keys/{key}"));
        routes.extend(["executions", "summary"].map(|end| format!("/api/keys/{{key}}/{end}")));
        let document: serde_json::Value = serde_json::from_str(DOCUMENT.content).unwrap();
        let documented = document["paths"].as_object().unwrap().keys().cloned();
        assert_eq!(documented.collect::<BTreeSet<_>>(), routes);
    }
}
