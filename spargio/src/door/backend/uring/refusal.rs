//! Why io_uring cannot be used: the likely cause of an error, and what to do about it.

use crate::error::IoUringRefusal;
use rustix::process::{Resource, getrlimit};
use std::fs;
use std::io;

/// What helps in every case.
const ELSE: &str =
    "or use BackendKind::Queue, or BackendKind::Auto, which goes on with it by itself";

/// What the process is told about what may stand in its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// Whether a seccomp filter watches its system calls.
    pub(super) seccomp: bool,
    /// What `kernel.io_uring_disabled` says, where there is such a setting.
    pub(super) io_uring_disabled: Option<u8>,
    /// How many bytes it may lock; `None` for no limit.
    pub(super) locked_memory: Option<u64>,
}

impl Facts {
    pub(super) fn read() -> Self {
        Self {
            seccomp: has_seccomp(),
            io_uring_disabled: io_uring_disabled(),
            locked_memory: getrlimit(Resource::Memlock).current,
        }
    }
}

/// The refusal that an error means which came while doing something.
pub(super) fn of_error(error: &io::Error, doing: &str) -> IoUringRefusal {
    explain(error, doing, &Facts::read())
}

/// The same from what is known.
pub(super) fn explain(error: &io::Error, doing: &str, facts: &Facts) -> IoUringRefusal {
    let (cause, remedy) = match error.raw_os_error() {
        Some(libc::ENOSYS) => not_there(facts),
        Some(libc::EPERM | libc::EACCES) => forbidden(facts),
        Some(libc::ENOMEM) => no_memory(facts),
        Some(libc::EMFILE | libc::ENFILE) => (
            "the process has too many open files".into(),
            "raise RLIMIT_NOFILE (`ulimit -n`): each shard takes three descriptors".into(),
        ),
        Some(libc::EINVAL) => (
            "the kernel does not know it: it is likely older than Linux 5.18".into(),
            "run Linux 5.18 or newer (6.3 for Carry::Completion)".into(),
        ),
        _ => ("the kernel refused it".into(), "look the error up".into()),
    };
    refusal(format!("{doing} failed ({error}): {cause}"), &remedy)
}

pub(super) fn refusal(cause: String, remedy: &str) -> IoUringRefusal {
    IoUringRefusal {
        cause,
        remedy: format!("{remedy}; {ELSE}"),
    }
}

fn not_there(facts: &Facts) -> (String, String) {
    if facts.seccomp {
        let cause = "a seccomp filter answers that there is no such system call, or the kernel is built without io_uring";
        return (cause.into(), allow_calls());
    }
    (
        "the kernel has no io_uring: it is older than Linux 5.1 or built without CONFIG_IO_URING"
            .into(),
        "run Linux 5.18 or newer, built with CONFIG_IO_URING".into(),
    )
}

fn forbidden(facts: &Facts) -> (String, String) {
    if let Some(level @ 1..) = facts.io_uring_disabled {
        return (
            format!("the setting kernel.io_uring_disabled is {level}"),
            "set it to 0 (`sysctl kernel.io_uring_disabled=0`), or, where it is 1, put the process into the group that kernel.io_uring_group names".into(),
        );
    }
    if facts.seccomp {
        let cause = "a seccomp filter forbids it, as container engines do by default";
        return (cause.into(), allow_calls());
    }
    (
        "a security module of the kernel forbids it".into(),
        "have it allow io_uring to this process".into(),
    )
}

fn allow_calls() -> String {
    "allow the system calls io_uring_setup, io_uring_enter and io_uring_register in the seccomp profile (the README has one)".into()
}

fn no_memory(facts: &Facts) -> (String, String) {
    let Some(limit) = facts.locked_memory else {
        return (
            "the kernel has no memory for it".into(),
            "free some, or make rings smaller with `ring_entries`".into(),
        );
    };
    (
        format!(
            "the rings of this user's processes would lock more than the {} KiB that RLIMIT_MEMLOCK allows",
            limit / 1024
        ),
        "raise the limit (`ulimit -l`, LimitMEMLOCK= of systemd), or make rings smaller with `ring_entries`".into(),
    )
}

fn has_seccomp() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        status
            .lines()
            .filter_map(|line| line.strip_prefix("Seccomp:"))
            .any(|mode| mode.trim() != "0")
    })
}

fn io_uring_disabled() -> Option<u8> {
    fs::read_to_string("/proc/sys/kernel/io_uring_disabled")
        .ok()?
        .trim()
        .parse()
        .ok()
}
