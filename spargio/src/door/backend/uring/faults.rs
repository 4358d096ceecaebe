//! Faults between the driver and the kernel: what the kernel may answer but hardly ever does, at a rate that a test sets.
//! They are injected in every ring of the process, so the tests that set them take turns.

use super::completion;
use super::kernel::{Get, accepts_many};
use super::probe::Offer;
use io_uring::IoUring;
use io_uring::cqueue;
use io_uring::opcode;
use io_uring::squeue::Entry;
use std::cell::RefCell;
use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// An enter answers with this error and does nothing.
    Enter(i32),
    /// An enter submits one SQE less than it was asked to, if there are any.
    ShortSubmit,
    /// The submission queue has no room.
    FullQueue,
    /// A message to another ring, a bell included, fails with this error.
    Message(i32),
    /// A bell that a shard rings fails with this error.
    Bell(i32),
    /// What sends or receives by a socket fails with this error.
    Operation(i32),
    /// What accepts connections fails with this error.
    Accept(i32),
    /// A message from a thread without a ring fails with this error.
    Send(i32),
    /// Windows are so wide that completion queues overflow.
    WideWindow,
    /// The kernel sets up no ring with more flags than so many.
    Setup(usize),
    /// The kernel offers no more than Linux 5.18, where an accept is for one connection, and polls end with their first
    /// completion.
    OldKernel,
    /// The poll on a ring's eventfd finds no room. Threads without a ring have nothing else to ring, and it ends with its first
    /// completion.
    Poll,
}

struct Plan {
    fault: Mutex<Option<Fault>>,
    /// One of so many calls fails.
    every: AtomicU64,
    calls: AtomicU64,
    injected: AtomicUsize,
}

static PLAN: Plan = Plan {
    fault: Mutex::new(None),
    every: AtomicU64::new(1),
    calls: AtomicU64::new(0),
    injected: AtomicUsize::new(0),
};

/// One test at a time.
static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    /// Operations of this thread's ring that were replaced, and will be said to have failed.
    static DOOMED: RefCell<HashSet<u64>> = RefCell::default();
}

/// While it lives, rings fail as planned.
pub(super) struct Faulty(
    #[expect(dead_code, reason = "held for its turn")] MutexGuard<'static, ()>,
);

impl Faulty {
    pub(super) fn new(fault: Fault, every: u64) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        PLAN.every.store(every, Ordering::SeqCst);
        PLAN.injected.store(0, Ordering::SeqCst);
        *plan() = Some(fault);
        Self(turn)
    }

    /// Says how many faults have struck since it was made.
    pub(super) fn injections(&self) -> fn() -> usize {
        || PLAN.injected.load(Ordering::SeqCst)
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        *plan() = None;
    }
}

fn plan() -> MutexGuard<'static, Option<Fault>> {
    PLAN.fault.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether it is time for a fault of the kind that `wanted` picks.
fn strike<R>(wanted: impl FnOnce(Fault) -> Option<R>) -> Option<R> {
    let fault = wanted((*plan())?)?;
    let call = PLAN.calls.fetch_add(1, Ordering::SeqCst);
    let strikes = call.is_multiple_of(PLAN.every.load(Ordering::SeqCst));
    strikes.then(|| {
        PLAN.injected.fetch_add(1, Ordering::SeqCst);
        fault
    })
}

/// After a ring was made with so many flags.
pub(super) fn setup(made: io::Result<IoUring>, flags: usize) -> io::Result<IoUring> {
    let refused = strike(|fault| match fault {
        Fault::Setup(most) if flags > most => Some(libc::EINVAL),
        _ => None,
    });
    refused.map_or(made, |error| Err(io::Error::from_raw_os_error(error)))
}

/// Before an enter: how many SQEs it shall submit.
pub(super) fn enter(submit: usize, _: Get) -> io::Result<usize> {
    let error = strike(|fault| match fault {
        Fault::Enter(error) => Some(error),
        _ => None,
    });
    if let Some(error) = error {
        return Err(io::Error::from_raw_os_error(error));
    }
    if submit == 0 {
        return Ok(0);
    }
    let short = strike(|fault| (fault == Fault::ShortSubmit).then_some(()));
    Ok(if short.is_some() { submit - 1 } else { submit })
}

/// Before an SQE is pushed: what is pushed in its place, if the queue has room.
pub(super) fn push(entry: &Entry) -> Option<Entry> {
    let is_call = entry.get_user_data() == completion::CALL;
    let no_room = strike(|fault| match fault {
        Fault::FullQueue => Some(()),
        Fault::Poll if is_call => Some(()),
        _ => None,
    });
    if no_room.is_some() {
        return None;
    }
    let is_message = entry.get_opcode() == u32::from(opcode::MsgRingData::CODE);
    let transfers = [opcode::Send::CODE, opcode::Recv::CODE].map(u32::from);
    let is_transfer = transfers.contains(&entry.get_opcode());
    let error = strike(|fault| match fault {
        Fault::Message(error) if is_message => Some(error),
        Fault::Bell(error) if is_message && completion::is_rung(entry.get_user_data()) => {
            Some(error)
        }
        Fault::Operation(error) if is_transfer => Some(error),
        Fault::Accept(error) if entry.get_opcode() == u32::from(opcode::Accept::CODE) => {
            Some(error)
        }
        Fault::OldKernel if accepts_many(entry) => Some(libc::EINVAL),
        _ => None,
    });
    let Some(_) = error else {
        return Some(entry.clone());
    };
    DOOMED.with_borrow_mut(|doomed| doomed.insert(entry.get_user_data()));
    Some(opcode::Nop::new().build().user_data(entry.get_user_data()))
}

/// What a completion says of its operation.
pub(super) fn outcome(cqe: &cqueue::Entry) -> i32 {
    let doomed = DOOMED.with_borrow_mut(|doomed| doomed.remove(&cqe.user_data()));
    match *plan() {
        _ if !doomed => cqe.result(),
        Some(
            Fault::Message(error)
            | Fault::Bell(error)
            | Fault::Operation(error)
            | Fault::Accept(error),
        ) => -error,
        Some(Fault::OldKernel) => -libc::EINVAL,
        _ => -libc::ENOMEM,
    }
}

/// Before a message from a thread without a ring.
pub(super) fn send() -> io::Result<()> {
    let error = strike(|fault| match fault {
        Fault::Send(error) => Some(error),
        _ => None,
    });
    error.map_or(Ok(()), |error| Err(io::Error::from_raw_os_error(error)))
}

/// Whether a poll goes on after its first completion.
pub(super) fn polls_again() -> bool {
    !matches!(*plan(), Some(Fault::OldKernel | Fault::Poll))
}

/// What is said that the kernel offers.
pub(super) fn offer(offer: Offer) -> Offer {
    match *plan() {
        Some(Fault::OldKernel) => Offer {
            pass: false,
            direct: false,
        },
        Some(Fault::Poll) => Offer {
            direct: false,
            ..offer
        },
        _ => offer,
    }
}

/// The window of a ring that is being made.
pub(super) fn window() -> Option<usize> {
    matches!(*plan(), Some(Fault::WideWindow)).then_some(super::link::MOST_UNDER_WAY)
}
