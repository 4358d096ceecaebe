//! Wakers without counting: a waker is the address of its task, in the one word that a waker has to itself. Cloning
//! copies it, dropping it does nothing, and one that outlives its task finds a newer generation in the slot.

use super::{Core, current};
use crate::door::record::{Head, Kind, Record, Sink};
use crate::door::seat::Parcel;
use crate::door::slots::Address;
use crate::door::threads::caught;
use crate::value::RingVal;
use std::mem::ManuallyDrop;
use std::ptr;
use std::task::{RawWaker, RawWakerVTable, Waker};

const _: () = assert!(
    size_of::<usize>() >= size_of::<u64>(),
    "an address must fit into a pointer"
);

static VTABLE: RawWakerVTable = RawWakerVTable::new(raw, wake_raw, wake_raw, drop_nothing);

/// The waker of the task at this address. Its drop does nothing, so it need not be called.
#[inline]
pub(super) fn waker(address: Address) -> ManuallyDrop<Waker> {
    let data = ptr::without_provenance(address.to_bits() as usize);
    // SAFETY: the four functions take `data` for an integer and never follow it; they may be called on any thread, any
    // number of times, for `wake` works through the process-wide slot table alone.
    ManuallyDrop::new(unsafe { Waker::new(data, &VTABLE) })
}

fn raw(data: *const ()) -> RawWaker {
    RawWaker::new(data, &VTABLE)
}

fn drop_nothing(_: *const ()) {}

fn wake_raw(data: *const ()) {
    if let Some(address) = Address::from_bits(data.addr() as u64) {
        wake_task(address);
    }
}

/// The task that a waker wakes, if it is one of these.
#[inline]
pub(crate) fn task_of(waker: &Waker) -> Option<Address> {
    ptr::eq(waker.vtable(), &VTABLE)
        .then(|| Address::from_bits(waker.data().addr() as u64))
        .flatten()
}

/// Has the task at this address run, from any thread.
pub(crate) fn wake_task(address: Address) {
    let Some(page) = address.page() else { return };
    let local = page.local(address.place());
    let generation = u64::from(address.generation().get());
    let here = current::with(|core| {
        core.is_some_and(|core| core.wake_from_shard(page.seat, local, generation))
    });
    if !here {
        // A shard that has ended needs no waking.
        _ = page
            .seat
            .inject(Parcel::Record(Record::inline(wake_head(local, generation))));
    }
}

/// Who is to be woken: a task, by its address, for which nothing is cloned, dropped or called, or whoever else.
pub(crate) enum Waiter {
    Task(Address),
    Other(Waker),
}

impl From<Waker> for Waiter {
    #[inline]
    fn from(waker: Waker) -> Self {
        match task_of(&waker) {
            Some(task) => Self::Task(task),
            None => Self::Other(waker),
        }
    }
}

impl Waiter {
    /// Whoever polls with this waker.
    #[inline]
    pub(super) fn of(waker: &Waker) -> Self {
        match task_of(waker) {
            Some(task) => Self::Task(task),
            None => Self::Other(waker.clone()),
        }
    }

    /// Wakes it, whoever it is: a panic of its waker is counted, and goes no further.
    pub(super) fn wake(self) {
        match (self, current::here().core()) {
            (waiter, Some(core)) => core.wake(waiter),
            (Self::Task(task), None) => wake_task(task),
            (Self::Other(waker), None) => _ = caught(|| waker.wake()),
        }
    }
}

fn wake_head(local: u32, generation: u64) -> Head {
    Head::new(Kind::Control, super::deliver::WAKE, local, generation)
}

impl Core {
    /// Wakes whoever waits: one of this shard's tasks without a detour.
    #[inline]
    pub(super) fn wake(&self, waiter: Waiter) {
        match waiter {
            Waiter::Task(task) => match task.page() {
                Some(page) if ptr::eq(page.seat, self.seat) => {
                    let generation = u64::from(task.generation().get());
                    self.table.wake(page.local(task.place()), generation);
                }
                _ => wake_task(task),
            },
            Waiter::Other(waker) => _ = self.guard(|| waker.wake()),
        }
    }

    /// Wakes a task of this shard, or of another shard of this runtime. `false`: the seat is no shard's of this one.
    fn wake_from_shard(
        &self,
        seat: &'static crate::door::seat::Seat,
        local: u32,
        generation: u64,
    ) -> bool {
        if ptr::eq(seat, self.seat) {
            self.table.wake(local, generation);
            return true;
        }
        self.outbox.knows(seat) && {
            let head = wake_head(local, generation);
            self.post(seat.shard, |queue| queue.plain(head));
            true
        }
    }
}
