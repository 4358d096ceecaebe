//! The end of a run, the same for every framework: it is over when the last of its actors has been dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::oneshot;

/// What each actor of a run holds. The run ends when the last is dropped, so a run counts the actors' ends, and an actor
/// that dies early makes the total wrong and not the run endless.
pub(crate) struct Share {
    counted: u64,
    run: Arc<Run>,
}

struct Run {
    total: Arc<AtomicU64>,
    /// Nothing is ever sent: its drop is the sign.
    _over: oneshot::Sender<()>,
}

/// Waits for the end of a run.
pub(crate) struct Finish {
    total: Arc<AtomicU64>,
    over: oneshot::Receiver<()>,
}

/// The first share of a run, which the others are cloned from, and what waits for them.
pub(crate) fn shares() -> (Share, Finish) {
    let total = Arc::new(AtomicU64::new(0));
    let (sender, over) = oneshot::channel();
    let run = Arc::new(Run {
        total: total.clone(),
        _over: sender,
    });
    (Share { counted: 0, run }, Finish { total, over })
}

impl Share {
    /// Adds to what this actor has counted. No other thread hears of it before the actor ends.
    pub(crate) fn count(&mut self, more: u64) {
        self.counted += more;
    }
}

impl Clone for Share {
    /// Another share of the run, which has counted nothing yet.
    fn clone(&self) -> Self {
        Self {
            counted: 0,
            run: self.run.clone(),
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.counted > 0 {
            // Relaxed: the drop of the last `Arc`, and the channel, order it before who reads the total.
            self.run.total.fetch_add(self.counted, Ordering::Relaxed);
        }
    }
}

impl Finish {
    /// What all actors have counted together, when the last of them is gone. All shares must have been given away.
    pub(crate) async fn total(self) -> u64 {
        // An error, always: the sender was dropped.
        _ = self.over.await;
        self.total.load(Ordering::Relaxed)
    }
}
