//! What the derive knows of a protocol, in the user's words.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, Expr, Generics, Type, Visibility};

use crate::paths::Library;

/// An enum of messages.
pub(crate) struct Protocol {
    pub library: Library,
    pub vis: Visibility,
    /// The enum's name.
    pub name: Ident,
    /// The enum with its parameters, as a type.
    pub this: TokenStream,
    /// Its type and const parameters; lifetimes are refused, and stand as `'static` in `this`.
    pub generics: Generics,
    /// The lifetime parameters, to be refused.
    pub lifetimes: Vec<syn::Lifetime>,
    pub handle: Ident,
    pub behavior: Ident,
    /// Whose replies its actors may wait for.
    pub asks: Vec<Type>,
    pub messages: Vec<Message>,
}

/// One variant.
pub(crate) struct Message {
    /// The variant's name.
    pub name: Ident,
    /// Its docs.
    pub docs: Vec<Attribute>,
    /// Its `#[deprecated]`.
    pub deprecated: Option<Attribute>,
    pub fields: Vec<Field>,
    /// What comes back, if it is an ask.
    pub reply: Option<Answer>,
    /// The place of `later`.
    pub later: Option<Span>,
    /// The place of `inline`.
    pub inline: Option<Span>,
    pub method: Method,
    pub tag: Tag,
    /// An explicit discriminant, to be refused.
    pub discriminant: Option<Expr>,
    /// Whether nothing is wrong with it. A message that is not sound has no method and is never dispatched.
    pub sound: bool,
}

/// What an ask is answered with.
pub(crate) struct Answer {
    pub ty: Type,
    /// Whether the actor is given a `Reply` instead of returning the value.
    pub later: bool,
}

/// One field of a message.
pub(crate) struct Field {
    /// How it is written in a pattern: its name, or its position.
    pub member: syn::Member,
    /// What it is called as a parameter.
    pub parameter: Ident,
    /// What it is called in generated code.
    pub local: Ident,
    pub ty: Type,
}

/// The method that a message becomes.
pub(crate) struct Method {
    pub name: Ident,
    /// Whether `method = name` says so.
    pub chosen: bool,
}

/// What tells the messages of a protocol apart.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    pub number: u16,
    /// The literal's place, if `tag = number` says so.
    pub chosen: Option<Span>,
}

impl Protocol {
    /// Whether it has type or const parameters.
    pub(crate) fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    /// The messages that have methods.
    pub(crate) fn sound(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|message| message.sound)
    }
}

impl Message {
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        self.fields.iter().map(|field| &field.ty)
    }
}
