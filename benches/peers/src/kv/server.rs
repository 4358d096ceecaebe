//! A server, as a process of its own.

use crate::kv::setting::Setting;
use serde::{Deserialize, Serialize};
use std::env::temp_dir;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than any server takes to accept.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Redis,
    KvQueue,
    KvUring,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Redis, Self::KvQueue, Self::KvUring];

    pub fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis-server",
            Self::KvQueue => "kv, queue",
            Self::KvUring => "kv, io_uring",
        }
    }
}

/// It is killed when this is dropped, and its directory removed.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    pub setting: Setting,
    directory: PathBuf,
}

impl Server {
    /// Starts a server and waits until it answers. `kv` is the example's program.
    pub fn start(kind: Kind, kv: &Path, setting: Setting) -> Result<Self, String> {
        let directory = temp_dir().join(format!("spargio-peers-kv-{}", id()));
        let port = free_port().map_err(|error| format!("no port is free: {error}"))?;
        let started = fs::create_dir_all(&directory)
            .and_then(|()| command(kind, kv, setting, port, &directory).spawn());
        let process = started.map_err(|error| format!("{} cannot start: {error}", kind.name()))?;
        let mut server = Self {
            process,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            setting,
            directory,
        };
        server.await_answer(kind)?;
        Ok(server)
    }

    fn await_answer(&mut self, kind: Kind) -> Result<(), String> {
        let until = Instant::now() + PATIENCE;
        while let Err(error) = ping(self.address) {
            let ended = self.process.try_wait().map_err(|error| error.to_string())?;
            if let Some(status) = ended {
                return Err(format!(
                    "{} ended before it answered: {status}",
                    kind.name()
                ));
            }
            if Instant::now() >= until {
                return Err(format!("{} does not answer: {error}", kind.name()));
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The CPU time of its threads so far, without those that have ended.
    pub fn cpu_time(&self) -> Result<Duration, String> {
        let tasks = format!("/proc/{}/task", self.process.id());
        let of_task = |task: io::Result<fs::DirEntry>| {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            let nanos = text.split_whitespace().next().map(str::parse::<u64>);
            nanos
                .and_then(Result::ok)
                .ok_or_else(|| io::Error::other("schedstat has no number"))
        };
        let nanos: io::Result<u64> =
            fs::read_dir(&tasks).and_then(|threads| threads.map(of_task).sum());
        nanos
            .map(Duration::from_nanos)
            .map_err(|error| format!("{tasks}: {error}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to do.
        _ = self.process.kill();
        _ = self.process.wait();
        _ = fs::remove_dir_all(&self.directory);
    }
}

/// The program and its options, on the CPUs of the setting.
fn command(kind: Kind, kv: &Path, setting: Setting, port: u16, directory: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", setting.server_cpus()]);
    match kind {
        Kind::Redis => {
            let log = if setting.is_logged() { "yes" } else { "no" };
            command
                .arg("redis-server")
                .args(["--save", "", "--appendonly", log])
                .args(["--appendfsync", "everysec"])
                .arg("--dir")
                .arg(directory);
        }
        Kind::KvQueue | Kind::KvUring => {
            let backend = match kind {
                Kind::KvQueue => "queue",
                _ => "io_uring",
            };
            command
                .arg(kv)
                .args(["--shards", setting.shards(), "--backend", backend]);
            if setting.is_logged() {
                command.args(["--appendfsync", "everysec"]);
                command.arg("--dir").arg(directory);
            }
        }
    }
    command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// One that nobody listens on now.
fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Connects, and asks whether somebody is there.
pub fn ping(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer)?;
    match &answer {
        b"+PONG\r\n" => Ok(stream),
        _ => Err(io::Error::other("it answers something else than PONG")),
    }
}
