//! Reports what is wrong with a protocol, and mends the model so that expansion goes on without a second error.

use std::collections::HashMap;

use quote::ToTokens;
use syn::Type;
use syn::ext::IdentExt;

use super::model::{Message, Protocol};
use super::owned::look;
use crate::errors::Errors;
use crate::names::snake_case;

/// The methods that a handle, or the trait of its actor, has whatever the protocol.
const TAKEN: &[(&str, &str)] = &[
    ("try_send", "would hide `Handle::try_send`"),
    ("send", "would hide `Handle::send`"),
    ("stop", "would hide `Handle::stop`"),
    ("wait_stopped", "would hide `Handle::wait_stopped`"),
    ("is_alive", "would hide `Handle::is_alive`"),
    ("shard", "would hide `Handle::shard`"),
    ("id", "would hide `Handle::id`"),
    ("clone", "would hide `Clone::clone`"),
    ("clone_from", "would hide `Clone::clone_from`"),
    ("started", "is a hook of every actor"),
    ("stopped", "is a hook of every actor"),
    ("watch", "is reserved for handles"),
    ("link", "is reserved for handles"),
    ("restart", "is reserved for handles"),
    ("kill", "is reserved for handles"),
    ("priority", "is reserved for handles"),
    ("forward", "is reserved for handles"),
];

/// Checks everything: each mistake is reported, none hides another.
pub(crate) fn check(protocol: &mut Protocol, errors: &mut Errors) {
    if protocol.messages.is_empty() {
        errors.at(
            protocol.name.span(),
            format!(
                "`{}` needs at least one message: add a variant",
                protocol.name
            ),
        );
    }
    for lifetime in &protocol.lifetimes {
        errors.at(
            lifetime.span(),
            "a message owns its data: use owned types, `String` for `&str`",
        );
    }
    asks(protocol, errors);
    for message in &mut protocol.messages {
        options(message, errors);
        fields(message, errors);
        reply(message, errors);
        method(message, errors);
    }
    one_method_each(&mut protocol.messages, errors);
    one_tag_each(&mut protocol.messages, errors);
}

/// The edges: no protocol twice, and not the protocol itself.
fn asks(protocol: &mut Protocol, errors: &mut Errors) {
    let name = protocol.name.clone();
    let mut seen = Vec::new();
    protocol.asks.retain(|callee| {
        let text = callee.to_token_stream().to_string();
        if names(callee, &name) {
            errors.over(
                callee,
                format!(
                    "an actor of `{name}` would wait for one of its own protocol, which may be waiting for it: send a \
                     tell, make the reply `later`, or ask from a task of `cx.spawn_local`"
                ),
            );
            return false;
        }
        if seen.contains(&text) {
            errors.over(callee, format!("`{text}` is named twice: keep one"));
            return false;
        }
        seen.push(text);
        true
    });
}

/// Whether a type is the enum itself, as far as its name tells. (What an alias hides, the ask order finds.)
fn names(ty: &Type, name: &syn::Ident) -> bool {
    match ty {
        Type::Path(path) if path.qself.is_none() && path.path.leading_colon.is_none() => {
            let segments = &path.path.segments;
            let local = segments.len() == 1 || (segments.len() == 2 && segments[0].ident == "self");
            local && segments.last().is_some_and(|last| last.ident == *name)
        }
        Type::Group(group) => names(&group.elem, name),
        Type::Paren(paren) => names(&paren.elem, name),
        _ => false,
    }
}

fn options(message: &mut Message, errors: &mut Errors) {
    if let Some(expr) = &message.discriminant {
        let tag = expr.to_token_stream();
        errors.over(
            expr,
            format!(
                "a message is numbered by its tag: use `#[ring(tag = {tag})]`, or leave it out"
            ),
        );
    }
    if let (Some(span), None, true) = (message.later, &message.reply, message.sound) {
        errors.at(
            span,
            "only an ask has a reply to send later: add `reply = T`, or drop `later`",
        );
    }
}

fn fields(message: &mut Message, errors: &mut Errors) {
    for ty in message.fields.iter().map(|field| &field.ty) {
        let found = look(ty);
        for span in &found.elided {
            errors.at(
                *span,
                "a message owns its data: use an owned type, `String` for `&str`",
            );
        }
        // The compiler itself refuses the enum for the rest; it is only kept from refusing more.
        message.sound &= found.elided.is_empty() && found.borrowed.is_empty() && !found.vague;
    }
}

fn reply(message: &mut Message, errors: &mut Errors) {
    let Some(reply) = &message.reply else { return };
    let found = look(&reply.ty);
    if found.vague {
        errors.over(
            &reply.ty,
            "a reply has one concrete type: name it, or box it as `Box<dyn ..>`",
        );
    } else if !found.elided.is_empty() || !found.borrowed.is_empty() {
        errors.over(
            &reply.ty,
            "a reply owns its data: use an owned type, `String` for `&str`",
        );
    } else {
        return;
    }
    message.sound = false;
}

/// The method's name must be free.
fn method(message: &mut Message, errors: &mut Errors) {
    let keyword = !message.method.chosen && message.method.name != message.method.name.unraw();
    let name = if keyword {
        snake_case(&message.name.unraw().to_string())
    } else {
        message.method.name.unraw().to_string()
    };
    let trouble = if keyword {
        Some("is a keyword")
    } else {
        TAKEN
            .iter()
            .find(|(taken, _)| *taken == name)
            .map(|(_, trouble)| *trouble)
    };
    let Some(trouble) = trouble else { return };
    let remedy = if message.method.chosen {
        "choose another name"
    } else {
        "rename it with `#[ring(method = name)]`"
    };
    // Such a method would be a second one of the trait; every other one can stand until it is renamed.
    message.sound &= !matches!(name.as_str(), "started" | "stopped");
    errors.at(
        message.method.name.span(),
        format!("the method `{name}` {trouble}: {remedy}"),
    );
}

fn one_method_each(messages: &mut [Message], errors: &mut Errors) {
    let mut owners: HashMap<String, String> = HashMap::new();
    for message in messages {
        let method = message.method.name.unraw().to_string();
        if let Some(owner) = owners.get(&method) {
            if message.sound {
                let remedy = if message.method.chosen {
                    "choose another name"
                } else {
                    "rename one with `#[ring(method = name)]`"
                };
                errors.at(
                    message.method.name.span(),
                    format!("the method `{method}` is taken by `{owner}`: {remedy}"),
                );
            }
            message.sound = false;
        } else {
            owners.insert(method, message.name.to_string());
        }
    }
}

fn one_tag_each(messages: &mut [Message], errors: &mut Errors) {
    let mut owners: HashMap<u16, String> = HashMap::new();
    for message in messages {
        let number = message.tag.number;
        if let Some(owner) = owners.get(&number) {
            let (span, remedy) = match message.tag.chosen {
                Some(literal) => (literal, "choose another one"),
                None => (
                    message.name.span(),
                    "it is this variant's position, so give one of them another with `#[ring(tag = ..)]`",
                ),
            };
            errors.at(
                span,
                format!("tag {number} is taken by `{owner}`: {remedy}"),
            );
            message.tag.number = (0..=u16::MAX)
                .rev()
                .find(|tag| !owners.contains_key(tag))
                .unwrap_or(number);
        }
        owners.insert(message.tag.number, message.name.to_string());
    }
}
