//! Channels for one value. Whoever waits for it may have a waker that panics, and so may the value's drop if nobody waits:
//! that is counted, and goes no further, for it is not the code of whoever sends.

use super::current::guarded;
use futures_channel::oneshot;
pub(crate) use oneshot::{Canceled, Receiver};

/// Sends the value. Dropping it without one tells that there will be none.
pub(crate) struct Sender<T>(Option<oneshot::Sender<T>>);

pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = oneshot::channel();
    (Sender(Some(sender)), receiver)
}

impl<T> Sender<T> {
    /// Nobody waits, or any more.
    pub(crate) fn to_nobody() -> Self {
        Self(None)
    }

    /// Gives the value back if nobody waits.
    #[inline]
    pub(crate) fn send(mut self, value: T) -> Result<(), T> {
        match self.0.take() {
            // The value is there before the waker is called.
            Some(sender) => guarded(|| sender.send(value)).unwrap_or(Ok(())),
            None => Err(value),
        }
    }
}

impl<T> Drop for Sender<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(sender) = self.0.take() {
            guarded(|| drop(sender));
        }
    }
}
