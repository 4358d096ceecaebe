//! What the attribute knows of an actor.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{Attribute, Generics, Ident, Type};

use crate::errors::Errors;
use crate::options::{self, Options};
use crate::paths::Library;

const OF_ACTORS: &[&str] = &["msg", "mailbox", "name", "crate"];
const OF_PROTOCOLS: &[(&str, &str)] = &[
    ("asks", "the message enum: `#[ring(asks(..))]`"),
    ("handle", "the message enum: `#[ring(handle = ..)]`"),
    ("behavior", "the message enum: `#[ring(behavior = ..)]`"),
];

/// An actor: a struct and what its attribute says.
pub(crate) struct Actor {
    pub arguments: Arguments,
    pub msg: Type,
    pub name: Ident,
    pub generics: Generics,
    /// Its `#[cfg]`s, so that the impl goes where the struct goes.
    pub cfgs: Vec<Attribute>,
}

/// What stands in the attribute.
#[derive(Default)]
pub(crate) struct Arguments {
    pub library: Library,
    pub msg: Option<Type>,
    /// Whether `msg` was written, even if it could not be read.
    pub has_msg: bool,
    pub mailbox: Option<usize>,
    pub name: Option<syn::LitStr>,
}

impl Arguments {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Self::default();
        let mut options = Options::new(OF_ACTORS, OF_PROTOCOLS);
        options.read(tokens, errors, |key, input, errors| {
            match key.unraw().to_string().as_str() {
                "msg" => {
                    arguments.has_msg = true;
                    arguments.msg = Some(options::value(key, input, "msg = CounterMsg")?);
                }
                "mailbox" => {
                    let meant = "a number of at least 1: how many messages may wait";
                    let (mailbox, span) = options::number(key, input, "mailbox = 1024", meant)?;
                    if mailbox == 0 {
                        errors.at(span, format!("`mailbox` is {meant}"));
                    } else {
                        arguments.mailbox = Some(mailbox);
                    }
                }
                "name" => arguments.name = Some(options::text(key, input, "name = \"counter\"")?),
                _ => arguments.library = options::library(key, input)?,
            }
            Ok(())
        });
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn read(tokens: TokenStream) -> (Arguments, Vec<String>) {
        let mut errors = Errors::default();
        let arguments = Arguments::parse(tokens, &mut errors);
        (arguments, errors.texts())
    }

    #[test]
    fn good_options_are_read() {
        let (arguments, errors) = read(
            quote!(msg = StoreMsg<K, V>, mailbox = 4_096, name = "store", crate = crate::actors),
        );
        assert_eq!(errors, Vec::<String>::new());
        assert!(arguments.msg.is_some());
        assert_eq!(arguments.mailbox, Some(4096));
        assert_eq!(
            arguments.name.map(|name| name.value()).as_deref(),
            Some("store")
        );
    }

    #[test]
    fn every_mistake_is_reported() {
        let (_, errors) = read(quote!(
            msgs = A,
            mailbox = "many",
            name = counter,
            asks(B),
            msg
        ));
        assert_eq!(
            errors,
            [
                "unknown option `msgs`: did you mean `msg`?",
                "`mailbox` is a number of at least 1: how many messages may wait",
                "expected text: `name = \"counter\"`",
                "`asks` belongs on the message enum: `#[ring(asks(..))]`",
                "`msg` needs a value: write `msg = CounterMsg`",
            ]
        );
    }

    #[test]
    fn a_lone_type_is_meant_as_msg() {
        let (_, errors) = read(quote!(CounterMsg));
        assert_eq!(
            errors,
            ["expected an option: did you mean `msg = CounterMsg`?"]
        );
    }
}
