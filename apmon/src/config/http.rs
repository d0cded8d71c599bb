//! Reads a configuration from a URL, with limits of time and size.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use ureq::http::{StatusCode, Uri};
use ureq::{Agent, Error};

/// The most bytes of a body.
const MAX_BYTES: u64 = 64 << 10;
/// The most redirects that are followed.
const MAX_REDIRECTS: u32 = 3;

/// The body at a URL.
///
/// A thread asks for it: however a name server or a server behaves, the answer is there in time or
/// it's an error.
pub fn get(url: &str, timeout: Duration) -> Result<Vec<u8>, String> {
    if timeout.is_zero() {
        return Err("not asked, other servers took all the time".to_owned());
    }
    let url = url.to_owned();
    within(timeout, move || get_within(&url, timeout))
}

/// Does something in a thread, and waits for it at most as long as given.
fn within<T: Send + 'static>(
    timeout: Duration,
    action: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let (sender, result) = sync_channel(1);
    thread::Builder::new()
        .name("apmon-http".to_owned())
        // Nobody waits any more if it can't be sent.
        .spawn(move || drop(sender.send(action())))
        .map_err(|error| format!("no thread could be started: {error}"))?;
    match result.recv_timeout(timeout) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(too_late(timeout)),
        Err(RecvTimeoutError::Disconnected) => Err("the HTTP client failed".to_owned()),
    }
}

fn get_within(url: &str, timeout: Duration) -> Result<Vec<u8>, String> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(MAX_REDIRECTS)
        .max_redirects_will_error(true)
        // Proxies in the environment are for browsers.
        .proxy(None)
        // Of the look-up and of all redirects together.
        .timeout_global(Some(timeout))
        .user_agent(concat!("apmon/", env!("CARGO_PKG_VERSION")));
    let reason = |error| reason(error, timeout);
    let uri: Uri = url.parse().map_err(|_| invalid_url())?;
    if !has_valid_port(&uri) {
        return Err(invalid_url());
    }
    let response = Agent::from(config.build()).get(uri).call().map_err(reason)?;
    let status = response.status();
    if status != StatusCode::OK {
        return Err(format!("expected status 200, found {}", status.as_u16()));
    }
    // One more: a body that ends at the limit is as good as a shorter one.
    let body = response.into_body().into_with_config().limit(MAX_BYTES + 1).read_to_vec();
    let body = body.map_err(reason)?;
    if body.len() as u64 > MAX_BYTES { Err(too_large()) } else { Ok(body) }
}

fn reason(error: Error, timeout: Duration) -> String {
    match error {
        Error::Timeout(_) => too_late(timeout),
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => too_late(timeout),
        Error::BodyExceedsLimit(_) => too_large(),
        Error::BadUri(_) | Error::Http(_) => invalid_url(),
        Error::TooManyRedirects => format!("more than {MAX_REDIRECTS} redirects"),
        Error::TlsRequired => "it redirects to https, which isn't supported".to_owned(),
        Error::Protocol(error) => format!("not a valid HTTP response: {error}"),
        Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// Whether the port is a number or absent. The client takes port 80 for 99999.
fn has_valid_port(uri: &Uri) -> bool {
    uri.authority().is_some_and(|authority| {
        let behind_user = authority.as_str().rsplit('@').next().unwrap_or_default();
        behind_user == authority.host() || authority.port_u16().is_some()
    })
}

fn invalid_url() -> String {
    "not a valid URL".to_owned()
}

fn too_late(timeout: Duration) -> String {
    format!("no whole response within {timeout:.1?}")
}

fn too_large() -> String {
    format!("larger than {MAX_BYTES} bytes")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// As a look-up may, whose name server is silent.
    #[test]
    fn what_never_ends_is_given_up() {
        let (sender, never) = channel::<()>();
        let timeout = Duration::from_millis(20);
        let result = within(timeout, move || never.recv().map_err(|error| error.to_string()));
        assert_eq!(result.unwrap_err(), "no whole response within 20.0ms");
        drop(sender);
    }
}
