//! What io_uring offers to this process, as a report for people and programs.

use super::{Carry, uring};
use crate::error::IoUringRefusal;
use std::fmt;

/// What io_uring offers to this process here and now, and why it can or cannot be used.
///
/// ```
/// use spargio::IoUringReport;
///
/// let report = IoUringReport::probe();
/// println!("{report}");
/// if let Some(refusal) = &report.refusal {
///     eprintln!("no io_uring: {}; {}", refusal.cause, refusal.remedy);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IoUringReport {
    /// The kernel's release, such as `6.18.4`; empty where it cannot be told.
    pub kernel: String,
    /// Why io_uring cannot be used; `None` if it can.
    pub refusal: Option<IoUringRefusal>,
    /// The setup flags that this kernel takes, of those that the backend wants.
    pub setup_flags: Vec<&'static str>,
    /// Whether rings can send messages to each other, tried between two (Linux 5.18). Without it there is no io_uring
    /// backend.
    pub msg_ring: bool,
    /// Whether such a message carries all 64 bits of a value besides its address (`IORING_MSG_RING_FLAGS_PASS`, Linux
    /// 6.3). [`Carry::Completion`] needs it.
    pub flags_pass: bool,
    /// Whether a thread that has no ring can send to one (`IORING_REGISTER_SEND_MSG_RING`, Linux 6.13). Without it such
    /// a thread wakes a shard through an eventfd.
    pub send_msg_ring: bool,
    /// What `kernel.io_uring_disabled` says: 0 for nobody, 1 for processes without privilege, 2 for all. `None` where
    /// the kernel has no such setting (before Linux 6.6).
    pub io_uring_disabled: Option<u8>,
    /// Whether a seccomp filter watches this process's system calls, as container engines set up.
    pub seccomp: bool,
    /// How much memory the process may lock, in bytes (`RLIMIT_MEMLOCK`); `None` for no limit. Rings count against it
    /// unless the process has `CAP_IPC_LOCK`.
    pub locked_memory: Option<u64>,
}

impl IoUringReport {
    /// Tries out what io_uring does here, with two small rings that are closed again. Takes about a millisecond, and up to
    /// half a second where memory is short. What it says may change with the process's limits.
    ///
    /// ```
    /// use spargio::{BackendKind, IoUringReport, Runtime};
    ///
    /// let report = IoUringReport::probe();
    /// // Why, and what to do: for the log of a server that cannot start.
    /// let rt = Runtime::builder().shards(1).backend(BackendKind::IoUring).build();
    /// if let Err(error) = &rt { eprintln!("{error}\n{report}"); }
    /// // It may be usable and refused all the same: rings for many shards take more than those of a probe.
    /// assert!(report.is_usable() || rt.is_err());
    /// ```
    #[must_use]
    pub fn probe() -> Self {
        uring::report()
    }

    /// Whether [`BackendKind::IoUring`](crate::BackendKind::IoUring) can be used.
    ///
    /// ```
    /// use spargio::{BackendKind, IoUringReport, Runtime};
    ///
    /// // A test of what needs a ring.
    /// if !IoUringReport::probe().is_usable() {
    ///     eprintln!("skipped: no io_uring here");
    ///     return Ok(());
    /// }
    /// let rt = Runtime::builder().shards(1).ring_entries(8).backend(BackendKind::IoUring).build()?;
    /// assert_eq!(rt.backend(), BackendKind::IoUring);
    /// # Ok::<(), spargio::BuildError>(())
    /// ```
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.refusal.is_none()
    }

    /// The carries that can be used with it; none where io_uring cannot be used.
    ///
    /// ```
    /// use spargio::{BackendKind, IoUringReport, Runtime};
    ///
    /// // As a benchmark or a test tries them all.
    /// for &carry in IoUringReport::probe().carries() {
    ///     let builder = Runtime::builder().shards(1).ring_entries(8).carry(carry);
    ///     assert_eq!(builder.backend(BackendKind::IoUring).build()?.carry(), carry);
    /// }
    /// # Ok::<(), spargio::BuildError>(())
    /// ```
    #[must_use]
    pub fn carries(&self) -> &'static [Carry] {
        match (self.is_usable(), self.flags_pass) {
            (false, _) => &[],
            (true, false) => &[Carry::Lane],
            (true, true) => &[Carry::Lane, Carry::Completion],
        }
    }
}

impl fmt::Display for IoUringReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yes = |truth| if truth { "yes" } else { "no" };
        match &self.refusal {
            None => writeln!(f, "io_uring can be used")?,
            Some(refusal) => {
                writeln!(f, "io_uring cannot be used: {}", refusal.cause)?;
                writeln!(f, "what to do: {}", refusal.remedy)?;
            }
        }
        writeln!(f, "kernel: {}", self.kernel)?;
        writeln!(f, "setup flags: {}", self.setup_flags.join(", "))?;
        writeln!(f, "messages between rings (5.18): {}", yes(self.msg_ring))?;
        writeln!(
            f,
            "whole values in them, for Carry::Completion (6.3): {}",
            yes(self.flags_pass)
        )?;
        writeln!(
            f,
            "bells from threads without a ring (6.13): {}",
            if self.send_msg_ring {
                "yes"
            } else {
                "no, through an eventfd"
            }
        )?;
        match self.io_uring_disabled {
            None => writeln!(f, "kernel.io_uring_disabled: not there (before 6.6)")?,
            Some(level) => writeln!(f, "kernel.io_uring_disabled: {level}")?,
        }
        writeln!(f, "seccomp filter: {}", yes(self.seccomp))?;
        match self.locked_memory {
            None => write!(f, "memory that may be locked: no limit"),
            Some(bytes) => write!(f, "memory that may be locked: {} KiB", bytes / 1024),
        }
    }
}
