//! The commands: what they are called, how many arguments they take, and where they go.

use crate::args::Args;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Append,
    Client,
    Commands,
    Config,
    DbSize,
    DecrBy,
    Decr,
    Del,
    Echo,
    Exists,
    Expire,
    ExpireAt,
    FlushAll,
    Get,
    Hello,
    Incr,
    IncrBy,
    Info,
    Keys,
    MGet,
    MSet,
    PExpire,
    PExpireAt,
    PTtl,
    Persist,
    Ping,
    Quit,
    Scan,
    Select,
    Set,
    StrLen,
    Ttl,
}

/// Who answers a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// The connection itself.
    Connection,
    /// The store that has the key, its first argument.
    Key,
    /// For each argument, the store that has this key.
    EachKey,
    /// For each two arguments, the store that has the first as its key.
    EachPair,
    /// All stores.
    Everywhere,
    /// The store that the cursor names.
    Cursor,
}

pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) command: Command,
    /// How many arguments it takes, its name included; if negative, at least so many.
    pub(crate) arity: i64,
    pub(crate) route: Route,
    /// Whether it may change something.
    pub(crate) writes: bool,
}

impl Spec {
    const fn new(name: &'static str, command: Command, arity: i64, route: Route) -> Self {
        Self {
            name,
            command,
            arity,
            route,
            writes: false,
        }
    }

    const fn writing(name: &'static str, command: Command, arity: i64, route: Route) -> Self {
        Self {
            writes: true,
            ..Self::new(name, command, arity, route)
        }
    }

    #[inline]
    pub(crate) fn takes(&self, args: Args<'_>) -> bool {
        let len = args.len() as i64;
        let pairs = self.route != Route::EachPair || len % 2 == 1;
        pairs && (len == self.arity || self.arity < 0 && len >= -self.arity)
    }

    /// The places of its first and last key, and the step between keys, as Redis tells them.
    pub(crate) fn keys(&self) -> [i64; 3] {
        match self.route {
            Route::Key => [1, 1, 1],
            Route::EachKey => [1, -1, 1],
            Route::EachPair => [1, -1, 2],
            Route::Connection | Route::Everywhere | Route::Cursor => [0, 0, 0],
        }
    }
}

/// They are looked up from the top, so those that are asked most stand first.
pub(crate) const SPECS: [Spec; 33] = [
    Spec::new("get", Command::Get, 2, Route::Key),
    Spec::writing("set", Command::Set, -3, Route::Key),
    Spec::writing("incr", Command::Incr, 2, Route::Key),
    Spec::new("mget", Command::MGet, -2, Route::EachKey),
    Spec::writing("del", Command::Del, -2, Route::EachKey),
    Spec::new("exists", Command::Exists, -2, Route::EachKey),
    Spec::writing("expire", Command::Expire, -3, Route::Key),
    Spec::new("ttl", Command::Ttl, 2, Route::Key),
    Spec::writing("mset", Command::MSet, -3, Route::EachPair),
    Spec::new("ping", Command::Ping, -1, Route::Connection),
    Spec::writing("append", Command::Append, 3, Route::Key),
    Spec::new("strlen", Command::StrLen, 2, Route::Key),
    Spec::writing("incrby", Command::IncrBy, 3, Route::Key),
    Spec::writing("decr", Command::Decr, 2, Route::Key),
    Spec::writing("decrby", Command::DecrBy, 3, Route::Key),
    Spec::writing("expireat", Command::ExpireAt, -3, Route::Key),
    Spec::writing("pexpire", Command::PExpire, -3, Route::Key),
    Spec::writing("pexpireat", Command::PExpireAt, -3, Route::Key),
    Spec::writing("persist", Command::Persist, 2, Route::Key),
    Spec::new("pttl", Command::PTtl, 2, Route::Key),
    Spec::writing("unlink", Command::Del, -2, Route::EachKey),
    Spec::new("echo", Command::Echo, 2, Route::Connection),
    Spec::new("dbsize", Command::DbSize, 1, Route::Everywhere),
    Spec::new("keys", Command::Keys, 2, Route::Everywhere),
    Spec::new("scan", Command::Scan, -2, Route::Cursor),
    Spec::writing("flushall", Command::FlushAll, -1, Route::Everywhere),
    Spec::new("info", Command::Info, -1, Route::Everywhere),
    Spec::new("command", Command::Commands, -1, Route::Connection),
    Spec::new("config", Command::Config, -2, Route::Connection),
    Spec::new("client", Command::Client, -2, Route::Connection),
    Spec::new("hello", Command::Hello, -1, Route::Connection),
    Spec::new("select", Command::Select, 2, Route::Connection),
    Spec::new("quit", Command::Quit, -1, Route::Connection),
];

/// The command of a name, in letters of either case.
#[inline]
pub(crate) fn find(name: &[u8]) -> Option<&'static Spec> {
    const { &SPECS }
        .iter()
        .find(|spec| spec.name.as_bytes().eq_ignore_ascii_case(name))
}
