//! What keeps the cores awake: a process per CPU that spins at the lowest priority there is. Otherwise a core that has
//! nothing to do is halted, on a virtual machine by its host, and what is measured is how long it takes to come back.

use crate::measure::pin;
use std::io;
use std::os::unix::process::parent_id;
use std::process::{Child, Command, Stdio, exit, id};
use std::thread::available_parallelism;

/// Spinners that run until this is dropped, or this process ends.
pub struct Spinners(Vec<Child>);

impl Spinners {
    /// One for each CPU.
    pub fn start() -> io::Result<Self> {
        let mut spinners = Self(Vec::new());
        for cpu in 0..available_parallelism()?.get() {
            let spinner = Command::new("/proc/self/exe")
                .args(["spin", &cpu.to_string(), &id().to_string()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()?;
            spinners.0.push(spinner);
        }
        Ok(spinners)
    }
}

impl Drop for Spinners {
    fn drop(&mut self) {
        for spinner in &mut self.0 {
            // It may have ended by itself, and then there is nothing to do.
            _ = spinner.kill();
            _ = spinner.wait();
        }
    }
}

/// Spins on a CPU where nobody else wants to run, until the parent process ends.
pub fn spin(cpu: usize, parent: u32) -> ! {
    die_with_parent();
    if parent_id() != parent {
        // It ended before the kernel knew.
        exit(1);
    }
    pin(cpu);
    let priority = libc::sched_param { sched_priority: 0 };
    // SAFETY: the call reads the parameter and sets the calling thread's policy.
    let failed = unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &priority) };
    assert_eq!(failed, 0, "everybody may have the lowest priority");
    loop {
        std::hint::spin_loop();
    }
}

/// Has the kernel end this process when its parent ends.
pub fn die_with_parent() {
    // SAFETY: the call takes a signal's number and touches no memory.
    let failed = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    assert_eq!(failed, 0, "the signal exists");
}
