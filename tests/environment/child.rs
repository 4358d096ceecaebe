//! A test that runs itself again as a child, and what a child can see of itself.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Set in a child to the name of its test.
const CHILD: &str = "SPARGIO_TEST_CHILD";

/// How long a child may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// Whether this is the child of the test of this name.
pub(crate) fn is_child(test: &str) -> bool {
    env::var(CHILD).is_ok_and(|child| child == test)
}

/// Runs the test of this name again, where `body` runs in the child; what the child printed, once it has succeeded.
/// `None` in the child itself.
#[track_caller]
pub(crate) fn in_child(test: &str, body: impl FnOnce()) -> Option<String> {
    in_child_with(test, |child| _ = child.arg("--nocapture"), body)
}

/// The same in a child that is given what `set_up` gives it. It prints what any test does, if that is not said.
#[track_caller]
pub(crate) fn in_child_with(
    test: &str,
    set_up: impl FnOnce(&mut Command),
    body: impl FnOnce(),
) -> Option<String> {
    if is_child(test) {
        body();
        return None;
    }
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args(["--exact", test, "--test-threads=1"])
        .env(CHILD, test)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    set_up(&mut child);
    let mut child = child.spawn().unwrap();
    let output = collect(child.stdout.take().unwrap());
    let errors = collect(child.stderr.take().unwrap());
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if begin.elapsed() > PATIENCE => {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    let printed = output.join().unwrap() + &errors.join().unwrap();
    eprintln!("{printed}");
    let status = status.unwrap_or_else(|| panic!("the child hangs"));
    assert!(status.success(), "the child: {status}");
    assert!(printed.contains("1 passed"), "the child ran {test}");
    Some(printed)
}

/// Reads all that a child prints, while it prints it.
fn collect(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The numbers of this process's descriptors. The one that reads them is not among them.
pub(crate) fn numbers() -> BTreeSet<usize> {
    let files = fs::read_dir("/proc/self/fd").unwrap();
    let numbers: Vec<usize> = files
        .map(|file| file.unwrap().file_name().to_string_lossy().parse().unwrap())
        .collect();
    let is_there = |number: &usize| fs::read_link(format!("/proc/self/fd/{number}")).is_ok();
    numbers.into_iter().filter(is_there).collect()
}

/// How many descriptors this process has.
pub(crate) fn files() -> usize {
    numbers().len()
}

/// How many of this process's threads have a name that begins so.
pub(crate) fn threads(start: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    // A thread may end while it is looked at.
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with(start)).count()
}

/// How much CPU time this process's threads of such a name have used.
pub(crate) fn cpu_time(start: &str) -> Duration {
    let mut sum = 0;
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap().path();
        let read = |file| fs::read_to_string(task.join(file)).unwrap_or_default();
        if read("comm").starts_with(start) {
            let time = read("schedstat");
            sum += time.split(' ').next().unwrap().parse().unwrap_or(0);
        }
    }
    Duration::from_nanos(sum)
}
