//! The layer below the actors: `(tag, val)` pairs that go to a shard's event queue, raw and typed, and the tickets that
//! say when they arrived. No actor is involved.
//!
//! `cargo run --release --example pairs`

use spargio::{Event, RemoteShard, RingMsg, Runtime, ShardCtx};
use std::error::Error;

/// What `switch` may fail with comes back from another thread, so it is `Send`.
type AnyError = Box<dyn Error + Send + Sync>;

/// What the lamp on shard 1 understands. Every variant is a tell that fits into a val, so it may travel as a pair.
#[derive(Debug, RingMsg)]
enum LampMsg {
    On,
    Dim { percent: u8 },
    Off,
}

/// Reads the shard's events until the lamp is switched off; returns how many there were. Whoever has the shard's number
/// can send it any pair, so decoding can fail.
async fn lamp(ctx: ShardCtx) -> usize {
    for events in 1.. {
        let Event::RingMsg { from, tag, val } = ctx.next_event().await;
        let sender = match from {
            Some(shard) => format!("shard {shard}"),
            None => "outside".into(),
        };
        match LampMsg::decode(tag, val) {
            Ok(LampMsg::On) => println!("{sender}: on"),
            Ok(LampMsg::Dim { percent }) => println!("{sender}: dimmed to {percent} %"),
            Ok(LampMsg::Off) => {
                println!("{sender}: off");
                return events;
            }
            Err(error) => println!("{sender}: ignored: {error}"),
        }
    }
    unreachable!("more events than a usize counts")
}

/// Sends pairs from wherever it is called, and waits for the last one's arrival.
async fn switch(lamp: RemoteShard) -> Result<(), AnyError> {
    // Typed. The ticket may be dropped: that cancels nothing.
    lamp.send(LampMsg::On)?;
    let dimmed = lamp.send(LampMsg::Dim { percent: 40 })?;
    // Raw: 1 is the tag of `Dim`, its position in the enum, and the val holds its field.
    lamp.send_raw(1, 75)?;
    // A tag that no variant has, and a val that is no `u8`: both arrive, and do not decode.
    lamp.send_raw(7, 0)?;
    lamp.send_raw(1, 1_000)?;
    dimmed.await?; // shard 1 has moved the pair into its event queue
    Ok(())
}

fn main() -> Result<(), AnyError> {
    let rt = Runtime::builder().shards(2).build()?;
    let port = rt.remote(1).ok_or("no shard 1")?;
    let lamp = rt.spawn_local_on(1, lamp)?;

    // From this thread, which is no shard: `from` is `None`.
    rt.block_on(switch(port.clone()))?;

    // From shard 0: `from` is `Some(0)`.
    let switched = {
        let port = port.clone();
        rt.spawn_local_on(0, move |_| switch(port))?
    };
    rt.block_on(switched)??;

    port.send(LampMsg::Off)?;
    let events = rt.block_on(lamp)?;
    println!("the lamp has read {events} events");
    assert_eq!(events, 11);
    Ok(())
}
