//! What a runtime is built with.

use crate::door::backend::{BackendKind, Carry, Plan, uring};
use crate::door::pin::allowed;
use crate::door::record::MOST_SHARDS;
use crate::door::shared::Settings;
use crate::door::word::MOST_CREDITS;
use crate::error::{BuildError, IoUringRefusal};
use crate::runtime::Runtime;
use crate::start::{Threads, start};
use std::sync::Once;
use std::thread;
use std::time::Duration;

/// The largest `ring_entries`.
const MOST_RING_ENTRIES: usize = 32_768;

/// Builds a [`Runtime`]. Every setting has a default.
///
/// ```
/// use spargio::{BackendKind, Runtime};
/// use std::time::Duration;
///
/// let rt = Runtime::builder()
///     .shards(2)
///     .backend(BackendKind::Queue)
///     .mailbox(256)
///     .ask_timeout(Duration::from_secs(1))
///     .build()?;
/// assert_eq!(rt.shard_count(), 2);
/// # Ok::<(), spargio::BuildError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing before `build`"]
pub struct Builder {
    shards: Option<usize>,
    backend: BackendKind,
    carry: Carry,
    ring_entries: usize,
    pin: bool,
    spin: Option<Duration>,
    mailbox: usize,
    ask_timeout: Duration,
    drain: Duration,
    thread_name: String,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            shards: None,
            backend: BackendKind::default(),
            carry: Carry::default(),
            ring_entries: 1024,
            pin: true,
            spin: None,
            mailbox: 1024,
            ask_timeout: Duration::from_secs(5),
            drain: Duration::from_secs(5),
            thread_name: "spargio".into(),
        }
    }
}

impl Builder {
    /// Sets how many shards there are: 1 to 4,096, each a thread, else [`BuildError::Shards`]. Default: the parallelism
    /// that is available, which counts a container's quota.
    ///
    /// ```
    /// use spargio::{BuildError, Runtime};
    ///
    /// let rt = Runtime::builder().shards(3).build()?;
    /// // They are counted from 0.
    /// assert!(rt.remote(2).is_some() && rt.remote(3).is_none());
    ///
    /// let refused = Runtime::builder().shards(5000).build().err();
    /// assert!(matches!(refused, Some(BuildError::Shards { asked: 5000, most: 4096 })));
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = Some(shards);
        self
    }

    /// Sets which backend carries pairs between shards. Default: [`BackendKind::Queue`]. Where io_uring cannot be used,
    /// [`BackendKind::IoUring`] makes [`build`](Self::build) give [`BuildError::Backend`], and [`BackendKind::Auto`] is
    /// the queue.
    ///
    /// ```
    /// use spargio::{BackendKind, IoUringReport, Runtime};
    ///
    /// // Rings where the machine has them; elsewhere the same program, without.
    /// let rt = Runtime::builder().shards(1).backend(BackendKind::Auto).build()?;
    /// let rings = IoUringReport::probe().is_usable();
    /// assert!(rings || rt.backend() == BackendKind::Queue);
    /// # Ok::<(), spargio::BuildError>(())
    /// ```
    pub fn backend(mut self, backend: BackendKind) -> Self {
        self.backend = backend;
        self
    }

    /// Sets how actor messages travel on io_uring. Default: [`Carry::Lane`]; the queue backend has nothing else,
    /// whether it was chosen or is what [`BackendKind::Auto`] came to. On a kernel too old for
    /// [`Carry::Completion`], io_uring cannot be used with it: see [`backend`](Self::backend).
    ///
    /// ```
    /// use spargio::{BackendKind, Carry, IoUringReport, Runtime};
    ///
    /// let settings = Runtime::builder().shards(1).carry(Carry::Completion);
    /// if IoUringReport::probe().carries().contains(&Carry::Completion) {
    ///     let rt = settings.clone().backend(BackendKind::IoUring).build()?;
    ///     assert_eq!(rt.carry(), Carry::Completion);
    /// }
    /// let rt = settings.backend(BackendKind::Queue).build()?;
    /// assert_eq!(rt.carry(), Carry::Lane);
    /// # Ok::<(), spargio::BuildError>(())
    /// ```
    pub fn carry(mut self, carry: Carry) -> Self {
        self.carry = carry;
        self
    }

    /// Sets the size of a shard's ring, and of a lane: a power of two from 1 to 32,768, default 1,024, else
    /// [`BuildError::RingEntries`]. A lane has room for so many records of the largest size (128 bytes), and for up to
    /// eight times as many small ones; its memory is used as it fills. What finds no room in a lane is refused with
    /// `Full`, however empty the mailbox is.
    ///
    /// With the `Counter` of the [crate's example](crate):
    ///
    /// ```
    /// # #[derive(spargio::RingMsg)]
    /// # pub enum CounterMsg { Add { n: u32 }, #[ring(reply = u64)] Get }
    /// # #[spargio::shard_actor(msg = CounterMsg)]
    /// # #[derive(Default)]
    /// # pub struct Counter { total: u64 }
    /// # impl CounterBehavior for Counter {
    /// #     async fn add(&mut self, _: &spargio::Cx<Self>, n: u32) { self.total += u64::from(n); }
    /// #     async fn get(&mut self, _: &spargio::Cx<Self>) -> u64 { self.total }
    /// # }
    /// # use spargio::Runtime;
    /// # use std::sync::mpsc;
    /// let rt = Runtime::builder().shards(2).ring_entries(4).build()?;
    /// # let counter: CounterHandle = rt.block_on(rt.remote(1).ok_or("no shard 1")?.start(Counter::default))?;
    /// # let ((busy, held), (go, gate)) = (mpsc::channel(), mpsc::channel::<()>());
    /// # rt.spawn_on(1, async move { _ = busy.send(()); _ = gate.recv(); })?;
    /// # held.recv()?;
    /// // While shard 1 is busy, what shard 0 sends waits in the lane between them: small messages here.
    /// let sent = rt.spawn_on(0, async move { (0..).take_while(|_| counter.add(1).is_ok()).count() })?;
    /// assert!((4..=32).contains(&rt.block_on(sent)?));
    /// # drop(go);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ring_entries(mut self, entries: usize) -> Self {
        self.ring_entries = entries;
        self
    }

    /// Sets whether shard `i` is pinned to the `i`-th CPU that the process may use. Default: yes, unless there are more
    /// shards than such CPUs. Only on Linux; elsewhere it does nothing.
    ///
    /// Several runtimes in one process would share the first CPUs: they do better without. A thread that code on a shard
    /// starts inherits its one CPU; those of [`blocking`](crate::blocking) do not.
    ///
    /// ```
    /// use spargio::Runtime;
    /// use std::thread::available_parallelism;
    ///
    /// /// How many CPUs a shard's thread may run on.
    /// fn cpus(rt: &Runtime) -> Result<usize, Box<dyn std::error::Error>> {
    ///     Ok(rt.block_on(rt.spawn_on(0, async { available_parallelism() })?)??.get())
    /// }
    ///
    /// let pinned = Runtime::builder().shards(1).build()?;
    /// let free = Runtime::builder().shards(1).pin(false).build()?;
    /// assert_eq!(cpus(&free)?, available_parallelism()?.get());
    /// if cfg!(target_os = "linux") { assert_eq!(cpus(&pinned)?, 1); }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pin(mut self, pin: bool) -> Self {
        self.pin = pin;
        self
    }

    /// Sets how long an idle shard looks for work before it sleeps. Default: 20 µs, and none if there are more shards
    /// than CPUs, where a spinning shard would only keep another from running.
    ///
    /// Work that comes meanwhile is found at once and needs no wake-up, which takes some microseconds; the price is a CPU
    /// that is busy for so long whenever there is nothing to do. Zero has a shard sleep at once.
    ///
    /// ```
    /// use spargio::Runtime;
    /// use std::time::Duration;
    ///
    /// let eager = Runtime::builder().shards(1).spin(Duration::from_secs(60)).build()?;
    /// for _ in 0..10 { eager.block_on(eager.spawn_on(0, async {})?)?; }
    /// // It was idle between the tasks, and never slept.
    /// assert_eq!(eager.stats().shards[0].parks, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn spin(mut self, spin: Duration) -> Self {
        self.spin = Some(spin);
        self
    }

    /// Sets how many messages a mailbox holds, unless its actor says otherwise, and how many events a shard's event
    /// queue holds: 1 to 1,048,575, default 1,024, else [`BuildError::Mailbox`]. What finds it full is refused with
    /// `Full`, so what waits for a slow actor is bounded.
    ///
    /// With the `Counter` of the [crate's example](crate):
    ///
    /// ```
    /// # #[derive(spargio::RingMsg)]
    /// # pub enum CounterMsg { Add { n: u32 }, #[ring(reply = u64)] Get }
    /// # #[spargio::shard_actor(msg = CounterMsg)]
    /// # #[derive(Default)]
    /// # pub struct Counter { total: u64 }
    /// # impl CounterBehavior for Counter {
    /// #     async fn add(&mut self, _: &spargio::Cx<Self>, n: u32) { self.total += u64::from(n); }
    /// #     async fn get(&mut self, _: &spargio::Cx<Self>) -> u64 { self.total }
    /// # }
    /// # use spargio::Runtime;
    /// let rt = Runtime::builder().shards(1).mailbox(4).build()?;
    /// let sent = rt.spawn_local_on(0, |cx| async move {
    ///     let counter: CounterHandle = cx.start(Counter::default()).ok()?;
    ///     // It has not run yet.
    ///     Some((0..10).filter(|_| counter.add(1).is_ok()).count())
    /// })?;
    /// assert_eq!(rt.block_on(sent)?, Some(4));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mailbox(mut self, messages: usize) -> Self {
        self.mailbox = messages;
        self
    }

    /// Sets how long an ask waits for its reply and a `send` for room. Default: 5 s. An ask may say otherwise with its
    /// own `timeout`. With zero they hardly wait; with [`Duration::MAX`] for ever.
    ///
    /// ```
    /// # use spargio::{AskError, Cx, Reply, RingMsg, Runtime, shard_actor};
    /// # use std::time::{Duration, Instant};
    /// # #[derive(RingMsg)]
    /// # enum SlowMsg { #[ring(reply = u8, later)] Think }
    /// # #[shard_actor(msg = SlowMsg)]
    /// # #[derive(Default)]
    /// # struct Slow { thoughts: Vec<Reply<u8>> }
    /// # impl SlowBehavior for Slow {
    /// #     async fn think(&mut self, _: &Cx<Self>, reply: Reply<u8>) { self.thoughts.push(reply); }
    /// # }
    /// let rt = Runtime::builder().shards(1).ask_timeout(Duration::from_millis(2)).build()?;
    /// # let client = rt.client();
    /// let slow: SlowHandle = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Slow::default))?;
    /// # let start = Instant::now();
    /// // An actor that never answers holds nobody up for longer.
    /// assert_eq!(rt.block_on(slow.think(&client)), Err(AskError::Timeout));
    /// # assert!(start.elapsed() < Duration::from_secs(5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ask_timeout(mut self, timeout: Duration) -> Self {
        self.ask_timeout = timeout;
        self
    }

    /// Sets how long [`Runtime::shutdown`] lets actors finish what was accepted. Default: 5 s. It ends earlier if they
    /// have. Zero leaves undelivered what is not begun by then; [`Duration::MAX`] waits as long as it takes.
    ///
    /// ```
    /// # use spargio::{Cx, RingMsg, Runtime, shard_actor};
    /// # use std::time::{Duration, Instant};
    /// # #[derive(RingMsg)]
    /// # enum CallMsg { Answer }
    /// # #[shard_actor(msg = CallMsg)]
    /// # struct Call;
    /// impl CallBehavior for Call {
    ///     // This caller never hangs up.
    ///     async fn answer(&mut self, _: &Cx<Self>) { std::future::pending().await }
    /// }
    /// let rt = Runtime::builder().shards(1).drain(Duration::from_millis(10)).build()?;
    /// # let call: CallHandle = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(|| Call))?;
    /// for _ in 0..2 { call.answer()?; }
    /// let start = Instant::now();
    /// let report = rt.shutdown()?;
    /// assert!(start.elapsed() < Duration::from_secs(5) && report.undelivered > 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn drain(mut self, drain: Duration) -> Self {
        self.drain = drain;
        self
    }

    /// Sets what the shards' threads are called, each with `-` and its number behind it. Default: `spargio`. Linux shows
    /// the first 15 bytes. A name with a zero byte is a [`BuildError::ThreadName`].
    ///
    /// ```
    /// use spargio::Runtime;
    ///
    /// let rt = Runtime::builder().shards(2).thread_name("cache").build()?;
    /// // What a debugger, a profiler or `top -H` shows.
    /// let name = rt.spawn_on(1, async { std::thread::current().name().map(str::to_owned) })?;
    /// assert_eq!(rt.block_on(name)?.as_deref(), Some("cache-1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn thread_name(mut self, name: impl Into<String>) -> Self {
        self.thread_name = name.into();
        self
    }

    /// Starts the shards. Returns when each has its thread and its side of the backend.
    ///
    /// ```
    /// use spargio::Runtime;
    ///
    /// /// Settings from outside; an error names the one at fault, and what it may be.
    /// fn start(shards: &str, mailbox: &str) -> Result<Runtime, Box<dyn std::error::Error>> {
    ///     Ok(Runtime::builder().shards(shards.parse()?).mailbox(mailbox.parse()?).build()?)
    /// }
    ///
    /// assert_eq!(start("2", "256")?.shard_count(), 2);
    /// let error = start("2", "0").err().ok_or("a mailbox of nothing")?;
    /// assert!(error.to_string().contains("at least 1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BuildError`] says which setting is out of range, or why the backend or a thread cannot be had. No thread is
    /// left behind.
    pub fn build(self) -> Result<Runtime, BuildError> {
        let cpus = allowed();
        let available = thread::available_parallelism().map_or(1, usize::from);
        let shards = self.shards.unwrap_or(available.min(MOST_SHARDS));
        self.check(shards)?;
        let cores = if cpus.is_empty() {
            available
        } else {
            cpus.len().min(available)
        };
        let settings = self.settings(shards, shards > cores);
        let pinned = if self.pin && shards <= cpus.len() {
            cpus
        } else {
            Vec::new()
        };
        let threads = |plan| Threads {
            name: &self.thread_name,
            pinned: &pinned,
            plan,
        };
        let queue = |settings| start(settings, &threads(Plan::Queue));
        let ring = |settings| {
            let offer = offer(self.carry)?;
            start(settings, &threads(Plan::Ring(offer)))
        };
        match self.backend {
            BackendKind::Queue => queue(settings),
            BackendKind::IoUring => ring(settings),
            BackendKind::Auto => {
                let with_ring = Settings {
                    backend: BackendKind::IoUring,
                    ..settings.clone()
                };
                ring(with_ring).or_else(|error| match error {
                    BuildError::Backend { cause, .. } => {
                        say_fallback(&cause);
                        queue(Settings {
                            backend: BackendKind::Queue,
                            carry: Carry::Lane,
                            ..settings
                        })
                    }
                    other => Err(other),
                })
            }
        }
    }

    /// `crowded`: whether shards share CPUs.
    fn settings(&self, shards: usize, crowded: bool) -> Settings {
        Settings {
            shards,
            backend: self.backend,
            carry: match self.backend {
                BackendKind::IoUring | BackendKind::Auto => self.carry,
                BackendKind::Queue => Carry::Lane,
            },
            ring_entries: self.ring_entries,
            mailbox: self.mailbox as u32,
            ask_timeout: self.ask_timeout,
            drain: self.drain,
            spin: match self.spin {
                Some(spin) => spin,
                None if crowded => Duration::ZERO,
                None => Duration::from_micros(20),
            },
        }
    }

    fn check(&self, shards: usize) -> Result<(), BuildError> {
        if !(1..=MOST_SHARDS).contains(&shards) {
            return Err(BuildError::Shards {
                asked: shards,
                most: MOST_SHARDS,
            });
        }
        let entries = self.ring_entries;
        if !entries.is_power_of_two() || entries > MOST_RING_ENTRIES {
            return Err(BuildError::RingEntries { asked: entries });
        }
        if !(1..=MOST_CREDITS).contains(&self.mailbox) {
            return Err(BuildError::Mailbox {
                asked: self.mailbox,
                most: MOST_CREDITS,
            });
        }
        if self.thread_name.contains('\0') {
            return Err(BuildError::ThreadName {
                asked: self.thread_name.clone(),
            });
        }
        Ok(())
    }
}

/// What io_uring offers here, if it is enough for the carry.
fn offer(carry: Carry) -> Result<uring::Offer, IoUringRefusal> {
    let offer = uring::offer()?;
    if carry == Carry::Completion && !offer.pass {
        return Err(IoUringRefusal {
            cause: "Carry::Completion needs messages between rings that carry whole values, which this kernel has not (IORING_MSG_RING_FLAGS_PASS, Linux 6.3)".into(),
            remedy: "use Carry::Lane, or run Linux 6.3 or newer".into(),
        });
    }
    Ok(offer)
}

/// Says once for the process that `Auto` fell back, and why.
fn say_fallback(why: &str) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| eprintln!("spargio: BackendKind::Auto uses the queue backend: {why}"));
}
