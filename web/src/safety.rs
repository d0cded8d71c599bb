//! What holds for every request and every answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST, HeaderName, REFERRER_POLICY,
    TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::timeout::TimeoutLayer;

use crate::{Hosts, Limits, Problem};

/// Scripts, styles, pictures and data come from here alone; nobody frames the page.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; object-src 'none'";

/// On every answer.
const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Puts the checks in front of all routes, and the headers on all answers.
pub fn secured(router: Router, hosts: Hosts, limits: Limits) -> Router {
    let timeout =
        TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits.answer_time);
    router
        .layer(timeout)
        .layer(middleware::from_fn_with_state(Arc::new(hosts), check))
        .layer(middleware::from_fn(with_headers))
}

async fn check(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    match refusal(&hosts, &request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

fn refusal(hosts: &Hosts, request: &Request<Body>) -> Option<Response> {
    let host = host_of(request);
    if !host.is_some_and(|host| hosts.allow(host)) {
        let reason = match host {
            Some(host) => format!("this server isn't called {host:?}"),
            None => "the request names no host, or several".to_owned(),
        };
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, reason).into_response());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let reason = format!("{} isn't allowed: only GET and HEAD", request.method());
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, reason);
        return Some(([(ALLOW, "GET, HEAD")], problem).into_response());
    }
    has_body(request.headers()).then(|| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "requests have no body here").into_response()
    })
}

/// The one host that the request names: in its header, and where its target is a whole address
/// in that too.
fn host_of(request: &Request<Body>) -> Option<&str> {
    let mut named = request.headers().get_all(HOST).iter();
    let header = named.next()?.to_str().ok()?;
    let contradicts = request.uri().authority().is_some_and(|target| target.as_str() != header);
    (named.next().is_none() && !contradicts).then_some(header)
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING)
        || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
