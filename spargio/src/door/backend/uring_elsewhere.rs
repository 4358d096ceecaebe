//! In place of the io_uring backend where the system is not Linux: there is none.

use super::report::IoUringReport;
use crate::ShardId;
use crate::door::io::operation::Operation;
use crate::door::lane::LaneWriter;
use crate::door::queue::Queue;
use crate::door::record::Record;
use crate::door::shared::Shared;
use crate::error::IoUringRefusal;
use std::io;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

/// Cannot be had.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) pass: bool,
    never: Never,
}

#[derive(Clone, Copy, Debug)]
enum Never {}

#[derive(Clone)]
pub(crate) struct Bell(Never);
pub(crate) struct Ring(Never);
pub(crate) struct Received(Never);

#[derive(Clone, Copy)]
pub(crate) struct FlightId(Never);
pub(crate) type Outcome = (io::Result<usize>, Box<dyn Operation>);

pub(crate) enum Parcel {
    Record(Record),
    InLane,
}

pub(crate) fn offer() -> Result<Offer, IoUringRefusal> {
    Err(refusal())
}

fn refusal() -> IoUringRefusal {
    IoUringRefusal {
        cause: "io_uring is a part of Linux, and this system is another".into(),
        remedy: "use BackendKind::Queue, or BackendKind::Auto, which goes on with it by itself"
            .into(),
    }
}

pub(crate) fn report() -> IoUringReport {
    IoUringReport {
        kernel: String::new(),
        refusal: Some(refusal()),
        setup_flags: Vec::new(),
        msg_ring: false,
        flags_pass: false,
        send_msg_ring: false,
        io_uring_disabled: None,
        seccomp: false,
        locked_memory: None,
    }
}

impl Bell {
    pub(crate) fn ring(&self) {
        match self.0 {}
    }
}

impl Received {
    pub(crate) fn source(&self) -> ShardId {
        match self.0 {}
    }
}

impl Ring {
    pub(crate) fn new(_: ShardId, _: &Arc<Shared>, offer: Offer) -> Result<Self, IoUringRefusal> {
        match offer.never {}
    }

    pub(crate) fn bell(&self) -> Bell {
        match self.0 {}
    }

    pub(crate) fn meet(&self, _: Arc<[super::Bell]>) {
        match self.0 {}
    }

    pub(crate) fn submit(&self) {
        match self.0 {}
    }

    pub(crate) fn send(&self, _: ShardId, _: &mut Queue, _: &mut LaneWriter) {
        match self.0 {}
    }

    pub(crate) fn resend(&self) {
        match self.0 {}
    }

    pub(crate) fn ring(&self, _: ShardId) {
        match self.0 {}
    }

    pub(crate) fn reap(&self) {
        match self.0 {}
    }

    pub(crate) fn count_stray(&self) {
        match self.0 {}
    }

    pub(crate) fn confirm(&self) {
        match self.0 {}
    }

    pub(crate) fn next(&self) -> Option<Received> {
        match self.0 {}
    }

    pub(crate) fn in_order(&self, _: &Received, _: impl FnMut(Parcel)) {
        match self.0 {}
    }

    pub(crate) fn has_work(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn is_refused(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn is_sending(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn begin(
        &self,
        _: Box<dyn Operation>,
        _: Waker,
    ) -> Result<FlightId, Box<dyn Operation>> {
        match self.0 {}
    }

    pub(crate) fn poll(&self, _: FlightId, _: Waker) -> Option<Outcome> {
        match self.0 {}
    }

    pub(crate) fn abandon(&self, _: FlightId) {
        match self.0 {}
    }

    pub(crate) fn cancel_all(&self) {
        match self.0 {}
    }

    pub(crate) fn has_landed(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn take_woken(&self) -> Vec<Waker> {
        match self.0 {}
    }

    pub(crate) fn aloft(&self) -> usize {
        match self.0 {}
    }

    pub(crate) fn wait(&self, _: Option<Instant>) {
        match self.0 {}
    }
}
