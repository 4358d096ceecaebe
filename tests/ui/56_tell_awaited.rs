use spargio::RingMsg;

#[derive(RingMsg)]
enum CounterMsg {
    Add(u32),
}

async fn add(counter: CounterHandle) {
    let _ = counter.add(1).await;
}

fn main() {}
