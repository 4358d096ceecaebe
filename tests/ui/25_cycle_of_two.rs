mod ping {
    #[derive(spargio::RingMsg)]
    #[ring(asks(crate::pong::PongMsg))]
    pub enum PingMsg {
        #[ring(reply = u8)]
        Ping,
    }
}

mod pong {
    #[derive(spargio::RingMsg)]
    #[ring(asks(crate::ping::PingMsg))]
    pub enum PongMsg {
        #[ring(reply = u8)]
        Pong,
    }
}

fn main() {}
