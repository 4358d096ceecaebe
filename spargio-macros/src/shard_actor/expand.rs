//! The generated code: `impl Actor`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse_quote;

use super::model::Actor;

pub(crate) fn expand(actor: &Actor) -> TokenStream {
    let (library, msg, name) = (&actor.arguments.library, &actor.msg, &actor.name);
    let cfgs = &actor.cfgs;
    let mut generics = actor.generics.clone();
    if !generics.params.is_empty() {
        // The behavior may be implemented under bounds that the struct does not have: an actor is what has a behavior.
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(#msg: #library::Dispatch<Self>));
    }
    let (generics, arguments, clause) = generics.split_for_impl();
    let text = match &actor.arguments.name {
        Some(text) => quote!(#text),
        None => {
            let text = name.unraw().to_string();
            quote!(#text)
        }
    };
    let mailbox = actor.arguments.mailbox.map(|mailbox| {
        quote! {
            const MAILBOX: ::core::option::Option<usize> = ::core::option::Option::Some(#mailbox);
        }
    });
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #[automatically_derived]
        #[allow(deprecated, clippy::all, clippy::pedantic, clippy::nursery)]
        impl #generics #library::Actor for #name #arguments #clause {
            type Msg = #msg;
            const NAME: &'static str = #text;
            #mailbox
        }
    }
}
