//! Operations in flight: each stands here, with all that the kernel may touch, from its SQE to its final completion. Who
//! waits for it has its number; one that nobody waits for any more is cancelled, and dropped when it lands.

use crate::door::io::operation::Operation;
use io_uring::squeue::Entry;
use slab::Slab;
use std::io;
use std::task::Waker;

/// Names a flight; a later one in the same place has another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlightId {
    place: u32,
    generation: u32,
}

/// How an operation ended, and the operation with what it owns.
pub(crate) type Outcome = (io::Result<usize>, Box<dyn Operation>);

/// Places are counted in what a completion's `user_data` has for them.
pub(super) const MOST_FLIGHTS: usize = 1 << 28;

struct Flight {
    generation: u32,
    operation: Box<dyn Operation>,
    state: State,
}

enum State {
    /// For a completion that has not come. Who has been woken for one has no waker here until it looks again.
    Waiting(Option<Waker>),
    Landed(io::Result<usize>),
    /// Nobody waits for it.
    Abandoned,
}

#[derive(Default)]
pub(super) struct Flights {
    flights: Slab<Flight>,
    generations: u32,
    /// How many have not landed.
    aloft: usize,
}

impl FlightId {
    pub(super) fn new(place: u32, generation: u32) -> Self {
        Self { place, generation }
    }

    pub(super) fn place(self) -> u32 {
        self.place
    }

    pub(super) fn generation(self) -> u32 {
        self.generation
    }
}

impl Flights {
    /// Whether there are as many as there can be.
    pub(super) fn is_full(&self) -> bool {
        self.flights.len() >= MOST_FLIGHTS
    }

    /// Has an operation begin: its SQE is to be pushed. There must be room.
    pub(super) fn begin(
        &mut self,
        operation: Box<dyn Operation>,
        waker: Waker,
    ) -> (FlightId, Entry) {
        self.generations = self.generations.wrapping_add(1);
        let generation = self.generations;
        self.aloft += 1;
        let vacant = self.flights.vacant_entry();
        let id = FlightId {
            place: vacant.key() as u32,
            generation,
        };
        let flight = vacant.insert(Flight {
            generation,
            operation,
            state: State::Waiting(Some(waker)),
        });
        // Where it stands now it stays.
        (id, flight.operation.sqe())
    }

    fn find(&mut self, id: FlightId) -> Option<&mut Flight> {
        let flight = self.flights.get_mut(id.place as usize)?;
        (flight.generation == id.generation).then_some(flight)
    }

    fn remove(&mut self, id: FlightId) -> Flight {
        self.flights.remove(id.place as usize)
    }

    /// The final completion of a flight has come. `None`: there is no such flight. What is handed out is woken or dropped
    /// with nothing borrowed: both may be user code.
    pub(super) fn land(&mut self, id: FlightId, result: i32) -> Option<Landed> {
        // It lands once: a second completion of one flight is none of its own.
        let flight = self
            .find(id)
            .filter(|flight| !matches!(flight.state, State::Landed(_)))?;
        let result = flight.operation.land(result);
        let landed = match std::mem::replace(&mut flight.state, State::Landed(result)) {
            State::Waiting(waker) => Landed::Awaited(waker),
            State::Landed(_) | State::Abandoned => Landed::Abandoned(self.remove(id).operation),
        };
        self.aloft -= 1;
        Some(landed)
    }

    /// A completion of a flight has come that is not its final one. `None`: there is no such flight.
    pub(super) fn progress(&mut self, id: FlightId, result: i32) -> Option<Progress> {
        let flight = self.find(id)?;
        let goes_on = flight.operation.more(result);
        let waker = match &mut flight.state {
            State::Waiting(waker) => waker.take(),
            State::Landed(_) | State::Abandoned => None,
        };
        Some(Progress { waker, goes_on })
    }

    /// What became of a flight, if it has landed; else it goes on, and `waker` is swapped for that of whoever waited before.
    pub(super) fn poll(&mut self, id: FlightId, waker: &mut Option<Waker>) -> Option<Outcome> {
        let flight = self.find(id)?;
        if let State::Waiting(former) = &mut flight.state {
            std::mem::swap(former, waker);
            return None;
        }
        if matches!(flight.state, State::Abandoned) {
            // The kernel may still write to it.
            return None;
        }
        let Flight {
            state, operation, ..
        } = self.remove(id);
        match state {
            State::Landed(result) => Some((result, operation)),
            State::Waiting(_) | State::Abandoned => None,
        }
    }

    /// Nobody waits for a flight any more.
    pub(super) fn abandon(&mut self, id: FlightId) -> Abandoned {
        let Some(flight) = self.find(id) else {
            return Abandoned::Gone;
        };
        match std::mem::replace(&mut flight.state, State::Abandoned) {
            State::Waiting(waker) => Abandoned::Aloft(waker),
            State::Landed(_) => Abandoned::Landed(self.remove(id).operation),
            State::Abandoned => Abandoned::Gone,
        }
    }

    /// Those that have not landed.
    pub(super) fn in_the_air(&self) -> impl Iterator<Item = FlightId> {
        let aloft = |(_, flight): &(usize, &Flight)| !matches!(flight.state, State::Landed(_));
        self.flights
            .iter()
            .filter(aloft)
            .map(|(place, flight)| FlightId {
                place: place as u32,
                generation: flight.generation,
            })
    }

    /// How many have not landed.
    pub(super) fn aloft(&self) -> usize {
        self.aloft
    }
}

/// A flight of which there will be more completions.
pub(super) struct Progress {
    /// Of whoever waits for it.
    pub(super) waker: Option<Waker>,
    /// Whether it is not to be cancelled.
    pub(super) goes_on: bool,
}

/// A flight that has landed.
pub(super) enum Landed {
    /// Somebody waits for it.
    Awaited(Option<Waker>),
    Abandoned(Box<dyn Operation>),
}

/// A flight that nobody waits for any more.
pub(super) enum Abandoned {
    Aloft(Option<Waker>),
    Landed(Box<dyn Operation>),
    Gone,
}

/// The kernel may still write to what is in flight: it is leaked, never freed.
impl Drop for Flights {
    fn drop(&mut self) {
        let (landed, aloft): (Vec<_>, Vec<_>) = std::mem::take(&mut self.flights)
            .into_iter()
            .map(|(_, flight)| flight)
            .partition(|flight| matches!(flight.state, State::Landed(_)));
        // First, and whole: dropping what has landed may be user code, and may panic.
        std::mem::forget(aloft);
        drop(landed);
    }
}
