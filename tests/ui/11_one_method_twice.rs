use spargio::RingMsg;

#[derive(RingMsg)]
enum WebMsg {
    HttpGet,
    HTTPGet,
    #[ring(method = http_get)]
    Fetch,
}

fn main() {}
