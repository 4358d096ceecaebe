//! `#[derive(RingMsg)]`: parse into a [`model`], [check](check()) and mend it, expand.

mod check;
mod docs;
mod expand;
mod model;
mod owned;
mod parse;
mod rewrite;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::errors::Errors;

/// The derive, tokens in and tokens out. After a mistake it still expands what can be, so that code which uses the
/// protocol does not add errors of its own.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let expanded = parse::protocol(&input, &mut errors).map(|mut protocol| {
        check::check(&mut protocol, &mut errors);
        expand::expand(&protocol)
    });
    let errors = errors.to_tokens();
    quote!(#errors #expanded)
}
