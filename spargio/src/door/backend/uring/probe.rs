//! What io_uring can do here, found out by opcode and by trying.

use super::kernel::{self, Get};
use super::refusal::{Facts, of_error, refusal};
use super::setup;
use crate::door::backend::report::IoUringReport;
use crate::error::IoUringRefusal;
use io_uring::cqueue::Entry;
use io_uring::{IoUring, Probe, opcode, types};
use std::io;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::time::Duration;

/// What io_uring offers here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    /// Whether a message between rings carries 64 bits of value besides the rest of a head (Linux 6.3).
    pub(crate) pass: bool,
    /// Whether a thread without a ring can send to one (Linux 6.13).
    pub(super) direct: bool,
}

/// How long a probe's own message may take.
const PATIENCE: Duration = Duration::from_secs(1);

const OLD: &str = "run Linux 5.18 or newer (6.3 for Carry::Completion)";

/// What io_uring offers, tried once for the process if it can be used.
pub(crate) fn offer() -> Result<Offer, IoUringRefusal> {
    static OFFER: OnceLock<Offer> = OnceLock::new();
    if let Some(&offer) = OFFER.get() {
        return Ok(said(offer));
    }
    let (offer, _) = try_out()?;
    Ok(said(*OFFER.get_or_init(|| offer)))
}

/// What was found out is what is said, but in tests of other kernels.
fn said(offer: Offer) -> Offer {
    #[cfg(test)]
    let offer = super::faults::offer(offer);
    offer
}

/// All that there is to say.
pub(crate) fn report() -> IoUringReport {
    let (offer, setup_flags, refusal) = match try_out() {
        Ok((offer, flags)) => (Some(said(offer)), flags, None),
        Err(refusal) => (None, Vec::new(), Some(refusal)),
    };
    let facts = Facts::read();
    IoUringReport {
        kernel: rustix::system::uname()
            .release()
            .to_string_lossy()
            .into_owned(),
        refusal,
        setup_flags,
        msg_ring: offer.is_some(),
        flags_pass: offer.is_some_and(|offer| offer.pass),
        send_msg_ring: offer.is_some_and(|offer| offer.direct),
        io_uring_disabled: facts.io_uring_disabled,
        seccomp: facts.seccomp,
        locked_memory: facts.locked_memory,
    }
}

fn try_out() -> Result<(Offer, Vec<&'static str>), IoUringRefusal> {
    let call = |name| move |error: io::Error| of_error(&error, name);
    let (mut one, setup_flags) = setup::open(4).map_err(call("io_uring_setup"))?;
    let (mut two, _) = setup::open(4).map_err(call("io_uring_setup"))?;
    let mut probe = Probe::new();
    one.submitter()
        .register_probe(&mut probe)
        .map_err(call("io_uring_register"))?;
    for (code, name) in [
        (opcode::MsgRingData::CODE, "MSG_RING"),
        (opcode::PollAdd::CODE, "POLL_ADD"),
    ] {
        if !probe.is_supported(code) {
            let cause = format!("the kernel's io_uring has no IORING_OP_{name}");
            return Err(refusal(cause, OLD));
        }
    }
    to_itself(&mut one).map_err(call("a message from a ring to itself"))?;
    between(&mut one, &mut two, None).map_err(call("a message between two rings"))?;
    let pass = match between(&mut one, &mut two, Some(0xFEDC_3A98)) {
        Err(error) if error.raw_os_error() != Some(libc::EINVAL) => {
            return Err(call("a message between two rings")(error));
        }
        passed => passed.is_ok(),
    };
    let offer = Offer {
        pass,
        direct: without_ring(&mut two).is_ok(),
    };
    Ok((offer, setup_flags))
}

/// What a probe's message says, and what its sender's completion does.
const SAID: (u64, i32) = (0x0123_4567_89AB_CDEF, -7);
const DONE: u64 = 1;

fn to_itself(ring: &mut IoUring) -> io::Result<()> {
    let fd = types::Fd(ring.as_raw_fd());
    let others = send(ring, fd, None)?;
    found(others.iter().any(|cqe| says_it(cqe, 0)))
}

fn between(from: &mut IoUring, to: &mut IoUring, flags: Option<u32>) -> io::Result<()> {
    send(from, types::Fd(to.as_raw_fd()), flags)?;
    expect(to, flags.unwrap_or(0))
}

fn without_ring(to: &mut IoUring) -> io::Result<()> {
    let message = opcode::MsgRingData::new(types::Fd(to.as_raw_fd()), SAID.1, SAID.0, None);
    kernel::send(&message.build())?;
    expect(to, 0)
}

/// Sends the message and looks at the sender's completion; returns what else has come to the sender.
fn send(from: &mut IoUring, to: types::Fd, flags: Option<u32>) -> io::Result<Vec<Entry>> {
    let message = opcode::MsgRingData::new(to, SAID.1, SAID.0, flags)
        .build()
        .user_data(DONE);
    kernel::push(from, &message);
    kernel::enter(from, 1, Get::One(Some(PATIENCE)))?;
    let (done, others): (Vec<_>, Vec<_>) =
        from.completion().partition(|cqe| cqe.user_data() == DONE);
    match done.first().map(kernel::outcome) {
        Some(0..) => Ok(others),
        Some(error) => Err(io::Error::from_raw_os_error(-error)),
        None => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// Waits for the message.
fn expect(ring: &mut IoUring, flags: u32) -> io::Result<()> {
    if ring.completion().is_empty() {
        kernel::enter(ring, 0, Get::One(Some(PATIENCE)))?;
    }
    found(ring.completion().any(|cqe| says_it(&cqe, flags)))
}

fn says_it(cqe: &Entry, flags: u32) -> bool {
    (cqe.user_data(), cqe.result(), cqe.flags()) == (SAID.0, SAID.1, flags)
}

fn found(found: bool) -> io::Result<()> {
    found.then_some(()).ok_or(io::ErrorKind::InvalidData.into())
}
