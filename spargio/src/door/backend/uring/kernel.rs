//! The system calls of the ring and its two queues: the only unsafe code of the backend, a step each, and the place where
//! the tests put faults between the driver and the kernel.

#[cfg(test)]
use super::faults;
use io_uring::squeue::Entry;
use io_uring::types::{Fd, SubmitArgs, Timespec};
use io_uring::{EnterFlags, IoUring, opcode};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// Opcode of `io_uring_register` that sends a message to a ring without one (Linux 6.13).
const REGISTER_SEND_MSG_RING: libc::c_uint = 31;

/// What an enter does besides submitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Get {
    Nothing,
    /// Has the kernel bring completions that it holds back into the queue.
    Ready,
    /// Waits for a completion, at most so long.
    One(Option<Duration>),
}

/// One `io_uring_enter`: submits at most so many of what was pushed. Returns how many were.
pub(super) fn enter(uring: &IoUring, submit: usize, get: Get) -> io::Result<usize> {
    #[cfg(test)]
    let submit = faults::enter(submit, get)?;
    let (submit, submitter) = (submit as u32, uring.submitter());
    let time;
    let (want, flags, args) = match get {
        Get::Nothing => (0, EnterFlags::empty(), SubmitArgs::new()),
        Get::Ready => (0, EnterFlags::GETEVENTS, SubmitArgs::new()),
        Get::One(None) => (1, EnterFlags::GETEVENTS, SubmitArgs::new()),
        Get::One(Some(limit)) => {
            time = Timespec::from(limit);
            (1, EnterFlags::GETEVENTS, SubmitArgs::new().timespec(&time))
        }
    };
    let mut flags = flags | EnterFlags::EXT_ARG;
    if uring.params().is_feature_no_iowait() {
        // A shard that has nothing to do does not wait for I/O, and should not be counted as if it did.
        flags |= EnterFlags::NO_IOWAIT;
    }
    // SAFETY: `args`, which `EXT_ARG` announces, and the time in it live until the call has returned. What was pushed is
    // sound by the argument in `push`.
    let entered = unsafe { submitter.enter(submit, want, flags.bits(), Some(&args)) };
    entered.or_else(|error| match error.raw_os_error() {
        // A wait that was over is none.
        Some(libc::ETIME) => Ok(0),
        _ => Err(error),
    })
}

/// Puts an SQE into the submission queue; `false` if that is full.
pub(super) fn push(uring: &mut IoUring, entry: &Entry) -> bool {
    #[cfg(test)]
    let Some(entry) = &faults::push(entry) else {
        return false;
    };
    // SAFETY: a message to a ring, a poll and a cancellation are numbers alone; the descriptors among them are owned by bells
    // that the ring holds, or by the probe, which outlives what it sends. What the SQE of an operation points to is the
    // operation's own, by the promise of `Operation`, and `Flights` holds that until its final completion. Other SQEs are
    // made nowhere in this backend.
    unsafe { uring.submission().push(entry) }.is_ok()
}

/// Whether an SQE accepts one connection after another, which only its flags say.
#[cfg(test)]
pub(super) fn accepts_many(entry: &Entry) -> bool {
    /// The kernel's `IORING_ACCEPT_MULTISHOT`.
    const MULTISHOT: u16 = 1;
    // SAFETY: an `Entry` is an SQE by its representation, which begins with two bytes and a number of two.
    let [_, priority] = unsafe { *std::ptr::from_ref(entry).cast::<[u16; 2]>() };
    entry.get_opcode() == u32::from(opcode::AcceptMulti::CODE) && priority & MULTISHOT != 0
}

/// What a completion says of its operation.
#[cfg(not(test))]
pub(super) fn outcome(cqe: &io_uring::cqueue::Entry) -> i32 {
    cqe.result()
}

#[cfg(test)]
pub(super) use super::faults::outcome;

/// The SQE that has each write to an eventfd end a wait of the ring, until its completion says otherwise.
pub(super) fn poll(eventfd: Fd) -> Entry {
    #[cfg(not(test))]
    let again = true;
    #[cfg(test)]
    let again = faults::polls_again();
    opcode::PollAdd::new(eventfd, libc::POLLIN as u32)
        .multi(again)
        .build()
}

/// A descriptor of the ring that lives as long as its owner, whatever becomes of the ring's own.
pub(super) fn duplicate(uring: &IoUring) -> io::Result<OwnedFd> {
    // SAFETY: the ring owns the descriptor and is borrowed while it is duplicated.
    let own = unsafe { BorrowedFd::borrow_raw(uring.as_raw_fd()) };
    own.try_clone_to_owned()
}

/// Sends a message to a ring from a thread that has none.
pub(super) fn send(message: &Entry) -> io::Result<()> {
    #[cfg(test)]
    faults::send()?;
    // SAFETY: the kernel reads one SQE, which an `Entry` is by its representation, and keeps nothing of it.
    let result = unsafe {
        libc::syscall(
            libc::SYS_io_uring_register,
            -1,
            REGISTER_SEND_MSG_RING,
            std::ptr::from_ref(message),
            1,
        )
    };
    match result {
        0.. => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
