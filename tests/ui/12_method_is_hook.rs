use spargio::{Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum TaskMsg {
    Started,
    Stopped,
}

#[shard_actor(msg = TaskMsg)]
struct Task;

impl TaskBehavior for Task {
    async fn started(&mut self, _: &Cx<Self>) {}
    async fn stopped(&mut self, _: &Cx<Self>) {}
}

fn main() {}
