//! Names: raw identifiers, fields called like the macro's own variables, chosen names, acronyms.
#![deny(warnings)]
#![allow(dead_code)]

use spargio::{Client, Cx, Reply, RingMsg, shard_actor};

#[derive(RingMsg)]
#[ring(handle = Door, behavior = Opens)]
enum Wish {
    #[ring(method = r#match)]
    Match {
        r#type: u8,
        cx: u8,
        to: u8,
        bits: u8,
        tag: u8,
        val: u8,
        actor: u8,
    },
    #[ring(method = r#loop)]
    Loop {
        incoming: u16,
        encoder: u16,
        packer: u16,
        unpacker: u16,
    },
    #[ring(reply = u8)]
    HTTPGet {
        asker: u32,
        reply: u32,
        value: String,
    },
    #[ring(reply = u8, later, tag = 700, method = give)]
    r#Gen {
        value: u8,
    },
    Pair(u32, u32),
    Empty {},
    EmptyToo(),
    #[ring(inline, tag = 65_535)]
    GetV2(u32, i16, bool),
    #[ring(tag = 90)]
    A(A),
    Own(Vec<Wish>),
    OwnToo(Vec<Self>),
}
#[derive(Clone, Copy)]
struct A;

#[shard_actor(msg = Wish, mailbox = 7, name = "door")]
struct Actor;

impl Opens for Actor {
    async fn r#match(
        &mut self,
        cx: &Cx<Self>,
        r#type: u8,
        _: u8,
        to: u8,
        bits: u8,
        tag: u8,
        val: u8,
        actor: u8,
    ) {
        let _ = (cx.handle().pair(1, 2), r#type, to, bits, tag, val, actor);
    }
    async fn r#loop(&mut self, _: &Cx<Self>, incoming: u16, _: u16, _: u16, _: u16) {
        let _ = incoming;
    }
    async fn http_get(&mut self, _: &Cx<Self>, _asker: u32, _reply: u32, value: String) -> u8 {
        u8::try_from(value.len()).unwrap_or(0)
    }
    async fn give(&mut self, _: &Cx<Self>, value: u8, reply: Reply<u8>) {
        reply.send(value);
    }
    async fn pair(&mut self, _: &Cx<Self>, _: u32, _: u32) {}
    async fn empty(&mut self, _: &Cx<Self>) {}
    async fn empty_too(&mut self, _: &Cx<Self>) {}
    async fn get_v2(&mut self, _: &Cx<Self>, _: u32, _: i16, _: bool) {}
    async fn a(&mut self, _: &Cx<Self>, _: A) {}
    async fn own(&mut self, _: &Cx<Self>, _: Vec<Wish>) {}
    async fn own_too(&mut self, _: &Cx<Self>, _: Vec<Wish>) {}
}

async fn use_all(door: Door, client: Client) {
    let _ = door.r#match(1, 2, 3, 4, 5, 6, 7);
    let _ = door.r#loop(1, 2, 3, 4);
    let _ = door.http_get(&client, 1, 2, String::new()).await;
    let _ = door.give(&client, 3).await;
}

fn main() {
    let _ = Actor;
    assert_eq!(
        (
            <Actor as spargio::Actor>::NAME,
            <Actor as spargio::Actor>::MAILBOX
        ),
        ("door", Some(7))
    );
}
