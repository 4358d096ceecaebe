//! Time: sleeping, timeouts and intervals.
//!
//! On a shard a timer costs no system call and no allocation of its own: it goes into the shard's queue of timers, in
//! O(log n). The shard looks at its clock at least after every 16 messages or polls, and when it is idle it sleeps
//! until the next timer is due. Off the shards, in [`Runtime::block_on`](crate::Runtime::block_on) or on any other
//! executor, one thread of the process serves all timers. Either way a timer is never early, and if the machine has a
//! free core it is late by well under a millisecond.
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

/// Longer than any process lives: stands for deadlines beyond what an `Instant` can hold.
const FOR_EVER: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

/// Waits for a duration. See [`Sleep`].
///
/// ```
/// use spargio::time;
/// use std::time::{Duration, Instant};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let start = Instant::now();
///     time::sleep(Duration::from_millis(2)).await;
///     assert!(start.elapsed() >= Duration::from_millis(2));
///     Ok(())
/// }
/// ```
pub fn sleep(duration: Duration) -> Sleep {
    let now = now();
    sleep_until(now.checked_add(duration).unwrap_or(now + FOR_EVER))
}

/// Waits until a time; hardly at all if it has passed. See [`Sleep`].
///
/// ```
/// use spargio::time;
/// use std::time::{Duration, Instant};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     // Work and pause together take so long, however long the work takes.
///     let end = Instant::now() + Duration::from_millis(2);
///     let sum: u64 = (1..=1000).sum();
///     time::sleep_until(end).await;
///     assert!(Instant::now() >= end && sum == 500_500);
///     Ok(())
/// }
/// ```
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep {
        timer: Timer::new(deadline),
    }
}

/// Waits for a future, but no longer than this. See [`Timeout`].
///
/// The future is dropped with the [`Timeout`]; its own "Cancellation" section says what that loses, a read's buffer for
/// one. To keep waiting on the same future, pass `&mut` of a pinned one.
///
/// ```
/// use spargio::net::UdpSocket;
/// use spargio::time;
/// use std::{io, time::Duration};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let socket = UdpSocket::bind("127.0.0.1:0").await?;
///     let silence = time::timeout(Duration::from_millis(2), socket.recv(Vec::with_capacity(64))).await;
///     // It is an error of the kind that sockets have, too.
///     let error: io::Error = silence.err().ok_or("somebody sent something")?.into();
///     assert_eq!(error.kind(), io::ErrorKind::TimedOut);
///     Ok(())
/// }
/// ```
pub fn timeout<F: Future>(duration: Duration, future: F) -> Timeout<F> {
    Timeout {
        future,
        sleep: sleep(duration),
    }
}

/// Ticks at once, then once every `period`. See [`Interval`].
///
/// ```
/// use spargio::time;
/// use std::time::{Duration, Instant};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let mut ticks = time::interval(Duration::from_millis(1));
///     let first = ticks.tick().await;
///     let third = { ticks.tick().await; ticks.tick().await };
///     // Whole periods, whatever time the ticks took.
///     assert_eq!((third - first).as_nanos() % 1_000_000, 0);
///     assert!(third - first >= Duration::from_millis(2));
///     Ok(())
/// }
/// ```
pub fn interval(period: Duration) -> Interval {
    interval_at(now(), period)
}

/// Ticks at `start`, then once every `period`; with a period of zero, whenever somebody waits. See [`Interval`].
///
/// ```
/// use spargio::time;
/// use std::time::{Duration, Instant};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let period = Duration::from_millis(2);
///     // The first tick after a period, not at once.
///     let start = Instant::now() + period;
///     let mut ticks = time::interval_at(start, period);
///     assert_eq!(ticks.tick().await, start);
///     Ok(())
/// }
/// ```
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    Interval {
        sleep: sleep_until(start),
        period: period.max(Duration::from_nanos(1)),
    }
}

/// A future that is ready when a time has come. Made by [`sleep`] and [`sleep_until`].
///
/// If it has come already, it is ready at once; but an actor or task of a shard for which that was so 64 times without a
/// pause, with sleeps, intervals, timeouts and sockets together, leaves others their turn first.
///
/// It may be polled on a shard and off the shards, and moved between them. Dropping it removes the timer; if it is
/// dropped on another thread than that of the shard that it waits on, the shard keeps the timer until it is due.
///
/// ```
/// use spargio::time::{self, Sleep};
/// use std::time::{Duration, Instant};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     // A deadline that is put off whenever something happens.
///     let mut idle: Sleep = time::sleep(Duration::from_secs(60));
///     let soon = Instant::now() + Duration::from_millis(2);
///     idle.reset(soon);
///     assert_eq!(idle.deadline(), soon);
///     (&mut idle).await;
///     assert!(Instant::now() >= soon);
///     Ok(())
/// }
/// ```
#[must_use = "it only waits when it is awaited"]
pub struct Sleep {
    timer: Timer,
}

impl Sleep {
    /// When it becomes ready.
    ///
    /// ```
    /// # use spargio::time;
    /// # use std::time::{Duration, Instant};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() {
    /// let end = Instant::now() + Duration::from_secs(1);
    /// assert_eq!(time::sleep_until(end).deadline(), end);
    /// # }
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.timer.at()
    }

    /// Gives it another deadline, even after it was ready.
    ///
    /// ```
    /// # use spargio::time;
    /// # use std::time::{Duration, Instant};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() {
    /// let mut pause = time::sleep(Duration::ZERO);
    /// (&mut pause).await;
    /// // Used again, without another one.
    /// let end = Instant::now() + Duration::from_millis(2);
    /// pause.reset(end);
    /// (&mut pause).await;
    /// assert!(Instant::now() >= end);
    /// # }
    /// ```
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
    /// Resolves to the future's output, or to [`Elapsed`] once the time is over; if both are ready, to the output. The
    /// future is dropped with the `Timeout`, not before.
    ///
    /// ```
    /// use spargio::time::{self, Elapsed, Timeout};
    /// use std::{future, time::Duration};
    ///
    /// #[spargio::main(shards = 1)]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let quick: Timeout<future::Ready<u8>> = time::timeout(Duration::ZERO, future::ready(7));
    ///     assert_eq!(quick.await, Ok(7));
    ///     let never = time::timeout(Duration::from_millis(2), future::pending::<u8>());
    ///     assert_eq!(never.await, Err(Elapsed));
    ///     Ok(())
    /// }
    /// ```
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
///
/// ```
/// use spargio::time::{self, Elapsed};
/// use std::{io, time::Duration};
///
/// /// Whatever goes wrong here, it is an error of I/O.
/// async fn answer() -> io::Result<u8> {
///     Ok(time::timeout(Duration::from_millis(2), std::future::pending()).await?)
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let error = answer().await.err().ok_or("there was an answer")?;
///     assert_eq!(error.kind(), io::ErrorKind::TimedOut);
///     assert!(error.get_ref().is_some_and(|inner| inner.is::<Elapsed>()));
///     Ok(())
/// }
/// ```
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

/// Ticks once every period. Made by [`interval`] and [`interval_at`]; also a [`Stream`] of ticks.
///
/// Ticks do not drift: each is a whole number of periods after the first. Missed ticks come as one.
///
/// ```
/// use futures_util::StreamExt;
/// use spargio::time::{self, Interval};
/// use std::time::Duration;
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let ticks: Interval = time::interval(Duration::from_millis(1));
///     assert_eq!(ticks.period(), Duration::from_millis(1));
///     // It is a stream without an end.
///     assert_eq!(ticks.take(3).count().await, 3);
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Interval {
    sleep: Sleep,
    period: Duration,
}

impl Interval {
    /// Waits for the next tick. Returns when it was due.
    ///
    /// ```
    /// # use spargio::time;
    /// # use std::time::{Duration, Instant};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() {
    /// let mut ticks = time::interval(Duration::from_millis(1));
    /// let first = ticks.tick().await;
    /// // Whoever comes late gets one tick, and not one for each that was missed.
    /// time::sleep(Duration::from_millis(5)).await;
    /// let late = ticks.tick().await;
    /// assert_eq!(late, first + Duration::from_millis(1));
    /// let next = ticks.tick().await;
    /// assert!(next >= first + Duration::from_millis(6));
    /// # }
    /// ```
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no tick.
    pub async fn tick(&mut self) -> Instant {
        std::future::poll_fn(|task| self.poll_tick(task)).await
    }

    /// As [`tick`](Self::tick), for those who write futures by hand.
    ///
    /// ```
    /// # use spargio::time;
    /// # use std::time::{Duration, Instant};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() {
    /// use std::{future::poll_fn, task::Poll};
    ///
    /// let mut ticks = time::interval(Duration::from_millis(1));
    /// // What comes first: the tick, or what a future of one's own waits for.
    /// let tick = poll_fn(|task| match ticks.poll_tick(task) {
    ///     Poll::Ready(due) => Poll::Ready(Some(due)),
    ///     Poll::Pending => Poll::Ready(None),
    /// });
    /// assert!(tick.await.is_some_and(|due| due <= Instant::now()));
    /// # }
    /// ```
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

    /// The time from one tick to the next; 1 ns if it was made with a period of zero.
    ///
    /// ```
    /// # use spargio::time;
    /// # use std::time::{Duration, Instant};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() {
    /// let half_a_minute = Duration::from_secs(30);
    /// assert_eq!(time::interval(half_a_minute).period(), half_a_minute);
    /// # }
    /// ```
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
