//! What a connection answers by itself.

use crate::args::Args;
use crate::command::{Command, SPECS, Spec, find};
use crate::execute::{MISCONF, Refusal, SYNTAX};
use crate::glob::matches;
use crate::keyspace::{Keyspace, unix_time};
use crate::limits::CLIENTS;
use crate::reply;
use crate::shard::Shard;
use std::process;

/// The Redis whose commands these are.
const VERSION: &str = "7.0.0";

/// What `CONFIG GET` knows. There is nothing to set: what is configured stands on the command line.
fn settings(shard: &Shard) -> [(&'static str, &'static str); 4] {
    let has_file = shard.journal.is_some();
    [
        ("save", ""),
        ("appendonly", if has_file { "yes" } else { "no" }),
        ("maxmemory", "0"),
        ("databases", "1"),
    ]
}

/// The arguments are those behind the command's name.
pub(crate) fn answer(command: Command, args: Args<'_>, shard: &Shard, out: &mut Vec<u8>) {
    if let Err(refusal) = try_answer(command, args, shard, out) {
        reply::error(out, &refusal);
    }
}

fn try_answer(
    command: Command,
    args: Args<'_>,
    shard: &Shard,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    match (command, args.len()) {
        (Command::Ping, 0) => reply::simple(out, "PONG"),
        (Command::Ping, 1) | (Command::Echo, _) => reply::bulk(out, args.get(0)),
        (Command::Ping, _) => {
            return Err("ERR wrong number of arguments for 'ping' command".into());
        }
        (Command::Quit, _) => reply::ok(out),
        (Command::Select, _) => match reply::parse(args.get(0)) {
            Some(0) => reply::ok(out),
            Some(_) => return Err("ERR DB index is out of range".into()),
            None => return Err("ERR value is not an integer or out of range".into()),
        },
        // An error is what has clients go on with RESP2.
        (Command::Hello, _) => return Err("NOPROTO unsupported protocol version".into()),
        (Command::Commands, _) => commands(args, out)?,
        (Command::Config, _) => config(args, shard, out)?,
        (Command::Client, _) => client(args, out)?,
        _ => return Err("ERR this command is for a store".into()),
    }
    Ok(())
}

pub(crate) fn unknown(args: Args<'_>) -> String {
    let some = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(128)]).into_owned();
    let mut text = format!(
        "ERR unknown command '{}', with args beginning with: ",
        some(args.get(0))
    );
    for argument in args.from(1).first(args.len().min(4) - 1).iter() {
        text.push_str(&format!("'{}' ", some(argument)));
    }
    text
}

fn unknown_subcommand(command: &str, args: Args<'_>) -> String {
    let name = String::from_utf8_lossy(args.get(0)).into_owned();
    format!("ERR unknown subcommand '{name}'. Try {command} HELP.")
}

fn commands(args: Args<'_>, out: &mut Vec<u8>) -> Result<(), String> {
    match &args.get(0).to_ascii_lowercase()[..] {
        b"" => {
            reply::array(out, SPECS.len());
            SPECS.iter().for_each(|spec| describe(spec, out));
        }
        b"count" => reply::integer(out, SPECS.len() as i64),
        // The docs are elsewhere: clients show none.
        b"docs" => reply::array(out, 0),
        b"info" => {
            reply::array(out, args.len() - 1);
            for name in args.from(1).iter() {
                match find(name) {
                    Some(spec) => describe(spec, out),
                    None => out.extend_from_slice(b"*-1\r\n"),
                }
            }
        }
        _ => return Err(unknown_subcommand("COMMAND", args)),
    }
    Ok(())
}

fn describe(spec: &Spec, out: &mut Vec<u8>) {
    reply::array(out, 6);
    reply::bulk(out, spec.name.as_bytes());
    reply::integer(out, spec.arity);
    reply::array(out, 1);
    reply::simple(out, if spec.writes { "write" } else { "readonly" });
    spec.keys()
        .into_iter()
        .for_each(|place| reply::integer(out, place));
}

fn config(args: Args<'_>, shard: &Shard, out: &mut Vec<u8>) -> Result<(), String> {
    if !args.get(0).eq_ignore_ascii_case(b"get") || args.len() < 2 {
        return Err(unknown_subcommand("CONFIG", args));
    }
    let asked = |name: &str| {
        let mut patterns = args.from(1).iter();
        patterns.any(|pattern| matches(&pattern.to_ascii_lowercase(), name.as_bytes()))
    };
    let known = settings(shard).into_iter();
    let settings: Vec<_> = known.filter(|(name, _)| asked(name)).collect();
    reply::array(out, settings.len() * 2);
    for (name, value) in settings {
        reply::bulk(out, name.as_bytes());
        reply::bulk(out, value.as_bytes());
    }
    Ok(())
}

/// What clients say of themselves is not kept.
fn client(args: Args<'_>, out: &mut Vec<u8>) -> Result<(), String> {
    match &args.get(0).to_ascii_lowercase()[..] {
        b"setinfo" | b"setname" => reply::ok(out),
        b"getname" => reply::null(out),
        _ => return Err(unknown_subcommand("CLIENT", args)),
    }
    Ok(())
}

/// Whether all keys may be thrown away. It is decided here, once: the stores do not refuse it, or some of them might.
pub(crate) fn may_flush(keys: &Keyspace, args: Args<'_>) -> Result<(), Refusal> {
    let known = |word: &[u8]| [&b"sync"[..], b"async"].contains(&&word.to_ascii_lowercase()[..]);
    if args.len() > 1 || !args.iter().all(known) {
        return Err(SYNTAX);
    }
    match &keys.changes {
        Some(changes) if changes.is_broken() => Err(MISCONF),
        _ => Ok(()),
    }
}

/// What the server says of itself.
pub(crate) fn info(shard: &Shard, keys: i64) -> String {
    let uptime = unix_time().saturating_sub(shard.started) / 1000;
    format!(
        "# Server\r\nredis_version:{VERSION}\r\nredis_mode:standalone\r\nserver_name:spargio-kv\r\nprocess_id:{}\r\n\
         uptime_in_seconds:{uptime}\r\nshards:{}\r\n\r\n\
         # Clients\r\nconnected_clients:{}\r\nmaxclients:{CLIENTS}\r\n\r\n\
         # Persistence\r\nloading:0\r\naof_enabled:{}\r\n\r\n\
         # Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n\
         # Keyspace\r\ndb0:keys={keys}\r\n",
        process::id(),
        shard.placement.shards(),
        shard.clients.total(),
        u8::from(shard.journal.is_some()),
    )
}
