//! System calls that fail, because a seccomp filter says so.

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, SeccompRule, apply_filter};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// A filter under which system calls fail with this error: each with any arguments if there are no rules for it, else with
/// those that match one.
pub fn filter(
    calls: impl IntoIterator<Item = (libc::c_long, Vec<SeccompRule>)>,
    error: i32,
) -> BpfProgram {
    let filter = SeccompFilter::new(
        calls.into_iter().collect(),
        SeccompAction::Allow,
        SeccompAction::Errno(error as u32),
        std::env::consts::ARCH.try_into().unwrap(),
    );
    filter.unwrap().try_into().unwrap()
}

/// Has this system call fail with this error in a program that is to be started.
pub fn forbid(command: &mut Command, call: libc::c_long, error: i32) {
    let filter = filter([(call, Vec::new())], error);
    let apply = move || apply_filter(&filter).map_err(|_| io::Error::last_os_error());
    // SAFETY: the closure makes two system calls and allocates nothing.
    unsafe { command.pre_exec(apply) };
}
