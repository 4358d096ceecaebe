//! The server's program: started, watched, and ended.

use crate::common::{LONG, eventually};
use crate::peer::Peer;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A server. It is killed when it is dropped.
pub(crate) struct Kv {
    child: Child,
    address: SocketAddr,
    errors: Option<thread::JoinHandle<String>>,
}

/// The example's program stands beside the test's.
fn program() -> PathBuf {
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples/kv");
    assert!(
        program.exists(),
        "{} is missing: build it with `cargo build --examples`, and `--release` if the tests are",
        program.display()
    );
    program
}

/// The server's program with these arguments, to be started.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl Kv {
    /// Starts a server on a free port, and waits until it is ready.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        command.args(["--port", "0"]);
        Self::spawn(command)
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut errors = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut bytes = Vec::new();
            _ = errors.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let Some(address) = line.trim_end().strip_prefix("ready on ") else {
            _ = child.kill();
            _ = child.wait();
            panic!(
                "the server is not ready: {line:?}; {}",
                errors.join().unwrap()
            );
        };
        Self {
            child,
            address: address.parse().unwrap(),
            errors: Some(errors),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn connect(&self) -> Peer {
        Peer::connect(self.address)
    }

    fn signal(&self, signal: i32) {
        // SAFETY: the call sends a signal, to a child that was not waited for.
        let result = unsafe { libc::kill(self.child.id() as libc::pid_t, signal) };
        assert_eq!(result, 0);
    }

    pub(crate) fn terminate(&self) {
        self.signal(libc::SIGTERM);
    }

    /// Waits until it has ended; how, and what it said on its standard error output.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < LONG, "the server does not end");
            thread::sleep(Duration::from_millis(2));
        };
        (status, self.errors.take().unwrap().join().unwrap())
    }

    /// Ends it as a user would, which must succeed. What it said on its standard error output.
    pub(crate) fn end(self) -> String {
        self.terminate();
        let (status, errors) = self.wait();
        assert!(status.success(), "{status}: {errors}");
        errors
    }

    /// Kills it as a crash would.
    pub(crate) fn kill(self) {
        self.signal(libc::SIGKILL);
        self.wait();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How much memory it has, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap()
    }

    /// How much CPU time its threads have used.
    pub(crate) fn cpu_time(&self) -> Duration {
        let mut sum = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.id())).unwrap() {
            let time = fs::read_to_string(task.unwrap().path().join("schedstat"));
            let time = time.unwrap_or_default();
            sum += time.split(' ').next().unwrap().parse().unwrap_or(0);
        }
        Duration::from_nanos(sum)
    }
}

impl Drop for Kv {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
        if thread::panicking()
            && let Some(errors) = self.errors.take()
        {
            eprintln!("the server said: {}", errors.join().unwrap_or_default());
        }
    }
}

/// A directory for a server's file, removed at its end.
pub(crate) struct Room(PathBuf);

impl Room {
    pub(crate) fn new() -> Self {
        static ROOMS: AtomicUsize = AtomicUsize::new(0);
        let number = ROOMS.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("spargio-kv-{}-{number}", process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("appendonly.aof")
    }

    pub(crate) fn torn(&self) -> PathBuf {
        self.0.join("appendonly.aof.torn")
    }

    /// Waits until the file is so long.
    pub(crate) fn await_len(&self, len: u64) {
        let is = || fs::metadata(self.file()).is_ok_and(|file| file.len() >= len);
        eventually("the file has grown", is);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}
