//! The middleware of every route: checks of the request, timeout, headers, `on_response`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST, HeaderName,
    REFERRER_POLICY, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use super::allowed_hosts::AllowedHosts;
use super::connections::Connection;
use super::limits::Limits;
use super::on_response::{OnResponse, RequestSummary};
use super::response_budget::{BudgetedBody, ResponseBudget};
use crate::problem::Problem;

/// Scripts, styles, images and data come from this server only, and no page may frame this one.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; object-src 'none'";

/// The headers of every response.
const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

struct Context {
    hosts: AllowedHosts,
    response_timeout: Duration,
    on_response: Option<OnResponse>,
    budget: Arc<ResponseBudget>,
}

/// Adds the middleware to all routes, and 404 for every other path.
pub fn with_middleware(
    router: Router,
    hosts: AllowedHosts,
    limits: &Limits,
    on_response: Option<OnResponse>,
) -> Router {
    let budget = Arc::new(ResponseBudget::new(limits.response_budget));
    let response_timeout = limits.response_timeout;
    let context = Arc::new(Context { hosts, response_timeout, on_response, budget });
    router.fallback(not_found).layer(middleware::from_fn_with_state(context, handle))
}

async fn not_found(uri: Uri) -> Problem {
    Problem::not_found(format!("there is nothing at {:?}", uri.path()))
}

async fn handle(State(context): State<Arc<Context>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let connection = request.extensions().get::<Arc<Connection>>().cloned();
    let on_response = (context.on_response.as_ref())
        .map(|on_response| (on_response, request.method().clone(), request.uri().clone()));
    let mut response = match rejection(&context.hosts, &request) {
        Some(rejection) => rejection,
        None => respond(context.response_timeout, request, next).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // Responses are of this moment, unless a route says otherwise.
    let cache_control = response.headers_mut().entry(CACHE_CONTROL);
    cache_control.or_insert(HeaderValue::from_static("no-store"));
    if let Some((on_response, method, uri)) = on_response {
        let (status, latency) = (response.status(), started.elapsed());
        on_response(&RequestSummary { method: &method, uri: &uri, status, latency });
    }
    match connection {
        Some(connection) => {
            let budget = Arc::clone(&context.budget);
            response.map(|body| Body::new(BudgetedBody::new(body, budget, connection)))
        }
        None => response,
    }
}

async fn respond(timeout: Duration, request: Request, next: Next) -> Response {
    tokio::time::timeout(timeout, next.run(request)).await.unwrap_or_else(|_| {
        let reason = format!("no response within {timeout:?}");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason).into_response()
    })
}

/// The response to a request that isn't accepted.
fn rejection(hosts: &AllowedHosts, request: &Request<Body>) -> Option<Response> {
    let host = match host_of(request) {
        Ok(host) => host,
        Err(reason) => return Some(Problem::bad_request(reason).into_response()),
    };
    if !hosts.contains(host) {
        let reason = format!("host {host:?} isn't accepted; --host adds it");
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, reason).into_response());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let reason = format!("{} isn't allowed, only GET and HEAD are", request.method());
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, reason);
        return Some(([(ALLOW, "GET, HEAD")], problem).into_response());
    }
    has_body(request.headers()).then(|| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "requests can't have a body").into_response()
    })
}

/// The host that the request names in its header and, if its target is absolute, in that too.
fn host_of(request: &Request<Body>) -> Result<&str, &'static str> {
    let mut named = request.headers().get_all(HOST).iter();
    let header = named.next().ok_or("the request has no Host header")?;
    let header = header.to_str().map_err(|_| "the Host header isn't ASCII")?;
    let contradicts = |target: &str| !target.eq_ignore_ascii_case(header);
    if named.next().is_some()
        || request.uri().authority().is_some_and(|target| contradicts(target.as_str()))
    {
        return Err("the request names several hosts");
    }
    Ok(header)
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING)
        || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
}
