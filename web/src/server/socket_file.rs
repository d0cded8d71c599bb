//! A Unix socket: who may connect, who owns its name, and its removal.

use std::fs::{self, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixSocket, UnixStream};

/// Its owner and group may connect.
const MODE: u32 = 0o660;
/// How many connections may wait, as for TCP.
const BACKLOG: u32 = 1_024;

/// The name of a socket. It is removed when this is dropped, unless another socket has it by then.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
    _lock: Lock,
}

/// Listens on a socket of this name. A stale socket, which nobody listens on, is replaced.
///
/// # Errors
///
/// Returns an error if another server listens there or may do so, if a file that isn't a socket
/// has the name, or if the system refuses.
pub async fn listen(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let lock = Lock::take(path)?;
    remove_stale(path).await?;
    let socket = UnixSocket::new_stream()?;
    // The name gets the socket's mode, less the umask, so that others can never connect.
    let of_socket = File::from(socket.as_fd().try_clone_to_owned()?);
    of_socket.set_permissions(Permissions::from_mode(MODE))?;
    socket.bind(path)?;
    let file = SocketFile { path: path.into(), id: id(&fs::symlink_metadata(path)?), _lock: lock };
    fs::set_permissions(path, Permissions::from_mode(MODE))?;
    Ok((socket.listen(BACKLOG)?, file))
}

async fn remove_stale(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    if !found.file_type().is_socket() {
        return Err(io::Error::other("the file exists and isn't a socket"));
    }
    match UnixStream::connect(path).await {
        Ok(_) => Err(taken()),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) => {
            let reason = format!("another server may be listening there: {error}");
            Err(io::Error::new(error.kind(), reason))
        }
    }
}

fn taken() -> io::Error {
    io::Error::new(io::ErrorKind::AddrInUse, "another server is listening there")
}

/// Device and inode.
fn id(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|found| id(&found) == self.id) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A file beside the socket, locked as long as the socket is in use: of several servers that start
/// at once, one replaces a stale socket, and none removes another's.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn take(socket: &Path) -> io::Result<Self> {
        let mut path = socket.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        loop {
            let mut options = OpenOptions::new();
            let file = options.append(true).create(true).mode(0o600).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(taken()),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The previous owner may have removed the file since it was opened here.
            let (locked, named) = (file.metadata()?, fs::symlink_metadata(&path));
            if named.is_ok_and(|named| id(&named) == id(&locked)) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It is still locked: a server that has opened it meanwhile sees that it is gone.
        let _ = fs::remove_file(&self.path);
    }
}
