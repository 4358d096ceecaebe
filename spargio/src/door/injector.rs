//! The injector: how threads outside the shards, and words that need no order with a lane, reach a shard.
//!
//! A stack that any thread pushes to and the owner takes whole, then turns around: so what was pushed first comes out
//! first, a pusher that is stopped halfway holds up nobody, and no lock is taken. Pushes are ordered by their
//! compare-and-swap, so if one push ended before another began, it comes out before it, whichever threads they were.
//! One allocation for each push.
//!
//! A closed injector refuses, handing the value back. It is closed and opened by its owner.

use super::sync::{AtomicPtr, Ordering};
use std::ptr;

struct Node<T> {
    value: T,
    next: *mut Node<T>,
}

/// Many push, one takes.
pub(crate) struct Injector<T> {
    /// The newest node, null if empty, or [`Injector::closed`].
    head: AtomicPtr<Node<T>>,
}

impl<T> Injector<T> {
    /// A closed injector.
    pub(crate) fn new() -> Self {
        Self {
            head: AtomicPtr::new(Self::closed()),
        }
    }

    /// A pointer that no node has, and that is never followed.
    fn closed() -> *mut Node<T> {
        ptr::without_provenance_mut(align_of::<Node<T>>())
    }

    /// Opens it. Only its owner does, while it is closed.
    pub(crate) fn open(&self) {
        // Relaxed: nothing is handed over; who pushes reads nothing through the null.
        self.head.store(ptr::null_mut(), Ordering::Relaxed);
    }

    /// Adds a value, or gives it back if the injector is closed.
    pub(crate) fn push(&self, value: T) -> Result<(), T> {
        // Relaxed: this head is only compared, and stored as `next`; it is not followed here.
        let mut head = self.head.load(Ordering::Relaxed);
        if head == Self::closed() {
            return Err(value);
        }
        let node = Box::into_raw(Box::new(Node { value, next: head }));
        // Release: the taker sees the node whole, and through the chain of swaps every node below it.
        while let Err(now) =
            self.head
                .compare_exchange_weak(head, node, Ordering::Release, Ordering::Relaxed)
        {
            if now == Self::closed() {
                // SAFETY: the node came from `Box::into_raw` above and was never published.
                return Err(unsafe { Box::from_raw(node) }.value);
            }
            head = now;
            // SAFETY: the node is not published yet, so it is only ours.
            unsafe { (*node).next = head };
        }
        Ok(())
    }

    /// Whether there is nothing to take.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        // Relaxed: what a sleeper must not miss is ordered by the fences of `wake`, the rest by `take`.
        let head = self.head.load(Ordering::Relaxed);
        head.is_null() || head == Self::closed()
    }

    /// Takes all that was pushed, the oldest first. Only the owner calls this.
    pub(crate) fn take(&self) -> Taken<T> {
        if self.is_empty() {
            return Taken {
                head: ptr::null_mut(),
            };
        }
        // Acquire: pairs with the release of each push in the chain.
        Taken::turned(self.head.swap(ptr::null_mut(), Ordering::Acquire))
    }

    /// Takes what is left and refuses from now on.
    pub(crate) fn close(&self) -> Taken<T> {
        // Acquire: as in `take`.
        match self.head.swap(Self::closed(), Ordering::Acquire) {
            head if head == Self::closed() => Taken {
                head: ptr::null_mut(),
            },
            head => Taken::turned(head),
        }
    }
}

impl<T> Drop for Injector<T> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

// SAFETY: values are moved in by one thread and out by another, which `T: Send` allows; nothing is shared by reference.
unsafe impl<T: Send> Send for Injector<T> {}
// SAFETY: as above; the head is atomic.
unsafe impl<T: Send> Sync for Injector<T> {}

/// What was taken, oldest first. Dropping it drops the rest.
pub(crate) struct Taken<T> {
    head: *mut Node<T>,
}

impl<T> Taken<T> {
    /// Takes over a chain whose newest node is `newest` and turns it around.
    fn turned(mut newest: *mut Node<T>) -> Self {
        let mut head = ptr::null_mut();
        while !newest.is_null() {
            // SAFETY: the chain was swapped out of the injector, so each of its nodes is live and only ours.
            let next = unsafe { std::mem::replace(&mut (*newest).next, head) };
            head = newest;
            newest = next;
        }
        Self { head }
    }
}

impl<T> Iterator for Taken<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.head.is_null() {
            return None;
        }
        // SAFETY: the node came from `Box::into_raw` in `push`, is only ours, and is left behind here.
        let node = unsafe { Box::from_raw(self.head) };
        self.head = node.next;
        Some(node.value)
    }
}

impl<T> Drop for Taken<T> {
    fn drop(&mut self) {
        self.by_ref().for_each(drop);
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;

    #[test]
    fn first_in_first_out() {
        let injector = Injector::new();
        injector.open();
        for value in 0..5 {
            assert!(injector.push(value).is_ok());
        }
        assert_eq!(injector.take().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert!(injector.is_empty());
    }

    #[test]
    fn closed_gives_the_value_back_and_drops_the_rest_once() {
        let token = std::sync::Arc::new(());
        let injector = Injector::new();
        assert!(injector.push(token.clone()).is_err());
        injector.open();
        assert!(injector.push(token.clone()).is_ok());
        assert!(injector.push(token.clone()).is_ok());
        drop(injector.close());
        assert!(injector.push(token.clone()).is_err());
        assert_eq!(std::sync::Arc::strong_count(&token), 1);
    }
}

#[cfg(all(test, spargio_loom))]
mod models {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    /// Two pushers and a taker: each value comes out once, and each pusher's in its order.
    #[test]
    fn every_value_once_and_in_order() {
        loom::model(|| {
            let injector = Arc::new(Injector::new());
            injector.open();
            let pushers: Vec<_> = [[1, 2], [11, 12]]
                .into_iter()
                .map(|values| {
                    let injector = injector.clone();
                    thread::spawn(move || {
                        for value in values {
                            assert!(injector.push(Box::new(value)).is_ok());
                        }
                    })
                })
                .collect();
            let mut seen: Vec<Box<i32>> = injector.take().collect();
            for pusher in pushers {
                pusher.join().unwrap();
            }
            seen.extend(injector.take());
            let of = |low: bool| {
                seen.iter()
                    .map(|v| **v)
                    .filter(|v| (*v < 10) == low)
                    .collect::<Vec<_>>()
            };
            assert_eq!(of(true), [1, 2]);
            assert_eq!(of(false), [11, 12]);
        });
    }

    /// A push races with the closing: it is refused, or taken by the closer; never lost.
    #[test]
    fn closing_loses_nothing() {
        loom::model(|| {
            let injector = Arc::new(Injector::new());
            injector.open();
            let pusher = {
                let injector = injector.clone();
                thread::spawn(move || injector.push(Box::new(1)).is_err())
            };
            let taken = injector.close().count();
            let refused = pusher.join().unwrap();
            assert_eq!(taken + usize::from(refused), 1);
        });
    }
}
