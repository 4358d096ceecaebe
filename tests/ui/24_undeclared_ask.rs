use spargio::{Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum AuditMsg {
    #[ring(reply = bool)]
    Allows(u32),
}

#[derive(RingMsg)]
enum CounterMsg {
    Add { n: u32 },
}

#[shard_actor(msg = CounterMsg)]
struct Counter {
    audit: AuditHandle,
}

impl CounterBehavior for Counter {
    async fn add(&mut self, cx: &Cx<Self>, n: u32) {
        let _ = self.audit.allows(cx, n).await;
    }
}

fn main() {}
