//! Reads the enum and its options into the model. Options that cannot be read are reported and left out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Fields, Member, Token, Type, Variant};

use super::model::{Answer, Field, Message, Method, Protocol, Tag};
use super::rewrite::Rewrite;
use crate::errors::Errors;
use crate::names::{snake_case, stem};
use crate::options::{self, Options};

const OF_ENUMS: &[&str] = &["asks", "handle", "behavior", "crate"];
const OF_VARIANTS: &[&str] = &["reply", "later", "inline", "method", "tag"];
const OF_VARIANTS_NOT_ENUMS: &[(&str, &str)] = &[
    ("reply", "a variant: put it on the message that is answered"),
    ("later", "a variant: put it on the message that is answered"),
    (
        "inline",
        "a variant: put it on each message that must fit into a val",
    ),
    ("method", "a variant: it names one message's method"),
    ("tag", "a variant: it numbers one message"),
    ("msg", "the actor: `#[shard_actor(msg = ..)]`"),
    ("mailbox", "the actor: `#[shard_actor(mailbox = ..)]`"),
    ("name", "the actor: `#[shard_actor(name = ..)]`"),
];
const OF_ENUMS_NOT_VARIANTS: &[(&str, &str)] = &[
    (
        "asks",
        "the enum: it is the protocol's actors that ask, not one message",
    ),
    (
        "handle",
        "the enum: it names the handle of the whole protocol",
    ),
    (
        "behavior",
        "the enum: it names the trait of the whole protocol",
    ),
    ("crate", "the enum: it holds for the whole protocol"),
];

/// The protocol, or nothing if the item is no enum.
pub(crate) fn protocol(input: &DeriveInput, errors: &mut Errors) -> Option<Protocol> {
    let variants = match &input.data {
        Data::Enum(data) => &data.variants,
        Data::Struct(data) => return not_an_enum(data.struct_token.span, "struct", errors),
        Data::Union(data) => return not_an_enum(data.union_token.span, "union", errors),
    };
    let rewrite = Rewrite::new(&input.ident, &input.generics);
    let stem = stem(&input.ident.unraw().to_string()).to_owned();
    let mut protocol = Protocol {
        library: crate::paths::Library::default(),
        vis: input.vis.clone(),
        name: input.ident.clone(),
        this: rewrite.this.clone(),
        generics: rewrite.generics(&input.generics),
        lifetimes: input
            .generics
            .lifetimes()
            .map(|param| param.lifetime.clone())
            .collect(),
        handle: format_ident!("{stem}Handle", span = input.ident.span()),
        behavior: format_ident!("{stem}Behavior", span = input.ident.span()),
        asks: Vec::new(),
        messages: Vec::new(),
    };
    enum_options(&mut protocol, &input.attrs, errors);
    protocol.asks = protocol
        .asks
        .iter()
        .map(|callee| rewrite.apply(callee))
        .collect();
    for (position, variant) in variants.iter().enumerate() {
        let message = message(position, variant, &rewrite, errors);
        protocol.messages.push(message);
    }
    Some(protocol)
}

fn not_an_enum(keyword: Span, what: &str, errors: &mut Errors) -> Option<Protocol> {
    errors.at(
        keyword,
        format!("RingMsg is derived for enums, one variant for each message; this is a {what}"),
    );
    None
}

/// The options in all of an item's `#[ring(..)]`.
fn ring_attributes<'a>(
    attrs: &'a [Attribute],
    errors: &mut Errors,
) -> impl Iterator<Item = TokenStream> + use<'a> {
    let mut all = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("ring")) {
        match options::in_ring(attr) {
            Ok(tokens) => all.push(tokens),
            Err(error) => errors.push(error),
        }
    }
    all.into_iter()
}

fn enum_options(protocol: &mut Protocol, attrs: &[Attribute], errors: &mut Errors) {
    let mut options = Options::new(OF_ENUMS, OF_VARIANTS_NOT_ENUMS);
    for tokens in ring_attributes(attrs, errors) {
        options.read(tokens, errors, |key, input, errors| {
            match key.unraw().to_string().as_str() {
                "asks" => protocol.asks = callees(key, input, errors)?,
                "handle" => protocol.handle = options::name(key, input, "handle = Name")?,
                "behavior" => protocol.behavior = options::name(key, input, "behavior = Name")?,
                _ => protocol.library = options::library(key, input)?,
            }
            Ok(())
        });
    }
}

/// The protocols in `asks(..)`.
fn callees(key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<Type>> {
    const EXAMPLE: &str = "asks(OtherMsg, ..)";
    let list = options::in_parentheses(key, input, EXAMPLE)?;
    let callee = |input: ParseStream<'_>| {
        let at = input.span();
        let text = input.peek(syn::LitStr);
        input.parse::<Type>().map_err(|_| {
            let quotes = if text { ", without quotes" } else { "" };
            syn::Error::new(
                at,
                format!("expected the other protocol's enum{quotes}: `{EXAMPLE}`"),
            )
        })
    };
    let parser = |input: ParseStream<'_>| {
        Punctuated::<Type, Token![,]>::parse_terminated_with(input, callee)
    };
    match parser.parse2(list) {
        Ok(callees) => Ok(callees.into_iter().collect()),
        Err(error) => {
            errors.push(error);
            Ok(Vec::new())
        }
    }
}

fn message(position: usize, variant: &Variant, rewrite: &Rewrite, errors: &mut Errors) -> Message {
    let method = snake_case(&variant.ident.unraw().to_string());
    let mut message = Message {
        name: variant.ident.clone(),
        docs: variant
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("doc"))
            .cloned()
            .collect(),
        deprecated: variant
            .attrs
            .iter()
            .find(|attr| attr.path().is_ident("deprecated"))
            .cloned(),
        fields: fields(&variant.fields, rewrite),
        reply: None,
        later: None,
        inline: None,
        method: Method {
            name: method_ident(&method, variant.ident.span()),
            chosen: false,
        },
        tag: Tag {
            number: u16::try_from(position).unwrap_or(u16::MAX),
            chosen: None,
        },
        discriminant: variant.discriminant.as_ref().map(|(_, expr)| expr.clone()),
        sound: true,
    };
    variant_options(&mut message, &variant.attrs, errors);
    if let Some(reply) = &mut message.reply {
        reply.ty = rewrite.apply(&reply.ty);
    }
    for field in &variant.fields {
        misplaced_on_field(&field.attrs, errors);
    }
    message
}

/// A method's name; a keyword is made raw, to be refused by the check.
fn method_ident(name: &str, span: Span) -> Ident {
    match syn::parse_str::<Ident>(name) {
        // A keyword since edition 2024, whatever edition this is.
        Ok(_) if name == "gen" => Ident::new_raw(name, span),
        Ok(_) => Ident::new(name, span),
        // These have no raw form. No method of the handle has the name that stands in for them.
        Err(_) if matches!(name, "self" | "super" | "crate" | "_") => {
            format_ident!("r#try_{name}", span = span)
        }
        Err(_) => Ident::new_raw(name, span),
    }
}

fn fields(fields: &Fields, rewrite: &Rewrite) -> Vec<Field> {
    let several = fields.len() > 1;
    fields
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let span = field
                .ident
                .as_ref()
                .map_or_else(Span::call_site, Ident::span);
            let unnamed = if several {
                format_ident!("arg{at}", span = span)
            } else {
                format_ident!("value", span = span)
            };
            Field {
                member: field
                    .ident
                    .clone()
                    .map_or_else(|| Member::from(at), Member::from),
                parameter: field.ident.clone().unwrap_or(unnamed),
                local: format_ident!("field{at}", span = Span::mixed_site()),
                ty: rewrite.apply(&field.ty),
            }
        })
        .collect()
}

fn variant_options(message: &mut Message, attrs: &[Attribute], errors: &mut Errors) {
    let mut options = Options::new(OF_VARIANTS, OF_ENUMS_NOT_VARIANTS);
    for tokens in ring_attributes(attrs, errors) {
        options.read(tokens, errors, |key, input, _| {
            match key.unraw().to_string().as_str() {
                "reply" => match options::value::<Type>(key, input, "reply = u64") {
                    Ok(ty) => message.reply = Some(Answer { ty, later: false }),
                    Err(error) => {
                        message.sound = false;
                        return Err(error);
                    }
                },
                "later" => message.later = Some(key.span()),
                "inline" => message.inline = Some(key.span()),
                "method" => {
                    let name = options::name(key, input, "method = name")?;
                    message.method = Method { name, chosen: true };
                }
                _ => {
                    let meant = "a number from 0 to 65535";
                    let (number, span) = options::number(key, input, "tag = 7", meant)?;
                    message.tag = Tag {
                        number,
                        chosen: Some(span),
                    };
                }
            }
            Ok(())
        });
    }
    let later = message.later.is_some();
    if let Some(reply) = &mut message.reply {
        reply.later = later;
    }
}

/// A field takes no options: they belong on its variant.
fn misplaced_on_field(attrs: &[Attribute], errors: &mut Errors) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("ring")) {
        errors.over(
            attr,
            "a field takes no options: put `#[ring(..)]` on the variant",
        );
    }
}
