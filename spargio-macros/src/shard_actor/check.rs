//! Reports what is wrong with the item and with what its attribute says.

use proc_macro2::{Span, TokenStream};
use syn::{Item, ItemStruct};

use super::model::{Actor, Arguments};
use crate::errors::Errors;

/// The actor, if the item is a struct and it is known which messages it takes.
pub(crate) fn check(
    mut arguments: Arguments,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<Actor> {
    let item = structure(item, errors)?;
    if !arguments.has_msg && errors.is_empty() {
        errors.at(
            Span::call_site(),
            format!(
                "which messages does `{}` take? write `#[shard_actor(msg = TheirEnum)]`",
                item.ident
            ),
        );
    }
    let msg = arguments.msg.take()?;
    let cfgs = item
        .attrs
        .into_iter()
        .filter(|attr| attr.path().is_ident("cfg"))
        .collect();
    Some(Actor {
        arguments,
        msg,
        name: item.ident,
        generics: item.generics,
        cfgs,
    })
}

/// The item as a struct, or an error at the keyword that says that it is something else.
fn structure(item: TokenStream, errors: &mut Errors) -> Option<ItemStruct> {
    let (keyword, what) = match syn::parse2(item) {
        Ok(Item::Struct(item)) => return Some(item),
        Ok(Item::Enum(item)) => (item.enum_token.span, "an enum"),
        Ok(Item::Union(item)) => (item.union_token.span, "a union"),
        Ok(Item::Fn(item)) => (item.sig.fn_token.span, "a function"),
        Ok(Item::Trait(item)) => (item.trait_token.span, "a trait"),
        Ok(Item::Impl(item)) => (item.impl_token.span, "an impl"),
        Ok(Item::Mod(item)) => (item.mod_token.span, "a module"),
        Ok(Item::Type(item)) => (item.type_token.span, "a type alias"),
        Ok(_) => (Span::call_site(), "something else"),
        Err(error) => {
            errors.push(error);
            return None;
        }
    };
    errors.at(
        keyword,
        format!("annotate the actor's struct with `#[shard_actor(..)]`; this is {what}"),
    );
    None
}
