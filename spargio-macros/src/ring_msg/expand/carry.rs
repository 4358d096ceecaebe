//! `RingMsg`: how a message is packed, moved, and read back from a pair.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::Scope;
use crate::ring_msg::model::Message;

pub(super) fn ring_msg(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let (library, this, handle) = (&protocol.library, &protocol.this, &protocol.handle);
    let (generics, arguments, bounded) = scope.bounded.split_for_impl();
    let inline = inline(scope);
    let encode = protocol
        .messages
        .iter()
        .map(|message| encode(scope, message));
    // Without a message there is an error already; a match on a reference needs an arm.
    let nothing = protocol
        .messages
        .is_empty()
        .then(|| quote!(_ => ::core::unreachable!(),));
    let decode = protocol.sound().map(|message| decode(scope, message));
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #generics #library::RingMsg for #this #bounded {
            type Handle = #handle #arguments;
            type Inline = #library::Is<{ #inline }>;

            fn __encode<__Reply: #library::ReplyPart, __Sink: #library::Sink>(
                self,
                encoder: #library::Encoder<__Reply, __Sink>,
            ) -> __Sink::Out {
                match self { #(#encode)* #nothing }
            }

            fn decode(tag: u16, val: u64) -> ::core::result::Result<Self, #library::DecodeError> {
                match tag {
                    #(#decode)*
                    _ => ::core::result::Result::Err(#library::DecodeError::UnknownTag { tag }),
                }
            }
        }
    }
}

/// Whether every message is a tell that fits. A constant that depends on parameters cannot stand in a type.
fn inline(scope: &Scope<'_>) -> TokenStream {
    let protocol = scope.protocol;
    let asks = protocol
        .messages
        .iter()
        .any(|message| message.reply.is_some() || !message.sound);
    if asks || protocol.is_generic() {
        return quote!(false);
    }
    let with_fields = protocol
        .messages
        .iter()
        .filter(|message| !message.fields.is_empty());
    let fits: Vec<_> = with_fields
        .map(|message| message.fits(&protocol.library))
        .collect();
    if fits.is_empty() {
        quote!(true)
    } else {
        quote!(#(#fits)&&*)
    }
}

fn encode(scope: &Scope<'_>, message: &Message) -> TokenStream {
    let name = &message.name;
    let packed = packed(scope, message);
    let pattern = if !message.sound || message.fields.is_empty() {
        quote!(Self::#name { .. })
    } else {
        message.of_locals(quote!(Self))
    };
    quote_spanned!(Span::mixed_site()=> #pattern => encoder.write(#packed),)
}

/// A message as it travels, made of its fields in generated locals.
pub(super) fn packed(scope: &Scope<'_>, message: &Message) -> TokenStream {
    let library = &scope.protocol.library;
    let tag = message.tag.number;
    if !message.sound || message.fields.is_empty() {
        return quote!(#library::Packed::<()>::Inline(#tag, 0));
    }
    let locals: Vec<_> = message.fields.iter().map(|field| &field.local).collect();
    let types: Vec<_> = message.types().collect();
    let pack = quote_spanned! {Span::mixed_site()=>
        let mut packer = <#library::Packer as ::core::default::Default>::default();
        #(#library::Probe::<#types>::put(&mut packer, #locals);)*
    };
    if message.inline.is_some() {
        // In a generic protocol, whether it fits is known where the parameters are.
        let generic = scope.protocol.is_generic();
        let must_fit = generic.then(|| super::proof::must_fit(scope, message));
        return quote_spanned! {Span::mixed_site()=>
            {
                #must_fit
                #pack
                #library::Packed::<()>::Inline(#tag, packer.finish())
            }
        };
    }
    let fits = message.fits(library);
    quote_spanned! {Span::mixed_site()=>
        if const { #fits } {
            #pack
            #library::Packed::Inline(#tag, packer.finish())
        } else {
            #library::Packed::Body(#tag, (#(#library::Part::<#types>::put(#locals),)*))
        }
    }
}

fn decode(scope: &Scope<'_>, message: &Message) -> TokenStream {
    let library = &scope.protocol.library;
    let tag = message.tag.number;
    let this = message.of_locals(quote!(Self));
    let mixed = Span::mixed_site();
    let good = quote!(::core::result::Result::Ok(#this));
    let bad = quote_spanned!(mixed=> ::core::result::Result::Err(#library::DecodeError::BadValue { tag, val }));
    let bits = syn::Ident::new("val", mixed).into_token_stream();
    let unpack = message.unpack(library, &bits, &good, &bad);
    if message.fields.is_empty() {
        return quote!(#tag => #unpack,);
    }
    let fits = message.fits(library);
    quote_spanned! {mixed=>
        #tag => {
            if const { #fits } {
                #unpack
            } else {
                ::core::result::Result::Err(#library::DecodeError::HasBody { tag })
            }
        }
    }
}
