//! Generic protocols and actors: bounds, where clauses, const parameters, defaults.
#![deny(warnings, missing_docs)]
#![allow(dead_code)]

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use spargio::{Client, Cx, Handle, Reply, RingMsg, RingVal, shard_actor};

/// Bare parameters.
#[derive(RingMsg)]
pub enum StoreMsg<K, V> {
    /// Puts.
    Put(K, V),
    /// Gets.
    #[ring(reply = Option<V>)]
    Get(K),
    /// Gets later.
    #[ring(reply = V, later)]
    Wait(K),
}

/// A struct without bounds.
#[shard_actor(msg = StoreMsg<K, V>)]
pub struct Store<K, V> {
    map: HashMap<K, V>,
    waiting: Vec<Reply<u8>>,
}

impl<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static> StoreBehavior<K, V> for Store<K, V> {
    async fn put(&mut self, _: &Cx<Self>, arg0: K, arg1: V) {
        self.map.insert(arg0, arg1);
    }
    async fn get(&mut self, cx: &Cx<Self>, value: K) -> Option<V> {
        let _: StoreHandle<K, V> = cx.handle();
        self.map.get(&value).cloned()
    }
    async fn wait(&mut self, _: &Cx<Self>, value: K, reply: Reply<V>) {
        if let Some(value) = self.map.get(&value) {
            reply.send(value.clone());
        }
    }
}

/// The handle needs no bounds of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Holder<T: 'static>(StoreHandle<T, std::cell::Cell<T>>);

fn sync<T: Send + Sync + Copy>() {}
fn handles_are_sync<K, V>() {
    sync::<StoreHandle<K, V>>();
    sync::<StoreHandle<std::rc::Rc<u8>, *const u8>>();
}

/// Where clauses, constants, defaults, `Self`.
#[derive(RingMsg)]
#[ring(asks(StoreMsg<u8, K>))]
pub enum WideMsg<K: RingVal = u32, const N: usize = 4>
where
    K: Debug + Sync,
    Self: Sized,
{
    /// Packs where `K` does.
    #[ring(inline)]
    Key(K),
    /// An array.
    Array([u8; N]),
    /// A function.
    Call(Box<dyn FnOnce(&K) -> &K + Send>),
    /// A static borrow.
    Text(&'static str, Arc<K>),
    /// More of them.
    More(Vec<Self>),
    /// Itself back.
    #[ring(reply = Vec<Self>)]
    Back,
}

#[shard_actor(msg = WideMsg)]
struct Wide {
    store: StoreHandle<u8, u32>,
}
impl WideBehavior for Wide {
    async fn key(&mut self, _: &Cx<Self>, _: u32) {}
    async fn array(&mut self, _: &Cx<Self>, _: [u8; 4]) {}
    async fn call(&mut self, _: &Cx<Self>, value: Box<dyn FnOnce(&u32) -> &u32 + Send>) {
        value(&3);
    }
    async fn text(&mut self, cx: &Cx<Self>, _: &'static str, _: Arc<u32>) {
        let _ = self.store.get(cx, 3).await;
    }
    async fn more(&mut self, _: &Cx<Self>, _: Vec<WideMsg>) {}
    async fn back(&mut self, _: &Cx<Self>) -> Vec<WideMsg> {
        Vec::new()
    }
}

async fn ask<K: Send + 'static>(
    store: StoreHandle<K, String>,
    client: Client,
    key: K,
) -> Option<String> {
    store.get(&client, key).await.ok().flatten()
}

fn start_it(ctx: &spargio::ShardCtx) {
    let store: StoreHandle<String, u8> = ctx
        .start(Store {
            map: HashMap::new(),
            waiting: Vec::new(),
        })
        .unwrap();
    assert!(store.is_alive());
    let _ = ctx.start(Wide {
        store: ctx
            .start(Store {
                map: HashMap::new(),
                waiting: Vec::new(),
            })
            .unwrap(),
    });
}

fn main() {
    assert_eq!(size_of::<StoreHandle<String, u8>>(), 8);
}
