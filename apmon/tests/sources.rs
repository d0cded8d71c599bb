//! Where configuration is read from: files and servers in every state.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use apmon::config::{Configuration, LoadError, Source, Sources};
use mmstats_testing::TIMEOUT;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

/// The limit for servers that never give a whole response.
const SHORT: Duration = Duration::from_millis(300);

fn sources(texts: &[&str]) -> Sources {
    texts.iter().map(|text| text.parse::<Source>().unwrap()).collect()
}

#[track_caller]
fn load_from(path: &Path) -> Result<Configuration, LoadError> {
    Sources::from_iter([Source::File(path.to_owned())]).load()
}

/// The reason why a file isn't used, and that it is named.
#[track_caller]
fn file_error(path: &Path) -> String {
    let error = load_from(path).unwrap_err();
    assert_eq!(error.failures.len(), 1);
    assert!(error.to_string().starts_with(&format!("{}: ", path.display())), "{error}");
    error.failures[0].reason.clone()
}

#[track_caller]
fn url_error(url: &str) -> String {
    let began = Instant::now();
    let error = sources(&[url]).load_within(TIMEOUT).unwrap_err();
    assert!(began.elapsed() < TIMEOUT, "{error}");
    error.failures[0].reason.clone()
}

fn hosts(configuration: &Configuration) -> Vec<&str> {
    configuration.destinations.iter().map(|destination| &*destination.host).collect()
}

/// Starts a server and returns its URL without a path. It calls `answer` with the head of each request.
fn serve(answer: impl Fn(&mut TcpStream, &str) -> std::io::Result<()> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<_> =
                lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            // The client may leave at any time.
            let _ = answer(&mut stream, &head.join("\n"));
        }
    });
    format!("http://{address}")
}

/// A server that sends the same to everybody.
fn serve_bytes(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    serve(move |stream, _| stream.write_all(&bytes))
}

fn response(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
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

#[test]
fn what_is_no_regular_file_is_an_error_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    mkfifo(&fifo, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    assert_eq!(file_error(&fifo), "found no regular file, expected one");
    let link = folder.path().join("link");
    symlink(&fifo, &link).unwrap();
    assert_eq!(file_error(&link), "found no regular file, expected one");
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert_eq!(file_error(&socket), "found no regular file, expected one");
    for device in ["/dev/zero", "/dev/null"] {
        assert_eq!(file_error(Path::new(device)), "found no regular file, expected one");
    }
    assert_eq!(file_error(folder.path()), "found a directory, expected a file");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(file_error(&folder.path().join("none")).contains("No such file"));
    let endless = folder.path().join("loop");
    symlink(&endless, &endless).unwrap();
    assert!(file_error(&endless).contains("symbolic links"));
    // The first page isn't mapped.
    assert!(file_error(Path::new("/proc/self/mem")).contains("Input/output error"));
}

#[test]
fn a_file_may_have_1_mib() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("conf");
    let text = |bytes: usize| format!("a\n#{}", "x".repeat(bytes - 3));
    fs::write(&path, text(1 << 20)).unwrap();
    assert_eq!(hosts(&load_from(&path).unwrap()), ["a"]);
    fs::write(&path, text((1 << 20) + 1)).unwrap();
    assert_eq!(file_error(&path), "larger than 1048576 bytes");
    // Without a length of its own.
    assert!(file_error(Path::new("/proc/self/status")).starts_with("no destination; line "));
}

#[test]
fn a_source_without_destination_is_an_error_with_its_first_bad_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("conf");
    for (text, expected) in [
        ("", "no destination"),
        ("xApMon_extras = off\n", "no destination"),
        (
            "\na:0 pw\nb:0\n",
            "no destination; line 2: a:0: expected a port from 1 to 65535, found \"0\"",
        ),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(file_error(&path), expected);
    }
}

#[test]
fn links_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("conf"), folder.path().join("link"));
    fs::write(&path, "a").unwrap();
    symlink("conf", &link).unwrap();
    assert_eq!(hosts(&load_from(&link).unwrap()), ["a"]);
}

#[test]
fn a_file_that_is_replaced_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (path, new) = (folder.path().join("conf"), folder.path().join("new"));
    let text = |host: &str| format!("{host}-first\n{}{host}-last\n", "#\n".repeat(20_000));
    let texts = [text("one"), text("other")];
    fs::write(&path, &texts[0]).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for text in texts.iter().cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                fs::write(&new, text).unwrap();
                fs::rename(&new, &path).unwrap();
            }
        });
        let results: Vec<_> = (0..100).map(|_| load_from(&path)).collect();
        done.store(true, Ordering::Relaxed);
        for result in results {
            let configuration = result.unwrap();
            let hosts = hosts(&configuration);
            assert!(
                [["one-first", "one-last"], ["other-first", "other-last"]]
                    .contains(&[hosts[0], hosts[1]])
            );
        }
    });
}

#[test]
fn sources_are_tried_in_random_order_until_one_has_a_destination() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("one"), "one").unwrap();
    fs::write(path("other"), "other").unwrap();
    fs::write(path("empty"), "").unwrap();
    let sources = sources(&[&path("empty"), &path("none"), &path("one"), &path("other")]);
    let mut seen = [0; 2];
    let mut failures = [0; 3];
    for _ in 0..200 {
        let Configuration { destinations, problems, .. } = sources.load().unwrap();
        assert_eq!(destinations.len(), 1);
        seen[usize::from(destinations[0].host == "one")] += 1;
        failures[problems.len()] += 1;
        for problem in problems {
            let expected =
                if problem.source == path("empty") { "no destination" } else { "No such file" };
            assert!(problem.to_string().starts_with(&format!("{}: {expected}", problem.source)));
        }
    }
    // Each is expected in 33 or more of 200.
    assert!(seen.iter().chain(&failures).all(|count| *count > 0), "{seen:?} {failures:?}");
}

#[test]
fn an_error_has_the_reason_of_each_source() {
    let error = sources(&["/nonexistent/a", "/nonexistent/b"]).load().unwrap_err();
    let mut sources: Vec<_> = error.failures.iter().map(|failure| &*failure.source).collect();
    sources.sort_unstable();
    assert_eq!(sources, ["/nonexistent/a", "/nonexistent/b"]);
    assert_eq!(error.to_string().matches("No such file").count(), 2);
    assert_eq!(Sources::default().load().unwrap_err().to_string(), "no source of configuration");
}

#[test]
fn a_password_that_every_user_can_read_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("conf");
    for (text, mode, reported) in [
        ("a pw\nb pw", 0o644, true),
        ("a pw", 0o604, true),
        ("a pw", 0o640, false),
        ("a pw", 0o600, false),
        ("a", 0o644, false),
        // It isn't used.
        ("a\na pw", 0o644, false),
    ] {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let problems = load_from(&path).unwrap().problems;
        let count = problems.iter().filter(|problem| problem.reason.contains("every user")).count();
        assert_eq!(count, usize::from(reported), "{text:?} {mode:o}: {problems:?}");
    }
}
