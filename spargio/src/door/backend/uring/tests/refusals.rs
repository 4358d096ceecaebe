//! Each error that stands in the way of a ring has a cause and a remedy that fit what is known of the process.

use crate::door::backend::uring::refusal::{Facts, explain};
use crate::error::IoUringRefusal;
use std::io;

/// Nothing stands in the way.
const NOTHING: Facts = Facts {
    seccomp: false,
    io_uring_disabled: Some(0),
    locked_memory: None,
};

/// A kernel before 6.6.
const NO_SETTING: Facts = Facts {
    io_uring_disabled: None,
    ..NOTHING
};

const FILTERED: Facts = Facts {
    seccomp: true,
    ..NOTHING
};

/// What an error is said to mean, which must be said well.
#[track_caller]
fn refusal(error: i32, facts: &Facts) -> IoUringRefusal {
    well_said(&io::Error::from_raw_os_error(error), facts)
}

#[track_caller]
fn well_said(error: &io::Error, facts: &Facts) -> IoUringRefusal {
    let refusal = explain(error, "io_uring_setup", facts);
    let IoUringRefusal { cause, remedy } = &refusal;
    let start = format!("io_uring_setup failed ({error}): ");
    assert!(cause.starts_with(&start), "{cause}");
    assert!(
        cause.len() > start.len() && !cause.ends_with('.'),
        "{cause}"
    );
    assert!(remedy.contains("; or use BackendKind::Queue"), "{remedy}");
    assert!(
        !remedy.starts_with(';') && !remedy.ends_with('.'),
        "{remedy}"
    );
    refusal
}

#[track_caller]
fn assert_says(refusal: &IoUringRefusal, cause: &[&str], remedy: &[&str]) {
    let says = |text: &str, words: &[&str]| words.iter().all(|word| text.contains(word));
    assert!(says(&refusal.cause, cause), "{refusal:?}");
    assert!(says(&refusal.remedy, remedy), "{refusal:?}");
}

const CALLS: [&str; 3] = ["io_uring_setup", "io_uring_enter", "io_uring_register"];

#[test]
fn a_kernel_without_io_uring() {
    for facts in [NOTHING, NO_SETTING] {
        let refusal = refusal(libc::ENOSYS, &facts);
        assert_says(
            &refusal,
            &["the kernel has no io_uring"],
            &["Linux 5.18", "CONFIG_IO_URING"],
        );
        assert!(!refusal.to_string().contains("seccomp"), "{refusal:?}");
    }
}

#[test]
fn a_filter_that_hides_io_uring() {
    let refusal = refusal(libc::ENOSYS, &FILTERED);
    assert_says(&refusal, &["seccomp", "built without"], &CALLS);
}

#[test]
fn a_setting_that_forbids_io_uring() {
    for error in [libc::EPERM, libc::EACCES] {
        for level in [1, 2] {
            // It forbids whatever a filter allows.
            for seccomp in [false, true] {
                let facts = Facts {
                    seccomp,
                    io_uring_disabled: Some(level),
                    ..NOTHING
                };
                let cause = format!("kernel.io_uring_disabled is {level}");
                let remedy = ["sysctl kernel.io_uring_disabled=0", "kernel.io_uring_group"];
                assert_says(&refusal(error, &facts), &[&cause], &remedy);
            }
        }
    }
}

#[test]
fn a_filter_that_forbids_io_uring() {
    for error in [libc::EPERM, libc::EACCES] {
        for io_uring_disabled in [None, Some(0)] {
            let facts = Facts {
                io_uring_disabled,
                ..FILTERED
            };
            assert_says(&refusal(error, &facts), &["seccomp"], &CALLS);
        }
    }
}

#[test]
fn a_security_module_that_forbids_io_uring() {
    for error in [libc::EPERM, libc::EACCES] {
        for facts in [NOTHING, NO_SETTING] {
            let refusal = refusal(error, &facts);
            assert_says(&refusal, &["a security module"], &["allow io_uring"]);
        }
    }
}

#[test]
fn a_limit_on_locked_memory() {
    let facts = Facts {
        locked_memory: Some(64 * 1024),
        ..NOTHING
    };
    let refusal = refusal(libc::ENOMEM, &facts);
    assert_says(
        &refusal,
        &["64 KiB", "RLIMIT_MEMLOCK"],
        &["ulimit -l", "ring_entries"],
    );
}

#[test]
fn no_memory_and_no_limit() {
    let refusal = refusal(libc::ENOMEM, &NOTHING);
    assert_says(&refusal, &["the kernel has no memory"], &["ring_entries"]);
    let text = refusal.to_string();
    assert!(
        !text.contains("RLIMIT") && !text.contains("ulimit"),
        "{text}"
    );
}

#[test]
fn too_many_open_files() {
    for error in [libc::EMFILE, libc::ENFILE] {
        let refusal = refusal(error, &NOTHING);
        assert_says(
            &refusal,
            &["open files"],
            &["RLIMIT_NOFILE", "three descriptors"],
        );
    }
}

#[test]
fn a_kernel_that_is_too_old() {
    for facts in [NO_SETTING, FILTERED] {
        let refusal = refusal(libc::EINVAL, &facts);
        assert_says(&refusal, &["older than Linux 5.18"], &["Linux 5.18", "6.3"]);
    }
}

#[test]
fn an_error_of_no_known_cause() {
    let facts = Facts {
        locked_memory: Some(0),
        io_uring_disabled: Some(2),
        seccomp: true,
    };
    let late = io::Error::from(io::ErrorKind::TimedOut);
    for error in [io::Error::from_raw_os_error(libc::EIO), late] {
        assert_says(
            &well_said(&error, &facts),
            &["the kernel refused it"],
            &["look"],
        );
    }
}
