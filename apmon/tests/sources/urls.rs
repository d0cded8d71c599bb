//! Servers in every state.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use apmon::config::{Source, Sources};
use mmstats_testing::TIMEOUT;

use crate::server::{response, serve, serve_bytes};
use crate::{hosts, sources};

/// The limit for servers that never give a whole response.
const SHORT: Duration = Duration::from_millis(300);

#[track_caller]
fn url_error(url: &str) -> String {
    let began = Instant::now();
    let error = sources(&[url]).load_within(TIMEOUT).unwrap_err();
    assert!(began.elapsed() < TIMEOUT, "{error}");
    error.failures[0].reason.clone()
}

#[test]
fn a_url_is_asked_for_as_it_stands() {
    let (sender, requests): (Sender<String>, _) = channel();
    let url = serve(move |stream, head| {
        sender.send(head.to_owned()).unwrap();
        stream.write_all(&response(b"# of the server\nfrom-url pw\nxApMon_maxMsgRate = 7\n"))
    });
    let url = format!("{url}/dest?appName=a%20b&x=1+2;y=/?");
    let configuration = sources(&[&url]).load().unwrap();
    assert_eq!(hosts(&configuration), ["from-url"]);
    assert_eq!((configuration.options.max_rate, &*configuration.problems), (7, &[][..]));
    let head = requests.recv_timeout(TIMEOUT).unwrap();
    assert!(head.starts_with("GET /dest?appName=a%20b&x=1+2;y=/? HTTP/1.1\n"), "{head}");
    let agent = concat!("user-agent: apmon/", env!("CARGO_PKG_VERSION"));
    assert!(head.to_lowercase().lines().any(|line| line == agent), "{head}");
}

#[test]
fn only_a_whole_response_with_status_200_is_used() {
    let with_status = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 1\r\n\r\na");
    for (bytes, expected) in [
        (with_status("500 Internal Server Error"), "found 500"),
        (with_status("404 Not Found"), "found 404"),
        (with_status("203 Non-Authoritative Information"), "found 203"),
        (with_status("300 Multiple Choices"), "location header"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na.example".into(), ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\na.example".into(), "disconnected"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na.exa".into(), "disconnected"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\na".into(), "HTTP response"),
        ("HTTP/1.1 200 OK\r\nContent-Le".into(), "disconnected"),
        ("ml.example.org password\n".into(), "HTTP response"),
        (String::new(), "disconnected"),
    ] {
        let url = serve_bytes(bytes.clone());
        if expected.is_empty() {
            sources(&[&url]).load().unwrap();
        } else {
            let reason = url_error(&url);
            assert!(reason.contains(expected), "{bytes:?}: {reason}");
        }
    }
}

#[test]
fn a_body_may_have_64_kib() {
    let body = |bytes: usize| format!("a\n#{}", "x".repeat(bytes - 3));
    let url = serve_bytes(response(body(65_536).as_bytes()));
    assert_eq!(hosts(&sources(&[&url]).load().unwrap()), ["a"]);
    let url = serve_bytes(response(body(65_537).as_bytes()));
    assert_eq!(url_error(&url), "larger than 65536 bytes");
}

#[test]
fn no_server_makes_memory_grow() {
    let chunked = "Transfer-Encoding: chunked\r\n\r\n40000000\r\n";
    for rest in ["Content-Length: 10737418240\r\n\r\n", "\r\n", chunked] {
        let url = serve(move |stream, _| {
            stream.write_all(format!("HTTP/1.1 200 OK\r\n{rest}").as_bytes())?;
            loop {
                stream.write_all(&[b'\n'; 4_096])?;
            }
        });
        assert_eq!(url_error(&url), "larger than 65536 bytes");
    }
    let url = serve(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            stream.write_all(b"X-Header: x\r\n")?;
        }
    });
    url_error(&url);
}

#[test]
fn three_redirects_are_followed() {
    let answer = |stream: &mut TcpStream, head: &str| {
        let path = head.split(' ').nth(1).unwrap().trim_start_matches('/');
        match path.parse::<u32>() {
            Ok(0) => stream.write_all(&response(b"a")),
            Ok(left) => {
                let head = format!("HTTP/1.1 302 Found\r\nLocation: /{}\r\n\r\n", left - 1);
                stream.write_all(head.as_bytes())
            }
            Err(_) => stream.write_all(b"HTTP/1.1 301 Moved\r\nLocation: loop\r\n\r\n"),
        }
    };
    let url = serve(answer);
    assert_eq!(hosts(&sources(&[&format!("{url}/3")]).load().unwrap()), ["a"]);
    for path in ["4", "loop"] {
        assert_eq!(url_error(&format!("{url}/{path}")), "more than 3 redirects");
    }
}

#[test]
fn a_redirect_stays_with_http() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for (location, expected) in [
        (format!("https://{address}/"), "it redirects to https, which isn't supported"),
        (format!("ftp://{address}/"), "not a valid URL"),
    ] {
        let head = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n");
        assert_eq!(url_error(&serve_bytes(head)), expected, "{location}");
    }
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    // It is connected by the system, and nobody accepts.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let began = Instant::now();
    let error = sources(&[&url]).load_within(SHORT).unwrap_err();
    assert_eq!(error.failures[0].reason, "no whole response within 300.0ms");
    assert!(began.elapsed() >= SHORT);
}

#[test]
fn a_server_that_sends_a_byte_now_and_then_is_given_up() {
    for head in ["HTTP/1.1 200 OK\r\nA:", "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"] {
        let url = serve(move |stream, _| {
            stream.set_nodelay(true)?;
            stream.write_all(head.as_bytes())?;
            // An endless line of a header, or of the body.
            loop {
                stream.write_all(b"a")?;
                thread::sleep(SHORT / 10);
            }
        });
        let error = sources(&[&url]).load_within(SHORT).unwrap_err();
        assert!(error.failures[0].reason.starts_with("no whole response within "), "{error}");
    }
}

#[test]
fn the_time_is_of_all_servers_together() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let urls: Vec<_> = (0..100).map(|number| format!("{url}?{number}")).collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    let began = Instant::now();
    let error = sources(&urls).load_within(SHORT).unwrap_err();
    assert!(began.elapsed() < 50 * SHORT);
    assert_eq!(error.failures.len(), 100);
    assert!(error.failures[99].reason.contains("not asked"), "{error}");
}

#[test]
fn a_wrong_url_is_an_error() {
    for (text, expected) in [
        ("https://conf.example.org/", "https isn't supported, only http"),
        ("HTTPS://conf.example.org/", "https isn't supported, only http"),
        ("", "no path"),
    ] {
        assert_eq!(text.parse::<Source>().unwrap_err().reason, expected, "{text}");
    }
    for text in ["http://", "http:///a", "http://a b/", "http://[::1/", "http://127.0.0.1:99999/"] {
        assert_eq!(url_error(text), "not a valid URL", "{text}");
    }
    assert!(matches!("http:/a".parse(), Ok(Source::File(_))));
    assert!(matches!("HTTP://a/".parse(), Ok(Source::Url(_))));
}

#[test]
fn a_password_in_a_url_is_not_shown() {
    let source: Source = "http://user:hunter2@127.0.0.1:1/a@b?c@d".parse().unwrap();
    assert_eq!(source.to_string(), "http://127.0.0.1:1/a@b?c@d");
    let error = Sources::from_iter([source.clone()]).load().unwrap_err();
    assert!(!format!("{source:?} {error} {error:?}").contains("hunter2"), "{error:?}");
    let error = "https://user:hunter2@a/".parse::<Source>().unwrap_err();
    assert_eq!(error.to_string(), "https://a/: https isn't supported, only http");
}
