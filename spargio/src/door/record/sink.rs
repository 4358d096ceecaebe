//! Sinks: where records are written.

use super::{Cargo, Head, Record};

/// Where a record is written: each method writes a whole one.
#[doc(hidden)]
pub trait Sink {
    #[doc(hidden)]
    type Out;

    /// A head alone.
    #[doc(hidden)]
    fn plain(self, head: Head) -> Self::Out;

    /// A head that is answered to a reply slot of the shard that sends it.
    #[doc(hidden)]
    fn asking(self, head: Head, reply: u64) -> Self::Out;

    /// A head, a reply slot or zero, and a body.
    #[doc(hidden)]
    fn body<B: Cargo>(self, head: Head, reply: u64, body: B) -> Self::Out;
}

/// A record on its own is made where there is no queue to write to.
pub(crate) struct ToRecord;

impl Sink for ToRecord {
    type Out = Record;

    #[inline]
    fn plain(self, head: Head) -> Record {
        Record::inline(head)
    }

    #[inline]
    fn asking(self, head: Head, reply: u64) -> Record {
        Record::asking(head, reply)
    }

    #[inline]
    fn body<B: Cargo>(self, head: Head, reply: u64, body: B) -> Record {
        Record::with_body(head, reply, body)
    }
}
