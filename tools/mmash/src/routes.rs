//! Every path that mmash answers, and its handler.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use mmstats_web::{Route, asset, document, health, page_assets};

use crate::state::AppState;
use crate::{api, compat, page};

/// The routes, but for the page's assets.
fn routes() -> Vec<Route<Arc<AppState>>> {
    vec![
        ("/", asset(&page::INDEX)),
        ("/api/v1/files", get(api::files)),
        ("/api/v1/history", get(api::history)),
        ("/api/v1/history/ended", get(api::ended)),
        ("/api/v1/stats", get(api::stats)),
        ("/api/v1/stats/{*label}", get(api::stat)),
        ("/api/v1/names/{*name}", get(api::name)),
        ("/api/v1/stream", get(api::stream)),
        ("/api/v1/openapi.json", document(&api::OPENAPI)),
        ("/metrics", get(api::metrics)),
        ("/healthz", health(|state: &Arc<AppState>| state.health())),
        // The original's. Its page stood at /graph/.
        ("/stats/", get(compat::labels)),
        ("/stats/{*prefix}", get(compat::stats)),
        ("/files/", get(compat::all_files)),
        ("/files/{*glob}", get(compat::some_files)),
        ("/stats", compat::redirect("stats/")),
        ("/files", compat::redirect("files/")),
        ("/graph", compat::redirect("./")),
        ("/graph/", compat::redirect("../")),
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
        let served = routes().into_iter().map(|(path, _)| path.replace("{*", "{")).collect();
        assert_eq!(documented, served);
    }
}
