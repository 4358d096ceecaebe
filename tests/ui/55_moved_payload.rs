use spargio::RingMsg;

#[derive(RingMsg)]
enum LogMsg {
    Line(String),
}

fn log(handle: LogHandle) {
    let line = String::from("a");
    let _ = handle.line(line);
    println!("{line}");
}

fn main() {}
