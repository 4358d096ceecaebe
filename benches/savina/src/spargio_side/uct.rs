//! Unbalanced tree: nodes are actors. Each asks the root, with a tell, whether it may have children; a coin decides, until
//! there are enough nodes. Then the tree is traversed: each node computes, has its children traversed, the urgent half
//! first, and reports how many nodes it and they are.
//!
//! A node is made with its nine siblings, and the families are dealt to the shards in turn: were they made where their
//! parent is, the root's own shard, whose questions arrive first, would get nearly all of the tree.

use super::stage::{Stage, send, start, told};
use crate::finish::{Share, shares};
use crate::params::{Scale, Uct, check, mailbox};
use crate::work::{compute, dice::Dice};
use spargio::{Actor, Cx, RingMsg, ShardId, shard_actor};

#[derive(RingMsg)]
enum RootMsg {
    #[ring(inline)]
    Start,
    /// From a new node: may it have children?
    #[ring(inline)]
    MayGrow { node: NodeHandle },
    #[ring(inline)]
    Traversed { nodes: u64 },
}

#[derive(RingMsg)]
enum NodeMsg {
    /// Have children on this shard.
    #[ring(inline)]
    Grow { shard: ShardId },
    #[ring(inline)]
    Traverse,
    #[ring(inline)]
    Traversed { nodes: u64 },
}

/// Every node asks it once.
#[shard_actor(msg = RootMsg, mailbox = 200_001)]
struct Root {
    todo: Uct,
    coin: Dice,
    children: Vec<NodeHandle>,
    nodes: u64,
    /// Nodes that have not asked yet.
    silent: u64,
    open: usize,
    share: Share,
}

const _: () = assert!(matches!(Root::MAILBOX, Some(mailbox::TREE)));

impl RootBehavior for Root {
    async fn start(&mut self, cx: &Cx<Self>) {
        (self.nodes, self.silent) = (1 + self.todo.children, self.todo.children);
        for i in 0..self.todo.children {
            let (root, children, share) = (cx.handle(), self.todo.children, self.share.clone());
            let node = move || Node::new(root, None, children, i, share);
            self.children
                .push(start(cx.shard(), i as usize, node).await);
        }
    }

    async fn may_grow(&mut self, cx: &Cx<Self>, node: NodeHandle) {
        self.silent -= 1;
        let fits = self.nodes + self.todo.children <= self.todo.nodes;
        if fits && self.coin.below(2) == 0 {
            self.nodes += self.todo.children;
            self.silent += self.todo.children;
            let family = (self.nodes / self.todo.children) as usize;
            let shard = (family % cx.shard().shard_count()) as ShardId;
            send(node, NodeMsg::Grow { shard }).await;
        }
        if self.silent == 0 {
            self.open = self.children.len();
            for &child in &self.children {
                send(child, NodeMsg::Traverse).await;
            }
        }
    }

    async fn traversed(&mut self, cx: &Cx<Self>, nodes: u64) {
        self.share.count(nodes);
        self.open -= 1;
        if self.open == 0 {
            self.share.count(1);
            cx.stop();
        }
    }
}

#[shard_actor(msg = NodeMsg)]
struct Node {
    root: RootHandle,
    /// None for the children of the root.
    parent: Option<NodeHandle>,
    size: u32,
    most: u64,
    /// The urgent ones first.
    children: Vec<NodeHandle>,
    open: usize,
    nodes: u64,
    share: Share,
}

impl Node {
    fn new(
        root: RootHandle,
        parent: Option<NodeHandle>,
        most: u64,
        number: u64,
        share: Share,
    ) -> Self {
        Self {
            root,
            parent,
            // What it computes: about 500 steps, some more and some less.
            size: 400 + 20 * number as u32,
            most,
            children: Vec::new(),
            open: 0,
            nodes: 1,
            share,
        }
    }

    /// Its children, the urgent ones first: those with even numbers.
    fn family(&self, cx: &Cx<Self>) -> impl Iterator<Item = Self> + use<> {
        let (root, parent, most) = (self.root, Some(cx.handle()), self.most);
        let share = self.share.clone();
        (0..most)
            .step_by(2)
            .chain((1..most).step_by(2))
            .map(move |number| Self::new(root, parent, most, number, share.clone()))
    }

    async fn report(&self, cx: &Cx<Self>) {
        let nodes = self.nodes;
        match self.parent {
            Some(parent) => send(parent, NodeMsg::Traversed { nodes }).await,
            None => send(self.root, RootMsg::Traversed { nodes }).await,
        }
        cx.stop();
    }
}

impl NodeBehavior for Node {
    async fn started(&mut self, cx: &Cx<Self>) {
        let node = cx.handle();
        send(self.root, RootMsg::MayGrow { node }).await;
    }

    async fn grow(&mut self, cx: &Cx<Self>, shard: ShardId) {
        let there = cx.shard().remote(shard).expect("it is counted");
        let mut starting = Vec::new();
        for child in self.family(cx) {
            if shard == cx.shard().shard_id() {
                self.children
                    .push(cx.start(child).expect("there are slots"));
            } else {
                starting.push(there.start(move || child));
            }
        }
        // All of them are under way by now.
        for child in starting {
            self.children.push(child.await.expect("there are slots"));
        }
    }

    async fn traverse(&mut self, cx: &Cx<Self>) {
        compute(self.size);
        self.open = self.children.len();
        for &child in &self.children {
            send(child, NodeMsg::Traverse).await;
        }
        if self.open == 0 {
            self.report(cx).await;
        }
    }

    async fn traversed(&mut self, cx: &Cx<Self>, nodes: u64) {
        self.nodes += nodes;
        self.open -= 1;
        if self.open == 0 {
            self.report(cx).await;
        }
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let todo = Uct::at(scale);
    let (share, finish) = shares();
    let root: RootHandle = stage
        .start(0, move || Root {
            todo,
            coin: Dice::new(2),
            children: Vec::new(),
            nodes: 0,
            silent: 0,
            open: 0,
            share,
        })
        .await;
    told(root.start());
    // The root, and as many families as fit.
    let expected = 1 + (todo.nodes - 1) / todo.children * todo.children;
    check("uct, nodes", expected, finish.total().await);
}
