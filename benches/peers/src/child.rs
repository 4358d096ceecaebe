//! Other processes, run to their end.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// The last words of a process, as one line.
pub fn tail(err: &str) -> String {
    const MOST: usize = 300;
    let words: Vec<&str> = err.split_whitespace().collect();
    let line = words.join(" ");
    let surplus = line.chars().count().saturating_sub(MOST);
    line.chars().skip(surplus).collect()
}

/// What a process leaves.
pub struct Ended {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

/// Runs a command to its end, or kills it. Meanwhile nothing of this process runs that could disturb it.
pub fn output(command: &mut Command, timeout: Duration) -> io::Result<Ended> {
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn()?;
    let (out, err) = (collect(child.stdout.take()), collect(child.stderr.take()));
    match out.recv_timeout(timeout) {
        Ok(out) => Ok(Ended {
            status: child.wait()?,
            out,
            err: err.recv().unwrap_or_default(),
        }),
        Err(RecvTimeoutError::Timeout) => {
            end(child)?;
            let error = format!("it had not ended after {timeout:?}");
            Err(io::Error::new(io::ErrorKind::TimedOut, error))
        }
        Err(RecvTimeoutError::Disconnected) => {
            end(child)?;
            Err(io::Error::other("what it printed cannot be read"))
        }
    }
}

fn end(mut child: Child) -> io::Result<()> {
    child.kill()?;
    child.wait().map(drop)
}

/// Reads to the end, on a thread of its own.
fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe
            && pipe.read_to_end(&mut bytes).is_ok()
        {
            // Nobody listens after a timeout.
            _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
        }
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> io::Result<Ended> {
        output(Command::new("sh").args(["-c", script]), timeout)
    }

    #[test]
    fn a_process_leaves_its_status_and_words() {
        let ended =
            shell("echo out; echo err >&2; exit 3", Duration::from_secs(60)).expect("it runs");
        assert_eq!(ended.status.code(), Some(3));
        assert_eq!((ended.out.trim(), ended.err.trim()), ("out", "err"));
    }

    #[test]
    fn a_process_that_hangs_is_killed() {
        let hung = shell("exec sleep 1000", Duration::from_millis(50));
        let error = hung.err().expect("it hangs");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn last_words_are_short() {
        assert_eq!(tail("thread panicked:\n  why\n"), "thread panicked: why");
        assert_eq!(tail(&"é".repeat(1000)).chars().count(), 300);
    }
}
