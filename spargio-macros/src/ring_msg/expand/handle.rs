//! The handle: eight bytes, one method for each message.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Scope, mixed};
use crate::ring_msg::docs::{does, travels};
use crate::ring_msg::model::{Field, Message};

/// The struct.
pub(super) fn definition(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let (library, vis, name) = (&protocol.library, &protocol.vis, &protocol.handle);
    let (generics, clause) = (&protocol.generics, &protocol.generics.where_clause);
    let this = &protocol.this;
    let docs = format!(
        " The handle of an actor that takes [`{}`]: an address of 8 bytes, which does not keep the actor alive.",
        protocol.name
    );
    let marker = protocol
        .is_generic()
        .then(|| quote!(__protocol: ::core::marker::PhantomData<fn() -> #this>,));
    quote! {
        #[doc = #docs]
        ///
        /// It has a method for each message. What all handles have, such as `stop` and `wait_stopped`, is in the trait
        /// `spargio::Handle`.
        #[allow(dead_code, deprecated)]
        #vis struct #name #generics #clause {
            __address: #library::Address,
            #marker
        }
    }
}

/// The impls that make it a handle, without bounds that the enum does not have.
pub(super) fn impls(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let (library, name) = (&protocol.library, &protocol.handle);
    let (generics, arguments, clause) = protocol.generics.split_for_impl();
    let (_, _, bounded) = scope.bounded.split_for_impl();
    let this = &protocol.this;
    let text = name.to_string();
    let marker = protocol
        .is_generic()
        .then(|| quote!(, __protocol: ::core::marker::PhantomData));
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #generics ::core::clone::Clone for #name #arguments #clause {
            #[inline]
            fn clone(&self) -> Self { *self }
        }
        #[automatically_derived]
        impl #generics ::core::marker::Copy for #name #arguments #clause {}
        #[automatically_derived]
        impl #generics ::core::cmp::PartialEq for #name #arguments #clause {
            #[inline]
            fn eq(&self, other: &Self) -> bool { self.__address == other.__address }
        }
        #[automatically_derived]
        impl #generics ::core::cmp::Eq for #name #arguments #clause {}
        #[automatically_derived]
        impl #generics ::core::hash::Hash for #name #arguments #clause {
            fn hash<__Hasher: ::core::hash::Hasher>(&self, state: &mut __Hasher) {
                ::core::hash::Hash::hash(&self.__address, state);
            }
        }
        #[automatically_derived]
        impl #generics ::core::fmt::Debug for #name #arguments #clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(#text).field(&self.__address).finish()
            }
        }
        #[automatically_derived]
        impl #generics #library::RingVal for #name #arguments #bounded {
            const BITS: u32 = <#library::Address as #library::RingVal>::BITS;
            const __DERIVED: () = ();
            #[inline]
            fn to_bits(self) -> u64 { #library::RingVal::to_bits(self.__address) }
            #[inline]
            fn from_bits(bits: u64) -> ::core::option::Option<Self> {
                ::core::option::Option::map(
                    <#library::Address as #library::RingVal>::from_bits(bits),
                    <Self as #library::Handle>::__from_address,
                )
            }
        }
        #[automatically_derived]
        impl #generics #library::Handle for #name #arguments #bounded {
            type Msg = #this;
            #[inline]
            fn __from_address(address: #library::Address) -> Self { Self { __address: address #marker } }
            #[inline]
            fn __address(self) -> #library::Address { self.__address }
        }
    }
}

/// The methods, one for each message.
pub(super) fn methods(scope: &Scope<'_>) -> TokenStream {
    let name = &scope.protocol.handle;
    let (generics, arguments, bounded) = scope.bounded.split_for_impl();
    let methods = scope.protocol.sound().map(|message| method(scope, message));
    quote! {
        impl #generics #name #arguments #bounded {
            #(#methods)*
        }
    }
}

fn method(scope: &Scope<'_>, message: &Message) -> TokenStream {
    let protocol = scope.protocol;
    let (library, vis, this) = (&protocol.library, &protocol.vis, &protocol.this);
    let Message {
        docs, deprecated, ..
    } = message;
    let name = &message.method.name;
    let parameters = message.fields.iter().map(Field::as_parameter);
    let given = message.fields.iter().map(|field| &field.parameter);
    let locals: Vec<_> = message.fields.iter().map(|field| &field.local).collect();
    let packed = super::carry::packed(scope, message);
    let blank = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
    let (does, travels) = (
        format!(" {}", does(message)),
        format!(" {}", travels(message)),
    );
    let head = quote!(#(#docs)* #blank #[doc = #does] #[doc = #travels] #deprecated #[inline]);
    let at = mixed(message.name.span());
    match &message.reply {
        None => {
            let variant = message.of_locals(&protocol.name);
            quote_spanned! {at=>
            #head
            #vis fn #name(&self #(, #parameters)*) -> ::core::result::Result<(), #library::SendError<#this>> {
                #library::tell(*self, (#(#given,)*), |(#(#locals,)*)| #packed, |(#(#locals,)*)| #variant)
            }
            }
        }
        Some(reply) => {
            let reply = &reply.ty;
            let at_reply = mixed(reply.span());
            let asked = library.spanned(at_reply);
            // A reply that is not `Send` is refused here, at its type.
            let ask = quote_spanned!(at_reply=> <__Asker as #asked::Asker<#this>>::Ask<#reply>);
            let body = quote_spanned! {at_reply=>
                #asked::Part::<#reply>::ask::<#this, _, _>(asker, #asked::Handle::__address(*self), packed)
            };
            quote_spanned! {at=>
                #head
                #vis fn #name<__Asker: #library::Asker<#this>>(&self, asker: &__Asker #(, #parameters)*) -> #ask {
                    #(let #locals = #given;)*
                    let packed = #packed;
                    #body
                }
            }
        }
    }
}
