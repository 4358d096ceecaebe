//! Which shard the running code is on. Set for each turn of a shard's loop, not for each thread: a backend that runs
//! all shards on one thread sets it in turn.

use super::Core;
use crate::door::threads::caught;
use std::cell::Cell;
use std::ptr;
use std::rc::Rc;

thread_local! {
    static CURRENT: Cell<*const Core> = const { Cell::new(ptr::null()) };
}

/// The shard that this code runs on, if it runs on one. For the message path, where a closure would not be inlined; it is
/// kept in a local variable and nowhere else.
#[must_use]
pub(crate) struct Current(*const Core);

/// The shard that this code runs on.
#[inline(always)]
pub(crate) fn here() -> Current {
    Current(CURRENT.get())
}

impl Current {
    #[inline(always)]
    pub(crate) fn core(&self) -> Option<&Core> {
        // SAFETY: the pointer is null or was set by an `OnShard`, which lives on this thread's stack below all code that
        // runs on the shard, and so below the variable that this is kept in, and which holds its core alive.
        unsafe { self.0.as_ref() }
    }
}

/// Gives `f` the shard that this code runs on, if it runs on one.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(Option<&Core>) -> R) -> R {
    f(here().core())
}

/// Runs user code which is not that of whoever calls it: a panic goes no further, and is counted if this is a shard.
#[inline]
pub(crate) fn guarded<R>(f: impl FnOnce() -> R) -> Option<R> {
    match here().core() {
        Some(core) => core.guard(f),
        None => caught(f),
    }
}

/// While it lives, the code of this thread runs on a shard.
pub(crate) struct OnShard {
    before: *const Core,
    _core: Rc<Core>,
}

impl OnShard {
    pub(crate) fn enter(core: &Rc<Core>) -> Self {
        let before = CURRENT.replace(Rc::as_ptr(core));
        Self {
            before,
            _core: core.clone(),
        }
    }
}

impl Drop for OnShard {
    fn drop(&mut self) {
        CURRENT.set(self.before);
    }
}
