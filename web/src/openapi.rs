//! A tool's OpenAPI document.

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
        parameters.allow_only(&[])?;
        Ok::<Response, Problem>(respond(document, &request))
    })
}
