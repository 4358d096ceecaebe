//! The trait: what an actor does with each message, in the enum's order.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Scope, mixed};
use crate::ring_msg::model::{Field, Message};

/// The trait with its hooks and methods.
pub(super) fn definition(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let (library, vis, name) = (&protocol.library, &protocol.vis, &protocol.behavior);
    let generics = &scope.bounded;
    let clause = &scope.bounded.where_clause;
    let enum_name = &protocol.name;
    let docs = format!(" What an actor does with each message of [`{enum_name}`].");
    let message = format!("`{{Self}}` does not handle the messages of `{enum_name}`");
    let label = format!("implement `{name}` for `{{Self}}`");
    let note = format!("write `impl {name} for {{Self}}` with one `async fn` for each message");
    let methods = protocol.sound().map(|message| method(scope, message));
    quote_spanned! {Span::mixed_site()=>
        #[doc = #docs]
        ///
        /// While a method waits, the actor handles no other message.
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        #[allow(
            async_fn_in_trait, clippy::all, clippy::pedantic,
            dead_code, deprecated, private_interfaces, private_bounds
        )]
        #vis trait #name #generics: ::core::marker::Sized #clause {
            /// Runs before the first message.
            async fn started(&mut self, cx: &#library::Cx<Self>) { let _ = cx; }
            /// Runs after the last message, unless the actor panicked.
            async fn stopped(&mut self, cx: &#library::Cx<Self>) { let _ = cx; }
            #(#methods)*
        }
    }
}

fn method(scope: &Scope<'_>, message: &Message) -> TokenStream {
    let library = &scope.protocol.library;
    let docs = if message.docs.is_empty() {
        let text = format!(
            "Handles [`{0}`]({1}::{0}).",
            message.name, scope.protocol.name
        );
        quote!(#[doc = #text])
    } else {
        let docs = &message.docs;
        quote!(#(#docs)*)
    };
    let name = &message.method.name;
    let at = mixed(message.name.span());
    let reply = message.reply.as_ref().map(|reply| (&reply.ty, reply.later));
    let parameters = message.fields.iter().map(Field::as_parameter);
    let (parameter, output) = match reply {
        None => (None, None),
        Some((ty, true)) => {
            let at_reply = mixed(ty.span());
            let library = library.spanned(at_reply);
            let reply = quote_spanned!(at_reply=> #library::Reply<#ty>);
            (Some(quote_spanned!(at=> , reply: #reply)), None)
        }
        Some((ty, false)) => (None, Some(quote_spanned!(at=> -> #ty))),
    };
    quote_spanned! {at=>
        #docs
        async fn #name(&mut self, cx: &#library::Cx<Self> #(, #parameters)* #parameter) #output;
    }
}
