//! Whom the server answers. The rules are shared with the other web tools and tested where they
//! are defined; these tests check that they apply to this server.

use mmstats_testing::http;
use mmstats_testing::kodemon::{Kodemon, command, start};

#[test]
fn only_accepted_hosts_are_answered() {
    let directory = tempfile::TempDir::new().unwrap();
    let kodemon = Kodemon::of(command(directory.path()).args(["--host", "timings.example"]));
    for (host, status) in [
        ("localhost:4001", 200),
        ("127.0.0.1", 200),
        ("timings.example", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
    ] {
        for path in ["/api/health", "/api/keys", "/metrics"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            let answer = http::send(kodemon.server.address, &request).unwrap();
            assert_eq!(answer.status, status, "{host} {path}");
        }
    }
}

#[test]
fn nothing_can_be_changed_and_pages_load_only_from_here() {
    let (_directory, kodemon) = start();
    let address = kodemon.server.address;
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let request = format!("{method} /api/keys HTTP/1.1\r\nHost: {address}\r\n\r\n");
        assert_eq!(http::send(address, &request).unwrap().status, 405, "{method}");
    }
    for path in ["/", "/api/keys", "/api/none", "/metrics"] {
        let answer = kodemon.server.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
}

#[test]
fn message_text_cannot_control_a_terminal() {
    let (_directory, kodemon) = start();
    kodemon.send(format!(
        "{{\"key\":\"\\u001b[2J\\u202e\",\"token\":\"\\u009b\",\"timestamp\":{},\
         \"execution_time\":1,\"x\":\"\\u001b]0;\u{7f}\u{9b}\"}}",
        mmstats_testing::kodemon::now()
    ));
    kodemon.until_stored(1);
    let key = "%1B[2J%E2%80%AE";
    for path in ["/api/keys", "/api/tokens", &format!("/api/keys/{key}/executions")] {
        let body = kodemon.server.get(path).body;
        let harmful = |character: char| character.is_control() && character != '\n';
        assert!(!body.contains(harmful) && !body.contains('\u{202e}'), "{path}: {body:?}");
    }
    let page = kodemon.json(&format!("/api/keys/{key}/executions"));
    assert_eq!(page["executions"][0]["extra"]["x"], "\u{1b}]0;\u{7f}\u{9b}");
}
