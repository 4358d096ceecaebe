//! Time: sleeping, limits, and beats.
//!
//! On a shard a timer costs no system call and no allocation of its own: it stands in the shard's queue of timers, in
//! O(log n), and the shard looks at its clock at least after every 16 messages or polls, and sleeps until the next timer is
//! due. Off the shards, in [`Runtime::block_on`](crate::Runtime::block_on) or on any other executor, one thread of the
//! process looks after all timers. Either way a timer is never early, and late by well under a millisecond where the
//! machine has a core free for it.
//!
//! ```
//! use spargio::{Runtime, time};
//! use std::time::{Duration, Instant};
//!
//! let rt = Runtime::builder().shards(1).build()?;
//! let asleep = rt.spawn_on(0, async {
//!     let start = Instant::now();
//!     time::sleep(Duration::from_millis(5)).await;
//!     let endless = time::timeout(Duration::from_millis(5), std::future::pending::<()>());
//!     assert_eq!(endless.await, Err(time::Elapsed));
//!     start.elapsed()
//! })?;
//! assert!(rt.block_on(asleep)? >= Duration::from_millis(10));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::door::clock::{OutsideClock, now};
use crate::shard::timer::{Timer, Waited};
use futures_core::Stream;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

/// Longer than any process lives: what a wait for more time than there is comes to.
const FOR_EVER: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

/// Waits for a while. See [`Sleep`].
pub fn sleep(duration: Duration) -> Sleep {
    let now = now();
    sleep_until(now.checked_add(duration).unwrap_or(now + FOR_EVER))
}

/// Waits until a time; not at all if it has passed. See [`Sleep`].
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep {
        timer: Timer::new(deadline),
    }
}

/// Waits for a future, but no longer than this. See [`Timeout`].
pub fn timeout<F: Future>(duration: Duration, future: F) -> Timeout<F> {
    Timeout {
        future,
        sleep: sleep(duration),
    }
}

/// Beats at once and then once in every `period`. See [`Interval`].
pub fn interval(period: Duration) -> Interval {
    interval_at(now(), period)
}

/// Beats at `start` and then once in every `period`; a period of no time beats whenever somebody waits. See [`Interval`].
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    Interval {
        sleep: sleep_until(start),
        period: period.max(Duration::from_nanos(1)),
    }
}

/// A future that is ready when a time has come. Made by [`sleep`] and [`sleep_until`].
///
/// It may be polled on a shard and off the shards, and moved between them. Dropping it forgets the timer; dropped on another
/// thread than that of the shard that it waits on, it is forgotten there when its time comes.
#[must_use = "it only waits when it is awaited"]
pub struct Sleep {
    timer: Timer,
}

impl Sleep {
    /// When it is ready.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.timer.at()
    }

    /// Gives it another deadline, also when it was ready before.
    pub fn reset(&mut self, deadline: Instant) {
        self.timer.reset(deadline);
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        match ready!(self.timer.poll(OutsideClock::of_process, task)) {
            Waited::Enough => Poll::Ready(()),
            // No thread could be started that would wake it: it has to look itself.
            Waited::Ended => {
                task.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline())
            .finish()
    }
}

pin_project_lite::pin_project! {
    /// A future with a limit on its time. Made by [`timeout`].
    ///
    /// Resolves to the future's output, or to [`Elapsed`] once the time is over; a future that is ready wins. The future is
    /// dropped with it, not before.
    #[must_use = "it only waits when it is awaited"]
    #[derive(Debug)]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        sleep: Sleep,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(task) {
            return Poll::Ready(Ok(output));
        }
        Pin::new(this.sleep).poll(task).map(|()| Err(Elapsed))
    }
}

/// The time of a [`timeout`] is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time was over before the future was ready")
    }
}

impl std::error::Error for Elapsed {}

impl From<Elapsed> for std::io::Error {
    fn from(elapsed: Elapsed) -> Self {
        Self::new(std::io::ErrorKind::TimedOut, elapsed)
    }
}

/// Beats once in every period. Made by [`interval`] and [`interval_at`]; also a [`Stream`] of beats.
///
/// Beats do not drift: each is a whole number of periods after the first. Those that were missed, because nobody waited
/// in time, come as one.
#[derive(Debug)]
pub struct Interval {
    sleep: Sleep,
    period: Duration,
}

impl Interval {
    /// Waits for the next beat. Returns when it was due.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no beat.
    pub async fn tick(&mut self) -> Instant {
        std::future::poll_fn(|task| self.poll_tick(task)).await
    }

    /// The same, for those who write futures by hand.
    pub fn poll_tick(&mut self, task: &mut Context<'_>) -> Poll<Instant> {
        ready!(Pin::new(&mut self.sleep).poll(task));
        let due = self.sleep.deadline();
        // Whole periods, past those that were missed.
        let late = now().saturating_duration_since(due).as_nanos();
        let missed = late / self.period.as_nanos();
        let periods = u32::try_from(missed + 1).unwrap_or(u32::MAX);
        let next = self
            .period
            .checked_mul(periods)
            .and_then(|ahead| due.checked_add(ahead));
        self.sleep.reset(next.unwrap_or(due + FOR_EVER));
        Poll::Ready(due)
    }

    /// The time from one beat to the next.
    #[must_use]
    pub fn period(&self) -> Duration {
        self.period
    }
}

impl Stream for Interval {
    type Item = Instant;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Instant>> {
        self.poll_tick(task).map(Some)
    }
}
