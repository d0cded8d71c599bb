//! `/api/openapi.json`: what can be asked and what is answered, for programs.

use std::sync::Arc;

use axum::Router;
use mmstats_web::Asset;

use super::Api;

const DOCUMENT: Asset = Asset { path: "api/openapi.json", content: include_str!("openapi.json") };

/// The route.
pub fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/openapi.json", mmstats_web::document(&DOCUMENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let mut routes = mmstats_web::paths(&crate::api::routes());
        // What stands behind a key, which may have slashes, is no route of its own.
        assert!(routes.remove("/api/keys/{key}"));
        routes.extend(["executions", "summary"].map(|end| format!("/api/keys/{{key}}/{end}")));
        assert_eq!(mmstats_web::documented_paths(&DOCUMENT), routes);
    }
}
