//! What holds for every request and every answer.

use std::sync::Arc;
use std::time::Instant;

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

use crate::answered::{Answered, Witness};
use crate::connections::Connection;
use crate::in_flight::{InFlight, Metered};
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

struct Rules {
    hosts: Hosts,
    limits: Limits,
    witness: Option<Witness>,
    in_flight: Arc<InFlight>,
}

/// Puts the checks in front of all routes, and the headers on all answers. What no route answers
/// isn't there.
pub fn secured(router: Router, hosts: Hosts, limits: Limits, witness: Option<Witness>) -> Router {
    let in_flight = Arc::new(InFlight::new(limits.in_flight));
    let rules = Arc::new(Rules { hosts, limits, witness, in_flight });
    router.fallback(not_found).layer(middleware::from_fn_with_state(rules, answer))
}

async fn not_found(target: Uri) -> Problem {
    Problem::not_found(format!("there is nothing at {:?}", target.path()))
}

async fn answer(State(rules): State<Arc<Rules>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let connection = request.extensions().get::<Arc<Connection>>().cloned();
    let asked = (rules.witness.as_ref())
        .map(|witness| (witness, request.method().clone(), request.uri().clone()));
    let mut response = match refusal(&rules.hosts, &request) {
        Some(refusal) => refusal,
        None => in_time(&rules.limits, request, next).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // What is told is of this moment, unless a route says otherwise.
    let kept = response.headers_mut().entry(CACHE_CONTROL);
    kept.or_insert(HeaderValue::from_static("no-store"));
    if let Some((witness, method, target)) = asked {
        let took = started.elapsed();
        witness(&Answered { method: &method, target: &target, status: response.status(), took });
    }
    match connection {
        Some(connection) => {
            let in_flight = Arc::clone(&rules.in_flight);
            response.map(|body| Body::new(Metered::new(body, in_flight, connection)))
        }
        None => response,
    }
}

async fn in_time(limits: &Limits, request: Request, next: Next) -> Response {
    tokio::time::timeout(limits.answer_time, next.run(request)).await.unwrap_or_else(|_| {
        let reason = format!("there is no answer within {:?}", limits.answer_time);
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason).into_response()
    })
}

fn refusal(hosts: &Hosts, request: &Request<Body>) -> Option<Response> {
    let host = match host_of(request) {
        Ok(host) => host,
        Err(reason) => return Some(Problem::bad_request(reason).into_response()),
    };
    if !hosts.allow(host) {
        let reason = format!("this server isn't called {host:?}: it can be, by --host");
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
fn host_of(request: &Request<Body>) -> Result<&str, &'static str> {
    let mut named = request.headers().get_all(HOST).iter();
    let header = named.next().ok_or("the request names no host")?;
    let header = header.to_str().map_err(|_| "the request's host is no name")?;
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
