//! The doorbell: a ring to sleep on, which other rings can ring.

use io_uring::squeue::Flags;
use io_uring::{IoUring, opcode, types};
use std::os::fd::{AsRawFd, RawFd};

/// The completion's `user_data` at the one who is rung, and, if it failed, at the one who rings.
const RUNG: u64 = 1;
const FAILED: u64 = 2;

/// One thread's ring. It stays on the thread that made it.
pub struct Bell(IoUring);

impl Bell {
    pub fn new() -> Self {
        let ring = IoUring::builder()
            .setup_single_issuer()
            .setup_defer_taskrun()
            .build(64);
        Self(ring.expect("io_uring, of Linux 6.1 or later"))
    }

    /// Where others ring it.
    pub fn address(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Rings another one's bell.
    pub fn ring(&mut self, address: RawFd) {
        let message = opcode::MsgRingData::new(types::Fd(address), 0, RUNG, None)
            .build()
            .user_data(FAILED)
            .flags(Flags::SKIP_SUCCESS);
        // SAFETY: the entry points to no memory.
        let pushed = unsafe { self.0.submission().push(&message) };
        pushed.expect("each entry is submitted at once");
        self.0.submit().expect("a bell rings");
    }

    /// Sleeps until it is rung, or was since it slept last.
    pub fn sleep(&mut self) {
        self.0.submit_and_wait(1).expect("a thread may sleep");
        for completion in self.0.completion() {
            assert_eq!(completion.user_data(), RUNG, "a bell did not ring");
        }
    }
}
