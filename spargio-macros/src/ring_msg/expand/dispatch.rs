//! `Dispatch`: opens a message and calls the actor's method for it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse_quote;
use syn::spanned::Spanned;

use super::Scope;
use crate::ring_msg::model::Message;

pub(super) fn dispatch(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let (library, this, behavior) = (&protocol.library, &protocol.this, &protocol.behavior);
    let (_, arguments, _) = scope.bounded.split_for_impl();
    let behavior = quote!(#behavior #arguments);
    let mut with_actor = scope.bounded.clone();
    with_actor.params.push(parse_quote!(__Actor: #behavior));
    let (generics, _, clause) = with_actor.split_for_impl();
    let arms = protocol
        .sound()
        .map(|message| arm(scope, message, &behavior));
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #generics #library::Dispatch<__Actor> for #this #clause {
            // Not an `async fn`: that keeps what it is given twice, in every actor.
            #[inline]
            fn __dispatch(
                actor: &mut __Actor,
                cx: &#library::Cx<__Actor>,
                tag: u16,
            ) -> impl ::core::future::Future<Output = ()> {
                async move {
                    match tag {
                        #(#arms)*
                        _ => cx.__refuse(),
                    }
                }
            }

            async fn __started(actor: &mut __Actor, cx: &#library::Cx<__Actor>) {
                <__Actor as #behavior>::started(actor, cx).await;
            }

            async fn __stopped(actor: &mut __Actor, cx: &#library::Cx<__Actor>) {
                <__Actor as #behavior>::stopped(actor, cx).await;
            }
        }
    }
}

/// Opens one message. `let .. else` drops its temporaries before the handler runs, so only what the handler was given
/// lives across its `.await`: the future stays small.
fn arm(scope: &Scope<'_>, message: &Message, behavior: &TokenStream) -> TokenStream {
    let library = &scope.protocol.library;
    let (tag, method) = (message.tag.number, &message.method.name);
    let locals: Vec<_> = message.fields.iter().map(|field| &field.local).collect();
    let types: Vec<_> = message.types().collect();
    let from_val = from_val(scope, message);
    let mixed = Span::mixed_site();
    let call = quote_spanned! {mixed=>
        <__Actor as #behavior>::#method(actor, cx #(, #library::Part::<#types>::take(#locals))*)
    };
    let Some(reply) = &message.reply else {
        return quote_spanned! {mixed=>
            #tag => {
                let ::core::option::Option::Some((#(#locals,)*)) = cx.__tell(#from_val) else { return };
                #call.await;
            }
        };
    };
    let ty = &reply.ty;
    let answer = if reply.later {
        // A reply that is not `Send` is refused in the trait, at its type; a second error at that place goes unseen.
        let at_reply = super::mixed(ty.span());
        let library = library.spanned(at_reply);
        quote_spanned! {at_reply=>
            <__Actor as #behavior>::#method(
                actor, cx #(, #library::Part::<#types>::take(#locals))*, #library::Part::<#ty>::later(reply)
            ).await;
        }
    } else {
        quote_spanned! {mixed=>
            let value = #call.await;
            reply.send(#library::Part::<#ty>::put(value));
        }
    };
    quote_spanned! {mixed=>
        #tag => {
            let ::core::option::Option::Some((reply, (#(#locals,)*))) = cx.__ask(#from_val) else { return };
            #answer
        }
    }
}

/// The function that takes the fields out of a val, if they fit.
fn from_val(scope: &Scope<'_>, message: &Message) -> TokenStream {
    let library = &scope.protocol.library;
    let mixed = Span::mixed_site();
    let bits = syn::Ident::new("bits", mixed).into_token_stream();
    let (types, locals) = (
        message.types(),
        message.fields.iter().map(|field| &field.local),
    );
    let good = quote!(::core::option::Option::Some((#(#library::Part::<#types>::put(#locals),)*)));
    let unpack = message.unpack(library, &bits, &good, &quote!(::core::option::Option::None));
    let some = quote!(::core::option::Option::Some(|#bits| { #unpack }));
    if message.fields.is_empty() {
        return some;
    }
    let fits = message.fits(library);
    quote!(if const { #fits } { #some } else { ::core::option::Option::None })
}
