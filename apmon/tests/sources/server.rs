//! Servers of the tests.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Starts a server and returns its URL without a path. It calls `answer` with the head of each request.
pub fn serve(
    answer: impl Fn(&mut TcpStream, &str) -> std::io::Result<()> + Send + 'static,
) -> String {
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
pub fn serve_bytes(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    serve(move |stream, _| stream.write_all(&bytes))
}

pub fn response(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
