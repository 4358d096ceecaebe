//! The rivals, each in a file of its own and used as its documentation recommends.

mod channels;
mod compio;
mod compio_actor;
mod conduct;
mod glommio;
mod monoio;
mod on_tokio;
mod spargio_published;
mod stakker;

use crate::contestant::Contestant;

/// All of them, in the order of the table.
pub fn all() -> Vec<&'static dyn Contestant> {
    let mut all: Vec<&dyn Contestant> = on_tokio::all().collect();
    all.extend([
        &stakker::Stakkers as &dyn Contestant,
        &glommio::Glommio,
        &glommio::GlommioSpinning,
        &monoio::Monoio,
        &compio::Compio,
        &compio_actor::CompioActor,
        &spargio_published::SpargioQueue,
        &spargio_published::SpargioUring,
    ]);
    all
}
