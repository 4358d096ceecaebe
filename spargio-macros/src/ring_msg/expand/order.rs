//! Whom the protocol's actors may ask, and the proof that nobody waits in a circle.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse_quote;
use syn::spanned::Spanned;

use super::{Scope, mixed};

pub(super) fn order(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let (library, this, asks) = (&protocol.library, &protocol.this, &protocol.asks);
    let (generics, _, bounded) = scope.bounded.split_for_impl();
    let place = place(scope);
    let proof = if protocol.is_generic() {
        by_clauses(scope)
    } else {
        by_constant(scope)
    };
    quote! {
        #(
            #[automatically_derived]
            impl #generics #library::MayAsk<#asks> for #this #bounded {}
        )*
        #[automatically_derived]
        impl #generics #library::AskOrder for #this #bounded {
            const ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER: u32 = #place;
        }
        #proof
    }
}

/// 1 + the greatest of the callees' places: in a circle it depends on itself.
fn place(scope: &Scope<'_>) -> TokenStream {
    let library = &scope.protocol.library;
    let greatest = scope.protocol.asks.iter().fold(None, |greatest, callee| {
        let span = mixed(callee.span());
        let library = library.spanned(span);
        let place = quote_spanned! {span=>
            <#callee as #library::AskOrder>::ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER
        };
        Some(match greatest {
            None => place,
            Some(others) => quote_spanned!(span=> #library::max(#others, #place)),
        })
    });
    match greatest {
        None => quote!(1),
        Some(greatest) => quote!(1 + #greatest),
    }
}

/// A concrete protocol: `cargo check` evaluates its constant.
fn by_constant(scope: &Scope<'_>) -> TokenStream {
    let (library, this) = (&scope.protocol.library, &scope.protocol.this);
    quote! {
        const _: u32 = <#this as #library::AskOrder>::ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER;
        #[automatically_derived]
        impl #library::AsksWithoutCycle for #this {}
    }
}

/// A generic protocol has no constant before its parameters are known: each edge is a clause, proved here.
fn by_clauses(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let (library, this) = (&protocol.library, &protocol.this);
    let mut edges = scope.bounded.clone();
    if !protocol.asks.is_empty() {
        let clause = edges.make_where_clause();
        for callee in &protocol.asks {
            clause
                .predicates
                .push(parse_quote!(#callee: #library::AsksWithoutCycle));
        }
    }
    let (generics, _, bounded) = scope.bounded.split_for_impl();
    let (_, _, clauses) = edges.split_for_impl();
    let span = protocol
        .asks
        .first()
        .map_or(Span::mixed_site(), |callee| mixed(callee.span()));
    let proved = library.spanned(span);
    let proof = quote_spanned!(span=> #proved::asks_without_cycle::<#this>());
    quote! {
        #[automatically_derived]
        impl #generics #library::AsksWithoutCycle for #this #clauses {}
        fn asks_without_cycle #generics () #bounded {
            #proof
        }
    }
}
