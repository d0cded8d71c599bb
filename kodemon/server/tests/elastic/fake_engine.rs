//! A fake engine with deliberate errors: just enough of the API to be written to.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

/// What it does with a request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Returns this and does nothing.
    Answer(u16, String),
    /// Stores the documents except these, by position, which get a status each.
    Except(Vec<(usize, u16)>),
    /// Does what it should, then closes the connection in the middle of the response.
    CutShort,
    /// Sends a response without an end.
    Endless,
    /// Sends no response.
    Silence,
}

/// An engine on a port that the system chooses, until the test ends.
#[derive(Clone)]
pub struct FakeEngine {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What to do with the next requests, by the end of their path; the last one stays.
    acts: BTreeMap<&'static str, VecDeque<Act>>,
    /// By id.
    documents: BTreeMap<String, Value>,
    requests: Vec<Request>,
}

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    /// Names are in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl FakeEngine {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let engine = Self { address, state: Arc::default() };
        let serving = engine.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                thread::spawn(move || serving.serve(&stream.unwrap()));
            }
        });
        engine
    }

    /// Does this with the next requests to a path (`_bulk`, `_search` or `/`), one after the
    /// other, and then what it should.
    pub fn next(&self, path: &'static str, acts: impl IntoIterator<Item = Act>) {
        self.state().acts.entry(path).or_default().extend(acts);
    }

    /// Its URL for kodemon.
    pub fn store(&self) -> String {
        format!("elasticsearch:{}", self.url())
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has stored.
    pub fn documents(&self) -> Vec<Value> {
        self.state().documents.values().cloned().collect()
    }

    /// The requests to a path so far.
    pub fn requests(&self, path: &str) -> Vec<Request> {
        let state = self.state();
        let of_path = |request: &&Request| request.path() == path;
        state.requests.iter().filter(of_path).cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Serves the requests of a connection.
    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some(request) = Request::read(&mut reader) {
            let mut state = self.state();
            state.requests.push(request.clone());
            let act = state.acts.get_mut(request.path()).and_then(VecDeque::pop_front);
            let excepted = match &act {
                Some(Act::Except(excepted)) => excepted.clone(),
                _ => Vec::new(),
            };
            let (status, body) = match &act {
                Some(Act::Answer(status, body)) => (*status, body.clone()),
                _ => (200, state.answer(&request, &excepted).to_string()),
            };
            drop(state);
            let mut out = stream;
            let length = match act {
                Some(Act::Endless) => usize::MAX >> 8,
                _ => body.len(),
            };
            let head = format!("HTTP/1.1 {status} So\r\nContent-Length: {length}\r\n\r\n");
            let written = match act {
                Some(Act::CutShort) => {
                    let _ = out.write_all((head + &body[..body.len() / 2]).as_bytes());
                    return;
                }
                Some(Act::Endless) => {
                    let _ = out.write_all(head.as_bytes());
                    while out.write_all(&[b' '; 8192]).is_ok() {}
                    return;
                }
                // The client gives up and closes the connection.
                Some(Act::Silence) => reader.read(&mut [0]).map(|_| ()),
                _ => out.write_all((head + &body).as_bytes()),
            };
            if written.is_err() {
                return;
            }
        }
    }
}

impl State {
    /// As it should be.
    fn answer(&mut self, request: &Request, excepted: &[(usize, u16)]) -> Value {
        match request.path() {
            "/" => json!({"version": {"number": "8.19.0"}}),
            "_bulk" => self.bulk(&request.body, excepted),
            "_search" => json!({
                "timed_out": false, "_shards": {"failed": 0, "total": 0}, "hits": {"hits": []},
            }),
            _ => json!({}),
        }
    }

    fn bulk(&mut self, body: &str, excepted: &[(usize, u16)]) -> Value {
        let lines: Vec<Value> =
            body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let items = lines.chunks(2).enumerate().map(|(at, lines)| {
            let id = lines[0]["create"]["_id"].as_str().unwrap().to_owned();
            let refused = excepted.iter().find(|(position, _)| *position == at);
            let status = match refused {
                Some((_, status)) => *status,
                None if self.documents.contains_key(&id) => 409,
                None => {
                    self.documents.insert(id, lines[1].clone());
                    201
                }
            };
            let error =
                (status != 201).then(|| json!({"type": "test_error", "reason": "on purpose"}));
            json!({"create": {"status": status, "error": error}})
        });
        let items: Vec<_> = items.collect();
        json!({"errors": items.iter().any(|item| item["create"]["status"] != 201), "items": items})
    }
}

impl Request {
    fn read(reader: &mut impl BufRead) -> Option<Self> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let headers = lines.iter().filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<_, _> =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).unwrap();
        Some(Self { line: lines.remove(0), headers, body })
    }

    /// The last segment of its path, or `/`.
    fn path(&self) -> &str {
        let path = self.line.split([' ', '?']).nth(1).unwrap();
        path.rsplit('/').next().filter(|end| !end.is_empty()).unwrap_or("/")
    }
}
