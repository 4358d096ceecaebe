//! Starting a runtime's shards: each makes its side of the backend on its own thread, and none runs before all have.

use crate::ShardId;
use crate::door::backend::{Backend, Bell, Plan};
use crate::door::seat::Seat;
use crate::door::shared::{Settings, Shared, Tenancy};
use crate::door::threads::spawn;
use crate::error::{BuildError, IoUringRefusal};
use crate::runtime::Runtime;
use crate::shard::Core;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// What the threads are given beside the settings.
pub(crate) struct Threads<'a> {
    pub(crate) name: &'a str,
    /// The CPUs of the shards, in their order; none for those that are not pinned.
    pub(crate) pinned: &'a [usize],
    pub(crate) plan: Plan,
}

/// How a shard's thread reports that it has its side of the backend.
type Report = (ShardId, Result<Bell, IoUringRefusal>);

/// Starts a runtime, or leaves nothing of it behind.
pub(crate) fn start(settings: Settings, threads: &Threads<'_>) -> Result<Runtime, BuildError> {
    let shared = open_seats(settings);
    let tenancy = Arc::new(Tenancy(shared.clone()));
    let mut started = Vec::with_capacity(shared.settings.shards);
    match muster(&tenancy, threads, &mut started) {
        Ok(()) => Ok(Runtime::new(tenancy, started)),
        Err(error) => {
            for thread in started {
                // It has found nobody to go on with, and cannot have panicked: that aborts.
                _ = thread.join();
            }
            close_events(&shared);
            Err(error)
        }
    }
}

/// Rents a seat for each shard and opens the slot of its event queue.
fn open_seats(settings: Settings) -> Arc<Shared> {
    let seats: Box<[&'static Seat]> = (0..settings.shards)
        .map(|id| Seat::rent(id as ShardId))
        .collect();
    let open_events = |seat: &&'static Seat| {
        let mut book = seat.book();
        let events = book
            .open(settings.mailbox, None)
            .map(|(_, address)| address);
        seat.return_book(book);
        events.expect("a process has many more slots than shards")
    };
    let events = seats.iter().map(open_events).collect();
    Shared::new(settings, seats, events)
}

/// Gives the slots of the event queues back, where no shard will do so.
fn close_events(shared: &Shared) {
    for (seat, events) in shared.seats.iter().zip(&shared.events) {
        if let Some(page) = events.page() {
            page.word(events.place()).close();
            let mut book = seat.book();
            book.retire(page.local(events.place()));
            seat.return_book(book);
        }
    }
}

/// Starts the threads, waits until each has its side of the backend, and lets them go. If one has not, none goes.
fn muster(
    tenancy: &Arc<Tenancy>,
    threads: &Threads<'_>,
    started: &mut Vec<JoinHandle<()>>,
) -> Result<(), BuildError> {
    let (report, reports) = channel();
    let shards = tenancy.0.settings.shards;
    let mut gates = Vec::with_capacity(shards);
    for id in 0..shards as ShardId {
        let (gate, go) = channel();
        gates.push(gate);
        let (tenancy, report, plan) = (tenancy.clone(), report.clone(), threads.plan);
        let name = format!("{}-{id}", threads.name);
        let cpu = threads.pinned.get(usize::from(id)).copied();
        let thread = spawn(name, cpu, move || shard(id, tenancy, plan, report, &go));
        started.push(thread.map_err(BuildError::Thread)?);
    }
    drop(report);
    let bells = collect(shards, &reports)?;
    for gate in gates {
        // It waits for that, or has panicked, which aborts.
        _ = gate.send(bells.clone());
    }
    Ok(())
}

fn collect(shards: usize, reports: &Receiver<Report>) -> Result<Arc<[Bell]>, IoUringRefusal> {
    let mut bells: Vec<Option<Bell>> = (0..shards).map(|_| None).collect();
    for (id, made) in reports {
        bells[usize::from(id)] = Some(made?);
        if bells.iter().all(Option::is_some) {
            break;
        }
    }
    Ok(bells.into_iter().flatten().collect())
}

/// A shard's thread.
fn shard(
    id: ShardId,
    tenancy: Arc<Tenancy>,
    plan: Plan,
    report: Sender<Report>,
    go: &Receiver<Arc<[Bell]>>,
) {
    let shared = tenancy.0.clone();
    let made = Backend::new(plan, id, &shared);
    let (backend, answer) = match made {
        Ok(backend) => {
            let bell = backend.bell();
            (Some(backend), Ok(bell))
        }
        Err(refusal) => (None, Err(refusal)),
    };
    // Nobody listens if another shard could not start.
    _ = report.send((id, answer));
    drop(report);
    if let (Some(backend), Ok(bells)) = (backend, go.recv()) {
        backend.meet(bells);
        Core::new(id, shared, backend).run();
    }
}
