//! A tool's routes as a table, which both the router and the test of its OpenAPI document read.

use axum::Router;
use axum::routing::MethodRouter;

/// A path, as axum writes it, and its handler.
pub type Route<S> = (&'static str, MethodRouter<S>);

/// A router of these routes.
pub fn router<S>(routes: impl IntoIterator<Item = Route<S>>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let add = |router: Router<S>, (path, handler): Route<S>| router.route(path, handler);
    routes.into_iter().fold(Router::new(), add)
}
