//! What the compiler is asked to prove about fields, each question at its field, so that the answer points there.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::{Scope, mixed};
use crate::ring_msg::model::Message;

pub(super) fn proof(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let (generics, _, bounded) = scope.bounded.split_for_impl();
    let fields = protocol.sound().flat_map(|message| {
        message.types().map(move |ty| match message.inline {
            Some(_) => ring_val(scope, ty),
            None => payload(scope, ty),
        })
    });
    let fields: Vec<_> = fields.collect();
    let fields =
        (!fields.is_empty()).then(|| quote!(fn fields #generics () #bounded { #(#fields)* }));
    let must_fit = protocol
        .sound()
        .filter(|message| !protocol.is_generic() && !message.fields.is_empty())
        .filter_map(|message| message.inline.map(|_| must_fit(scope, message)));
    quote!(#fields #(const _: () = #must_fit;)*)
}

/// A field must be `Send`, and live as long as it likes.
fn payload(scope: &Scope<'_>, ty: &Type) -> TokenStream {
    let span = mixed(ty.span());
    let library = scope.protocol.library.spanned(span);
    quote_spanned!(span=> #library::payload::<#ty>();)
}

/// A field of an `inline` message must pack.
fn ring_val(scope: &Scope<'_>, ty: &Type) -> TokenStream {
    let span = mixed(ty.span());
    let library = scope.protocol.library.spanned(span);
    quote_spanned!(span=> let _ = <#ty as #library::RingVal>::BITS;)
}

/// The fields of an `inline` message must fit together.
pub(super) fn must_fit(scope: &Scope<'_>, message: &Message) -> TokenStream {
    let span = mixed(message.name.span());
    let library = scope.protocol.library.spanned(span);
    let types = message.types();
    let call = quote_spanned!(span=> #library::must_fit(&[#(#library::Probe::<#types>::BITS),*]));
    if scope.protocol.is_generic() {
        quote_spanned!(span=> const { #call };)
    } else {
        call
    }
}
