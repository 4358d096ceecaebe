//! A module in which the prelude's names mean something else, and an enum that a `macro_rules!` makes.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

mod shadowed {
    use spargio::{Cx, RingMsg, RingVal, shard_actor};

    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Result;
    pub struct Ok;
    pub struct Err;
    pub struct Box;
    pub struct Vec;
    pub struct String;
    pub trait Send {}
    pub trait Sync {}
    pub trait Clone {}
    pub trait Copy {}
    pub trait Default {}
    pub trait Sized {}
    pub mod core {}
    pub mod std {}

    #[derive(::core::clone::Clone, ::core::marker::Copy, RingVal)]
    pub enum Side {
        Buy,
        Sell,
    }
    #[derive(::core::clone::Clone, ::core::marker::Copy, RingVal)]
    pub struct Price(u32);

    #[derive(RingMsg)]
    pub enum ShadowMsg {
        Inline {
            side: Side,
            price: Price,
        },
        Body(Vec, Box),
        #[ring(reply = Option)]
        Ask(String),
    }

    #[shard_actor(msg = ShadowMsg, mailbox = 3)]
    pub struct Shadow;
    impl ShadowBehavior for Shadow {
        async fn inline(&mut self, _: &Cx<Self>, _: Side, _: Price) {}
        async fn body(&mut self, _: &Cx<Self>, _: Vec, _: Box) {}
        async fn ask(&mut self, _: &Cx<Self>, _: String) -> Option {
            Option
        }
    }
}

macro_rules! protocol {
    ($name:ident, $actor:ident, $behavior:ident, $($variant:ident($ty:ty) = $tag:literal => $method:ident),*) => {
        #[derive(spargio::RingMsg)]
        pub enum $name {
            $(#[ring(tag = $tag)] $variant($ty),)*
            #[ring(reply = u8)]
            Fixed { cx: u8, to: u8 },
        }
        #[spargio::shard_actor(msg = $name)]
        pub struct $actor;
        impl $behavior for $actor {
            $(async fn $method(&mut self, _: &spargio::Cx<Self>, _: $ty) {})*
            async fn fixed(&mut self, _: &spargio::Cx<Self>, _: u8, _: u8) -> u8 {
                0
            }
        }
    };
}
protocol!(MadeMsg, Made, MadeBehavior, One(u8) = 4 => one, Two(Vec<u8>) = 5 => two);

/// The whole protocol comes from the macro.
macro_rules! fixed_protocol {
    () => {
        #[derive(spargio::RingMsg)]
        enum InnerMsg {
            Add {
                n: u32,
                cx: u32,
            },
            Put(Vec<u8>, u8),
            #[ring(reply = u32, later)]
            Get(u8),
        }
        #[spargio::shard_actor(msg = InnerMsg)]
        struct Inner;
        impl InnerBehavior for Inner {
            async fn add(&mut self, _: &spargio::Cx<Self>, n: u32, cx: u32) {
                let _ = n + cx;
            }
            async fn put(&mut self, _: &spargio::Cx<Self>, _: Vec<u8>, _: u8) {}
            async fn get(&mut self, _: &spargio::Cx<Self>, n: u8, reply: spargio::Reply<u32>) {
                reply.send(u32::from(n));
            }
        }
    };
}
fixed_protocol!();

fn main() {
    #[derive(spargio::RingMsg)]
    enum LocalMsg {
        Add(u32),
        Take(Payload),
    }
    struct Payload;
    #[spargio::shard_actor(msg = LocalMsg)]
    struct Local;
    impl LocalBehavior for Local {
        async fn add(&mut self, _: &spargio::Cx<Self>, _: u32) {}
        async fn take(&mut self, _: &spargio::Cx<Self>, _: Payload) {}
    }
    let _ = (Local, Payload, shadowed::Shadow, Made, Inner);
}
