//! Visibility, `cfg`, `deprecated`, a renamed dependency.
#![deny(warnings, missing_docs)]

/// Dependencies under other names.
mod deps {
    pub use spargio as actors;
}

mod inner {
    use crate::deps::actors::{Cx, RingMsg, RingVal, shard_actor};

    #[derive(Clone, Copy, RingVal)]
    #[ring(crate = crate::deps::actors)]
    pub(crate) struct Amount(u32);

    #[derive(Clone, Copy, RingVal)]
    #[ring(crate = crate::deps::actors)]
    #[allow(dead_code)]
    pub(crate) enum Kind {
        A,
        B,
    }

    #[derive(RingMsg)]
    #[ring(crate = crate::deps::actors)]
    #[ring(asks(OtherMsg))]
    pub(crate) enum TillMsg {
        Add(Amount, Kind),
        #[cfg(any())]
        Cut(String),
        #[cfg(all())]
        Kept(String),
        #[deprecated(note = "use `Add`")]
        Old(u8),
        #[ring(reply = u8)]
        #[ring(later)]
        Ask,
    }

    #[derive(RingMsg)]
    #[ring(crate = crate::deps::actors)]
    pub(super) enum OtherMsg {
        #[ring(reply = u8)]
        Get,
    }

    #[shard_actor(msg = TillMsg, crate = crate::deps::actors)]
    pub(crate) struct Till(pub(super) Option<OtherHandle>);

    impl TillBehavior for Till {
        async fn add(&mut self, cx: &Cx<Self>, _: Amount, _: Kind) {
            if let Some(other) = self.0 {
                let _ = other.get(cx).await;
            }
        }
        #[cfg(any())]
        async fn cut(&mut self, _: &Cx<Self>, _: String) {}
        #[cfg(all())]
        async fn kept(&mut self, _: &Cx<Self>, _: String) {}
        async fn old(&mut self, _: &Cx<Self>, _: u8) {}
        async fn ask(&mut self, _: &Cx<Self>, reply: crate::deps::actors::Reply<u8>) {
            reply.send(1);
        }
    }

    #[cfg(any())]
    #[shard_actor(msg = Nothing)]
    struct Gone;
    #[shard_actor(msg = Nothing)]
    #[cfg(any())]
    struct GoneToo;
}

fn main() {
    let _ = inner::Till(None);
    let _: fn(&inner::TillHandle, String) -> _ = inner::TillHandle::kept;
}
