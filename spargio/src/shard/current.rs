//! Which shard the running code is on. Set for each turn of a shard's loop, not for each thread: a backend that runs
//! all shards on one thread sets it in turn.

use super::Core;
use std::cell::Cell;
use std::ptr;
use std::rc::Rc;

thread_local! {
    static CURRENT: Cell<*const Core> = const { Cell::new(ptr::null()) };
}

/// Gives `f` the shard that this code runs on, if it runs on one.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(Option<&Core>) -> R) -> R {
    let current = CURRENT.get();
    // SAFETY: the pointer is null or was set by an `OnShard` that is alive, for it puts the former pointer back when it
    // is dropped, and that holds its core alive; and `f` cannot let the reference out.
    f(unsafe { current.as_ref() })
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
