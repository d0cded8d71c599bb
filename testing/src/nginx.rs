//! nginx as a process, with `docs/nginx.conf`: its paths and ports are those of a test, and it
//! compresses everything.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::TIMEOUT;
use crate::command::run;
use crate::http::{self, Answer, Chunks};
use crate::required::is_installed;
use crate::stats_dir::write;

/// The host name of requests, which the servers behind it must accept.
pub const HOST: &str = "stats.example";
/// The credentials, in a URL and in a header.
pub const USER: &str = "viewer:secret";
const AUTHORIZATION: &str = "Basic dmlld2VyOnNlY3JldA==";

/// An nginx that runs until it is dropped.
pub struct Nginx {
    child: Child,
    pub address: SocketAddr,
    directory: TempDir,
}

impl Nginx {
    /// Starts one; `None` if it isn't installed: the test is skipped.
    pub fn start() -> Option<Self> {
        if !["nginx", "openssl"].into_iter().all(is_installed) {
            return None;
        }
        let directory = TempDir::new().unwrap();
        certificate(directory.path());
        write(directory.path(), "stats.htpasswd", USER.replace(':', ":{PLAIN}").as_bytes());
        for _ in 0..5 {
            // It doesn't report a port that the system chose, so it gets one that was free.
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let configuration = configure(directory.path(), address);
            let mut command = Command::new("nginx");
            command.arg("-c").arg(configuration).arg("-e").arg(directory.path().join("errors"));
            let mut child = command.stdin(Stdio::null()).spawn().unwrap();
            if listens(&mut child, address) {
                return Some(Self { child, address, directory });
            }
        }
        panic!("nginx doesn't start");
    }

    /// Where it expects a server's socket: `unix:PATH`.
    pub fn socket(&self, name: &str) -> String {
        format!("unix:{}/{name}.sock", self.directory.path().display())
    }

    /// Requests a path with the password.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.ask(path, &[]).0
    }

    /// The same without a password.
    #[track_caller]
    pub fn get_unknown(&self, path: &str) -> Answer {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        http::send(self.address, &request).expect("an answer")
    }

    /// Requests a path with additional headers; a stream's body is left to read.
    #[track_caller]
    pub fn ask(&self, path: &str, headers: &[&str]) -> (Answer, Chunks) {
        let mut stream = http::connect(self.address);
        let headers: Vec<_> = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let headers = headers.concat();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {AUTHORIZATION}\r\n{headers}\r\n"
        )
        .unwrap();
        let answer = http::receive(&mut stream).unwrap_or_else(|| panic!("no answer to {path}"));
        (answer, Chunks::of(stream))
    }

    /// Requests a page and everything that it refers to, and returns all URLs. Each must exist.
    #[track_caller]
    pub fn crawl(&self, page: &str) -> BTreeSet<String> {
        let (mut found, mut left) = (BTreeSet::new(), vec![page.to_owned()]);
        while let Some(path) = left.pop() {
            let answer = self.get(&path);
            assert_eq!(answer.status, 200, "{path}");
            found.insert(path.clone());
            let references = references(&answer.body).into_iter().map(|to| resolve(&path, to));
            left.extend(references.filter(|to| !found.contains(to)));
        }
        found
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("{:?}", fs::read_to_string(self.directory.path().join("errors")));
        }
    }
}

fn certificate(directory: &Path) {
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt"]);
    command.args(["ec_paramgen_curve:P-256", "-subj", "/CN=stats.example"]);
    command.arg("-keyout").arg(directory.join("stats.example.key"));
    command.arg("-out").arg(directory.join("stats.example.pem"));
    let run = run(&mut command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

/// The site is the documented one. The rest keeps all files in this directory.
fn configure(directory: &Path, address: SocketAddr) -> PathBuf {
    let at = directory.display();
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/nginx.conf");
    let mut site = fs::read_to_string(site).unwrap();
    for (usual, here) in [
        ("/run/mmash", format!("{at}")),
        ("/run/kodemon", format!("{at}")),
        ("/etc/nginx", format!("{at}")),
        ("listen 443 ssl;", format!("listen unix:{at}/tls.sock ssl; listen {address};")),
    ] {
        assert!(site.contains(usual), "{usual}");
        site = site.replace(usual, &here);
    }
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {at}/{kind};\n"))
        .concat();
    // Its workers would run as another user, without access to this directory and the sockets.
    let user = if nix::unistd::getuid().is_root() { "user root root;" } else { "" };
    let configuration = format!(
        "{user}\ndaemon off;\nmaster_process off;\npid {at}/pid;\nevents {{}}\nhttp {{\n\
         access_log off;\n{paths}gzip on;\ngzip_types *;\n{site}}}\n"
    );
    write(directory, "nginx.conf", configuration.as_bytes())
}

/// Waits until it listens; `false` if it ended because the port was taken meanwhile.
fn listens(child: &mut Child, address: SocketAddr) -> bool {
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(began.elapsed() < TIMEOUT, "nginx doesn't listen");
        thread::sleep(Duration::from_millis(20));
    }
    true
}

/// What HTML and modules refer to.
fn references(text: &str) -> Vec<&str> {
    let marks = ["href=\"", "src=\"", "from \""];
    let behind = |mark| text.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
    marks.into_iter().flat_map(behind).collect()
}

/// Resolves a reference on a page as a browser does.
pub fn resolve(page: &str, reference: &str) -> String {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> =
        if reference.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in reference.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    if reference.ends_with(['.', '/']) && parts.last() != Some(&"") {
        parts.push("");
    }
    parts.join("/")
}
