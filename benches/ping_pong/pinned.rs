//! Threads on CPUs of their own, for the contestants that bring none.

use std::sync::mpsc;
use std::thread;

type Job<E> = Box<dyn FnOnce(&E) + Send>;

/// A thread on one CPU with an executor of its own, which does the jobs it is given. Between jobs it sleeps, so that it
/// takes no time from the others' measurements.
pub struct Pinned<E> {
    /// `None` only while it is dropped.
    jobs: Option<mpsc::Sender<Job<E>>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl<E: 'static> Pinned<E> {
    /// The near thread and the far one, on the CPUs on which Spargio has its first two shards: the first two that the
    /// process may use, or none in particular if it has but one. The executor is made on its thread.
    pub fn pair<X: Send + 'static>(
        make: impl Fn(Option<usize>) -> Result<E, X> + Copy + Send + 'static,
    ) -> Result<(Self, Self), X> {
        let allowed = allowed();
        let cpu = |index: usize| allowed.get(index).copied().filter(|_| allowed.len() > 1);
        Ok((Self::new(cpu(0), make)?, Self::new(cpu(1), make)?))
    }

    fn new<X: Send + 'static>(
        cpu: Option<usize>,
        make: impl FnOnce(Option<usize>) -> Result<E, X> + Send + 'static,
    ) -> Result<Self, X> {
        let (jobs, given) = mpsc::channel::<Job<E>>();
        let (made, answer) = mpsc::channel();
        let thread = thread::spawn(move || {
            cpu.into_iter().for_each(pin_to);
            match make(cpu) {
                Ok(executor) => {
                    made.send(Ok(())).expect("its maker waits");
                    given.iter().for_each(|job| job(&executor));
                }
                Err(error) => made.send(Err(error)).expect("its maker waits"),
            }
        });
        answer.recv().expect("the thread answers")?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Has a job done; its result comes through the channel.
    pub fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&E) -> T + Send + 'static,
    ) -> mpsc::Receiver<T> {
        let (sender, receiver) = mpsc::channel();
        let job = Box::new(move |executor: &E| {
            // Refused if nobody waits for the result.
            _ = sender.send(job(executor));
        });
        let jobs = self.jobs.as_ref().expect("it is not dropped yet");
        jobs.send(job).expect("the thread waits for jobs");
        receiver
    }
}

impl<E> Drop for Pinned<E> {
    fn drop(&mut self) {
        self.jobs = None;
        // It has panicked already if a job did, and the bench with it.
        _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

#[cfg(target_os = "linux")]
fn allowed() -> Vec<usize> {
    let set = rustix::thread::sched_getaffinity(None).expect("Linux says it");
    (0..rustix::thread::CpuSet::MAX_CPU)
        .filter(|&cpu| set.is_set(cpu))
        .collect()
}

#[cfg(target_os = "linux")]
fn pin_to(cpu: usize) {
    let mut set = rustix::thread::CpuSet::new();
    set.set(cpu);
    rustix::thread::sched_setaffinity(None, &set).expect("the CPU is allowed");
}

#[cfg(not(target_os = "linux"))]
fn allowed() -> Vec<usize> {
    Vec::new()
}

#[cfg(not(target_os = "linux"))]
fn pin_to(_cpu: usize) {}
