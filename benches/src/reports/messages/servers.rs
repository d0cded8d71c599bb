//! Servers that receive messages, seen from outside.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::cases::tool;

/// An afternoon's work. It has SQLite's faster settings and a socket buffer as large
/// as kodemon's (33: `SO_RCVBUFFORCE`), so that only the work is compared.
const LOOP: &str = r#"
import json, socket, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = NORMAL")
database.execute("CREATE TABLE executions (key TEXT, token TEXT, timestamp REAL, execution_time REAL)")
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)
receiver.bind(("127.0.0.1", 0))
print("udp://127.0.0.1:%d" % receiver.getsockname()[1], flush=True)
received = 0
while True:
    message = json.loads(receiver.recvfrom(65536)[0])
    row = message["key"], message["token"], message["timestamp"], message["execution_time"]
    database.execute("INSERT INTO executions VALUES (?, ?, ?, ?)", row)
    received += 1
    if received % 1000 == 0:
        database.commit()
"#;

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    /// Where it reports how many messages it has stored.
    http: Option<SocketAddr>,
    directory: PathBuf,
}

/// kodemon, with its store in this directory.
pub fn kodemon(directory: &Path) -> Result<Server, Box<dyn Error>> {
    let mut command = Command::new(tool("KODEMON")?);
    command.args(["--udp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--store"]);
    command.arg(directory.join("kodemon.db")).env("MMSTATS_PATH", directory);
    Server::start(command, directory)
}

/// The loop, with its database in this directory.
pub fn python(directory: &Path) -> Result<Server, Box<dyn Error>> {
    let mut command = Command::new("python3");
    command.args(["-c", LOOP]).arg(directory.join("loop.db"));
    Server::start(command, directory)
}

impl Server {
    fn start(mut command: Command, directory: &Path) -> Result<Self, Box<dyn Error>> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().expect("it is piped");
        let mut http = None;
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            if let Some(address) = line.strip_prefix("http://") {
                http = Some(address.trim_end_matches('/').parse()?);
            }
            if let Some(address) = line.strip_prefix("udp://") {
                let (address, directory) = (address.parse()?, directory.to_path_buf());
                return Ok(Self { child, address, http, directory });
            }
        }
        Err("the server printed no address".into())
    }

    /// Where it receives.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it has stored this many. The loop has no queue: it stores what it receives.
    pub fn has_stored(&mut self, messages: u64) -> Result<bool, Box<dyn Error>> {
        if let Some(ended) = self.child.try_wait()? {
            return Err(format!("the server ended: {ended}").into());
        }
        match self.http {
            None => Ok(self.column(4)?.ends_with(":00000000")),
            Some(address) => {
                let mut stream = TcpStream::connect(address)?;
                write!(
                    stream,
                    "GET /api/health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
                )?;
                let mut answer = String::new();
                stream.read_to_string(&mut answer)?;
                Ok(answer.contains(&format!("\"stored\":{messages},")))
            }
        }
    }

    /// How many messages the kernel dropped because the server was too slow.
    pub fn dropped(&self) -> Result<u64, Box<dyn Error>> {
        Ok(self.column(12)?.parse()?)
    }

    /// Of its socket in the kernel's table.
    fn column(&self, column: usize) -> Result<String, Box<dyn Error>> {
        let address = format!("0100007F:{:04X}", self.address.port());
        let table = fs::read_to_string("/proc/net/udp")?;
        let rows = table.lines().map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
        let mut of_socket = rows.filter(|row| row.get(1) == Some(&&*address));
        let row = of_socket.next().ok_or("the socket isn't in the kernel's table")?;
        Ok(row.get(column).ok_or("the kernel's table has too few columns")?.to_string())
    }

    /// The size of its files.
    pub fn bytes(&self) -> Result<f64, Box<dyn Error>> {
        let mut bytes = 0;
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            // What SQLite keeps beside the database doesn't grow with it.
            if entry.path().extension().is_some_and(|extension| extension == "db") {
                bytes += entry.metadata()?.len();
            }
        }
        Ok(bytes as f64)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
