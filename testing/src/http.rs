//! HTTP by hand, over a socket: it can send what a browser never would.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::TIMEOUT;

/// A parsed response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names are in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        let Self { status, body, .. } = self;
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{status}: {error}: {body}"))
    }
}

/// Requests a path like a browser on this machine.
#[track_caller]
pub fn get(address: SocketAddr, path: &str) -> Answer {
    let answer = send(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n"));
    answer.unwrap_or_else(|| panic!("no answer to {path}"))
}

/// Sends these bytes and returns the first response; `None` if the connection is closed without
/// one.
pub fn send(address: SocketAddr, request: &str) -> Option<Answer> {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    receive(&mut stream)
}

/// A connection with timeouts.
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}

/// A text as part of a path or query, with every byte percent-encoded.
pub fn percent_encoded(text: &str) -> String {
    let encoded: Vec<_> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    encoded.concat()
}

/// Requests a path on a connection without waiting for the response.
pub fn ask(stream: &mut TcpStream, address: SocketAddr, path: &str) {
    // In one write, as separate parts would delay each other.
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
}

/// Whether a response has begun to arrive.
pub fn has_answer(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let found = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    found.is_ok()
}

/// The next response on a connection, with a body of its Content-Length.
pub fn receive(stream: &mut TcpStream) -> Option<Answer> {
    let mut answer = receive_head(stream)?;
    if let Some(length) = answer.header("content-length") {
        let mut body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
        answer.body = String::from_utf8(body).unwrap();
    }
    Some(answer)
}

/// The next response without its body: to HEAD, or of a stream.
pub fn receive_head(stream: &mut TcpStream) -> Option<Answer> {
    let head = head(stream)?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    Some(Answer { status, headers: headers.collect(), body: String::new() })
}

/// Reads up to the empty line, byte by byte: what follows belongs to the body.
fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            end => {
                eprintln!("{end:?} within the head {:?}", String::from_utf8_lossy(&head));
                return None;
            }
        }
    }
    String::from_utf8(head).ok()
}

/// The decoded body of a chunked response, such as a stream.
pub struct Chunks {
    stream: BufReader<TcpStream>,
    /// Bytes left of the current chunk.
    left: usize,
}

impl Chunks {
    /// Reads from a connection whose head has been read.
    pub fn of(stream: TcpStream) -> Self {
        Self { stream: BufReader::new(stream), left: 0 }
    }
}

impl Read for Chunks {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 || line == "0\r\n" {
                return Ok(0);
            }
            // A chunk ends with an empty line.
            let size = line.trim_end();
            if !size.is_empty() {
                self.left = usize::from_str_radix(size, 16).expect("the size of a chunk");
            }
        }
        let most = self.left.min(bytes.len());
        let read = self.stream.read(&mut bytes[..most])?;
        self.left -= read;
        Ok(read)
    }
}
