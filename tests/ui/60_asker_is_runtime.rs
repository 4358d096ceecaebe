use spargio::{RingMsg, Runtime};

#[derive(RingMsg)]
enum CounterMsg {
    Add {
        n: u32,
    },
    #[ring(reply = u64)]
    Get,
}

async fn look(counter: CounterHandle, rt: &Runtime) {
    let _ = counter.get(rt).await;
}

fn main() {}
