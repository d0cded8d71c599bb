//! `/api/v1/openapi.json`: what can be asked and what is answered, for programs.

use std::sync::Arc;

use axum::Router;
use mmstats_web::Asset;

use crate::polling::Poller;

const DOCUMENT: Asset =
    Asset { path: "api/v1/openapi.json", content: include_str!("openapi.json") };

/// The route.
pub fn routes() -> Router<Arc<Poller>> {
    mmstats_web::document(&DOCUMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let routes = mmstats_web::paths(&crate::routes());
        assert!(routes.contains("/stats/{prefix}"), "{routes:?}");
        assert_eq!(mmstats_web::documented_paths(&DOCUMENT), routes);
    }
}
