use spargio::RingMsg;

#[derive(RingMsg)]
enum AuditMsg {
    Note(u32),
}

#[derive(RingMsg)]
enum CounterMsg {
    Report { to: AuditHandle },
}

fn report(counter: CounterHandle, other: CounterHandle) {
    let _ = counter.report(other);
}

fn main() {}
