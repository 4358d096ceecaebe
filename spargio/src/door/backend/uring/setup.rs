//! Making a ring: what a kernel takes, found out by asking it.

use io_uring::{Builder, IoUring};
use std::io;
use std::thread;
use std::time::Duration;

/// Sets of setup flags, the best first; a kernel that does not know one of a set answers EINVAL.
///
/// `DEFER_TASKRUN` is in none of them: a message to such a ring costs its sender two to three times as much, and is not
/// seen by its target without a system call. `COOP_TASKRUN` spares a running shard the interrupts of its own
/// operations, and `TASKRUN_FLAG` tells it that there are such.
const LADDER: [&[Flag]; 3] = [
    // Linux 6.0
    &[SINGLE_ISSUER, COOP_TASKRUN, TASKRUN_FLAG, SUBMIT_ALL],
    // Linux 5.19
    &[COOP_TASKRUN, TASKRUN_FLAG, SUBMIT_ALL],
    // Linux 5.18, the first with messages between rings
    &[SUBMIT_ALL],
];

type Flag = (&'static str, fn(&mut Builder));
const SINGLE_ISSUER: Flag = ("SINGLE_ISSUER", |b| _ = b.setup_single_issuer());
const COOP_TASKRUN: Flag = ("COOP_TASKRUN", |b| _ = b.setup_coop_taskrun());
const TASKRUN_FLAG: Flag = ("TASKRUN_FLAG", |b| _ = b.setup_taskrun_flag());
const SUBMIT_ALL: Flag = ("SUBMIT_ALL", |b| _ = b.setup_submit_all());

/// Completion queues are so many times as large as submission queues: they take what all other shards send.
const CQ_FACTOR: u32 = 4;

/// How long to wait for memory, in steps that double from 10 ms: that of closed rings comes back late.
const MEMORY_TRIES: u32 = 5;

/// Makes a ring for the calling thread; also returns the names of its setup flags.
pub(super) fn open(entries: u32) -> io::Result<(IoUring, Vec<&'static str>)> {
    let mut tries = 0;
    loop {
        match climb(entries) {
            Err(error) if error.raw_os_error() == Some(libc::ENOMEM) && tries < MEMORY_TRIES => {
                thread::sleep(Duration::from_millis(10) * 2_u32.pow(tries));
                tries += 1;
            }
            made => return made,
        }
    }
}

fn climb(entries: u32) -> io::Result<(IoUring, Vec<&'static str>)> {
    let mut refused = io::Error::from_raw_os_error(libc::EINVAL);
    for flags in LADDER {
        let mut builder = IoUring::builder();
        // Rather a smaller queue than none, at the upper end of the range.
        builder.setup_clamp().setup_cqsize(entries * CQ_FACTOR);
        builder.dontfork();
        flags.iter().for_each(|(_, set)| set(&mut builder));
        let made = builder.build(entries);
        #[cfg(test)]
        let made = super::faults::setup(made, flags.len());
        match made {
            Ok(ring) => return Ok((ring, flags.iter().map(|&(name, _)| name).collect())),
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => refused = error,
            Err(error) => return Err(error),
        }
    }
    Err(refused)
}
