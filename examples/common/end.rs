//! The end of a server, which comes with a signal and which all of its tasks may await.

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::Shared;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::{io, process, thread};

/// Ready when the end has come. Clones are woken together.
pub(crate) type End = Shared<oneshot::Receiver<()>>;

/// An end that comes when the first value is dropped.
pub(crate) fn end() -> (oneshot::Sender<()>, End) {
    let (sender, receiver) = oneshot::channel();
    (sender, receiver.shared())
}

/// The end that comes with SIGTERM or SIGINT (Ctrl-C). A second signal waits for nothing.
pub(crate) fn end_on_signal() -> io::Result<End> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let (sender, end) = end();
    thread::spawn(move || {
        let mut signals = signals.forever();
        signals.next();
        drop(sender);
        signals.next();
        process::exit(1);
    });
    Ok(end)
}
