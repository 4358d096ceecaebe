//! The examples that are servers, run as the programs that they are.

use super::{LONG, Setup, eventually};
use spargio::BackendKind;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

/// A running example. Killed when dropped.
pub struct Server {
    /// What it said it is ready on.
    pub address: String,
    /// The lines of its standard output after that.
    pub said: Receiver<String>,
    /// The lines of its standard error output.
    pub errors: Receiver<String>,
    child: Child,
}

impl Server {
    /// Starts an example and waits until it is ready.
    pub fn start(example: &str, args: &[&str]) -> Self {
        let mut command = command(example);
        command.args(args);
        Self::spawn(command)
    }

    /// Starts an example's program as it is said, and waits until it is ready.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = lines(child.stdout.take().unwrap());
        let errors = lines(child.stderr.take().unwrap());
        let mut server = Self {
            address: String::new(),
            said,
            errors,
            child,
        };
        while server.address.is_empty() {
            let line = server.said.recv_timeout(LONG);
            let line = line.unwrap_or_else(|_| panic!("{command:?} never became ready"));
            if let Some(address) = line.strip_prefix("ready on ") {
                server.address = address.to_owned();
            }
        }
        server
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end (SIGTERM), which it must do in order. Returns what it wrote to its standard error output.
    #[cfg(target_os = "linux")]
    pub fn end(mut self) -> Vec<String> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        eventually("the server ends", || {
            self.child.try_wait().unwrap().is_some()
        });
        let errors: Vec<_> = self.errors.iter().collect();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {errors:#?}");
        let panicked = errors.iter().any(|line| line.contains("panicked"));
        assert!(!panicked, "{errors:#?}");
        errors
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        _ = self.child.kill();
        _ = self.child.wait();
        if thread::panicking() {
            self.errors.iter().for_each(|line| eprintln!("{line}"));
        }
    }
}

impl Setup {
    /// Starts an example with as many shards and on the same backend, at a port that is free.
    pub fn server(&self, example: &str, args: &[&str]) -> Server {
        let backend = match self.backend {
            BackendKind::Queue => "queue",
            _ => "io_uring",
        };
        let shards = self.shards.to_string();
        let all = [
            &["--backend", backend, "--shards", &shards, "--port", "0"],
            args,
        ];
        Server::start(example, &all.concat())
    }
}

/// Runs an example that refuses to start. Returns what it wrote to its standard error output.
pub fn refusal(example: &str, args: &[&str]) -> String {
    let mut child = command(example)
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let errors = lines(child.stderr.take().unwrap());
    let end = Instant::now() + LONG;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() < end => thread::yield_now(),
            None => {
                child.kill().unwrap();
                panic!("{example} {args:?} has not refused to start");
            }
        }
    };
    let errors: Vec<_> = errors.iter().collect();
    assert!(!status.success(), "{example} {args:?}: {errors:?}");
    errors.join("\n")
}

/// To run an example with.
pub fn command(example: &str) -> Command {
    Command::new(program(example))
}

/// An example's program, where cargo puts it: beside the folder of the tests' programs.
pub fn program(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    let name = format!("{example}{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    let release = match profile.ends_with("release") {
        true => " --release",
        false => "",
    };
    assert!(
        program.exists(),
        "{} is missing: `cargo build{release} --examples` builds it, and so does a `cargo test` of all",
        program.display()
    );
    program
}

/// The lines of a pipe, which is read to its end, so that nobody waits at a full one.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody may care to hear it.
            _ = sender.send(line);
        }
    });
    lines
}
