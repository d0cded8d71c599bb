//! Files that are part of the program, and the routes that serve them.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

/// A file that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path, without the leading `/`.
    pub path: &'static str,
    /// Its content.
    pub content: &'static str,
}

impl Asset {
    const fn content_type(&self) -> &'static str {
        match self.path.as_bytes() {
            [.., b'.', b'c', b's', b's'] => "text/css; charset=utf-8",
            [.., b'.', b'j', b's'] => "text/javascript; charset=utf-8",
            [.., b'.', b'j', b's', b'o', b'n'] => "application/json",
            [.., b'.', b's', b'v', b'g'] => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        }
    }
}

/// Serves an asset. The browser caches it and revalidates it each time: another version of the
/// program may have another one.
pub fn asset<S>(asset: &'static Asset) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move |request: HeaderMap| async move { respond(asset, &request) })
}

/// The asset, or 304 if the client has it.
pub(crate) fn respond(asset: &'static Asset, request: &HeaderMap) -> Response {
    let mut hasher = DefaultHasher::new();
    asset.content.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let headers =
        [(CONTENT_TYPE, asset.content_type()), (CACHE_CONTROL, "no-cache"), (ETAG, &*tag)];
    if is_cached(request, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, asset.content).into_response()
}

/// Whether the client has the version with this tag. A proxy that compresses makes the tag a weak
/// one; `*` matches any (RFC 9110, 13.1.2).
fn is_cached(request: &HeaderMap, tag: &str) -> bool {
    let known = request.get_all(IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
    let mut known = known.flat_map(|known| known.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        for (known, expected) in [
            (&["\"a\""][..], true),
            (&["W/\"a\""], true),
            (&["\"b\", W/\"a\" ,\"c\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["*"], true),
            (&["\"b\""], false),
            (&["a"], false),
            (&["w/\"a\""], false),
            (&["W/\"b\""], false),
            (&[], false),
        ] {
            let mut request = HeaderMap::new();
            for known in known {
                request.append(IF_NONE_MATCH, known.parse().unwrap());
            }
            assert_eq!(is_cached(&request, "\"a\""), expected, "{known:?}");
        }
    }
}
