//! Where clients come from: a TCP port or a Unix socket.

use spargio::net::{
    Detached, ReadHalf, TcpListener, TcpStream, UnixListener, UnixStream, WriteHalf,
};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// After so long without a word the system looks whether a client is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// How many bytes the system may hold for a client. By itself it would take megabytes for one that does not read.
const SEND_BUFFER: usize = 64 * 1024;

/// Waits for clients of either kind.
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, SocketFile),
}

impl Listener {
    pub(crate) async fn tcp(at: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(at).await.map(Self::Tcp)
    }

    /// Listens at a path. A socket that an ended process has left there gives way.
    pub(crate) async fn unix(path: PathBuf) -> io::Result<Self> {
        let listener = match UnixListener::bind(&path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_left_over(&path).await => {
                std::fs::remove_file(&path)?;
                UnixListener::bind(&path)?
            }
            bound => bound?,
        };
        Ok(Self::Unix(listener, SocketFile(path)))
    }

    /// The next client, on its way to whichever shard is to have it.
    pub(crate) async fn accept(&self) -> io::Result<Arrival> {
        match self {
            Self::Tcp(listener) => listener.accept().await?.0.detach().map(Arrival::Tcp),
            Self::Unix(listener, _) => listener.accept().await?.0.detach().map(Arrival::Unix),
        }
    }

    /// Where clients find it.
    pub(crate) fn address(&self) -> io::Result<String> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(|at| at.to_string()),
            Self::Unix(_, SocketFile(path)) => Ok(path.display().to_string()),
        }
    }
}

/// Whether there is a socket at which nobody listens any more. Of any other file nobody knows whom it serves.
async fn is_left_over(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket());
    let found = UnixStream::connect(path).await;
    is_socket && found.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// The file that a Unix listener leaves behind, and that is removed with this.
pub(crate) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody else may have removed it.
        _ = std::fs::remove_file(&self.0);
    }
}

/// A client on its way between shards.
pub(crate) enum Arrival {
    Tcp(Detached<TcpStream>),
    Unix(Detached<UnixStream>),
}

impl Arrival {
    /// Makes it a client of the calling shard.
    pub(crate) fn attach(self) -> io::Result<(ReadHalf, WriteHalf)> {
        match self {
            Self::Tcp(stream) => {
                let stream = stream.attach()?;
                stream.set_nodelay(true)?;
                stream.set_keepalive(Some(KEEPALIVE))?;
                stream.set_send_buffer_size(SEND_BUFFER)?;
                Ok(stream.split())
            }
            Self::Unix(stream) => stream.attach().map(UnixStream::split),
        }
    }
}
