//! Every path that kodemon answers, and its handler.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use mmstats_web::{Route, asset, document, health, page_assets};

use crate::api::{self, AppState};
use crate::page;

/// The routes, except for the page's assets.
fn routes() -> Vec<Route<Arc<AppState>>> {
    vec![
        ("/", asset(&page::INDEX)),
        ("/api/keys", get(api::keys)),
        // A key may contain slashes, so what follows it is recognized by its end.
        ("/api/keys/{*key}", get(api::of_key)),
        ("/api/tokens", get(api::tokens)),
        ("/api/stream", get(api::stream)),
        ("/api/health", get(api::health)),
        ("/api/openapi.json", document(&api::OPENAPI)),
        ("/metrics", get(api::metrics)),
        ("/healthz", health(api::check)),
    ]
}

/// All routes.
pub fn router() -> Router<Arc<AppState>> {
    mmstats_web::router(routes()).merge(page_assets(page::ASSETS))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_openapi_document_has_every_route_and_no_other() {
        let document: serde_json::Value = serde_json::from_str(api::OPENAPI.content).unwrap();
        let documented: BTreeSet<_> =
            document["paths"].as_object().unwrap().keys().cloned().collect();
        let served = routes().into_iter().flat_map(|(path, _)| match path {
            "/api/keys/{*key}" => {
                vec![format!("/api/keys/{{key}}/executions"), format!("/api/keys/{{key}}/summary")]
            }
            path => vec![path.to_owned()],
        });
        assert_eq!(documented, served.collect());
    }
}
