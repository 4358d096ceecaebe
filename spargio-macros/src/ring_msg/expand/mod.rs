//! The generated code: a handle, a trait, and the impls that carry messages between them. Nothing here can fail.

mod behavior;
mod carry;
mod dispatch;
mod handle;
mod order;
mod proof;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Generics, parse_quote};

use super::model::{Field, Message, Protocol};

/// A protocol and what is said of it again and again.
struct Scope<'a> {
    protocol: &'a Protocol,
    /// The enum's parameters, with the bounds that travel needs: `Send + 'static` on each type.
    bounded: Generics,
}

/// Everything that the derive adds to the enum.
pub(crate) fn expand(protocol: &Protocol) -> TokenStream {
    let scope = Scope {
        protocol,
        bounded: bounded(protocol),
    };
    let library = &protocol.library;
    let handle = handle::definition(&scope);
    let behavior = behavior::definition(&scope);
    let impls = [
        handle::impls(&scope),
        handle::methods(&scope),
        carry::ring_msg(&scope),
        dispatch::dispatch(&scope),
        order::order(&scope),
        proof::proof(&scope),
    ];
    quote! {
        #handle
        #behavior
        #[doc(hidden)]
        #[allow(
            clippy::all, clippy::pedantic, clippy::nursery,
            dead_code, deprecated, private_interfaces, private_bounds, trivial_bounds, unused_imports
        )]
        const _: () = {
            use #library::{Bulky as _, Unsendable as _};
            #(#impls)*
        };
    }
}

/// The enum's parameters as the generated impls need them.
fn bounded(protocol: &Protocol) -> Generics {
    let mut generics = protocol.generics.clone();
    let types: Vec<_> = generics
        .type_params()
        .map(|param| param.ident.clone())
        .collect();
    if !types.is_empty() {
        let clause = generics.make_where_clause();
        for ty in types {
            clause
                .predicates
                .push(parse_quote!(#ty: ::core::marker::Send + 'static));
        }
    }
    generics
}

/// Hygiene: names made with this span are seen by generated code only. Errors point to `place`.
fn mixed(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

impl Message {
    /// The variant as a pattern or an expression, with these values for its fields.
    fn variant(&self, of: impl ToTokens, values: impl Iterator<Item = TokenStream>) -> TokenStream {
        let name = &self.name;
        let mut members = self.fields.iter().map(|field| &field.member).peekable();
        match members.peek() {
            None => quote!(#of::#name {}),
            Some(syn::Member::Unnamed(_)) => quote!(#of::#name(#(#values),*)),
            Some(syn::Member::Named(_)) => quote!(#of::#name { #(#members: #values),* }),
        }
    }

    /// The variant with its fields in generated locals.
    fn of_locals(&self, of: impl ToTokens) -> TokenStream {
        self.variant(
            of,
            self.fields
                .iter()
                .map(|field| field.local.to_token_stream()),
        )
    }

    /// The widths of the fields.
    fn widths(&self, library: &crate::paths::Library) -> TokenStream {
        let types = self.types();
        quote!(&[#(#library::Probe::<#types>::BITS),*])
    }

    /// Whether the fields fit into a val, as a constant expression.
    fn fits(&self, library: &crate::paths::Library) -> TokenStream {
        let widths = self.widths(library);
        quote!(#library::width(#widths) <= 64)
    }

    /// Unpacks the fields from `bits` into the generated locals, and then gives `good`; or else gives `bad`.
    fn unpack(
        &self,
        library: &crate::paths::Library,
        bits: &TokenStream,
        good: &TokenStream,
        bad: &TokenStream,
    ) -> TokenStream {
        if self.fields.is_empty() {
            return quote!(if #bits == 0 { #good } else { #bad });
        }
        let types = self.types();
        let locals = self.fields.iter().map(|field| &field.local);
        quote_spanned! {Span::mixed_site()=>
            let mut unpacker = #library::Unpacker::new(#bits);
            match (#(#library::Probe::<#types>::take(&mut unpacker),)*) {
                (#(::core::option::Option::Some(#locals),)*) if unpacker.is_empty() => #good,
                _ => #bad,
            }
        }
    }
}

impl Field {
    /// The field as a method's parameter.
    fn as_parameter(&self) -> TokenStream {
        let Self { parameter, ty, .. } = self;
        quote!(#parameter: #ty)
    }
}
