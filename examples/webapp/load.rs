//! Two clients that request pages, with a short pause between requests.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const CLIENTS: usize = 2;
const PAUSE: Duration = Duration::from_micros(500);

pub struct Load {
    stopping: Arc<AtomicBool>,
    clients: Vec<JoinHandle<u64>>,
}

impl Load {
    pub fn start(server: SocketAddr) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let client = |_| {
            let stopping = Arc::clone(&stopping);
            thread::spawn(move || {
                let mut answered = 0;
                if let Err(error) = ask(server, &stopping, &mut answered) {
                    eprintln!("webapp: a client gave up: {error}");
                }
                answered
            })
        };
        let clients = (0..CLIENTS).map(client).collect();
        Self { stopping, clients }
    }

    /// Stops the clients; returns the number of answered requests.
    pub fn stop(self) -> u64 {
        self.stopping.store(true, Ordering::Release);
        self.clients.into_iter().map(|client| client.join().unwrap_or(0)).sum()
    }
}

fn ask(server: SocketAddr, stopping: &AtomicBool, answered: &mut u64) -> io::Result<()> {
    let stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(&stream);
    // One page in ten fails, one in fifty asks for the stats.
    for number in 1_u64.. {
        if stopping.load(Ordering::Acquire) {
            break;
        }
        let target = match number {
            number if number.is_multiple_of(50) => "/status",
            number if number.is_multiple_of(10) => "/500",
            _ => "/",
        };
        (&stream)
            .write_all(format!("GET {target} HTTP/1.1\r\nHost: {server}\r\n\r\n").as_bytes())?;
        read_response(&mut reader)?;
        *answered += 1;
        thread::sleep(PAUSE);
    }
    Ok(())
}

fn read_response(reader: &mut BufReader<&TcpStream>) -> io::Result<()> {
    let mut size = 0;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            size = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    io::copy(&mut reader.take(size), &mut io::sink()).map(drop)
}
