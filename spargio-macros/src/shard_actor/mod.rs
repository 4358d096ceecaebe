//! `#[shard_actor]`: parse into a [`model`], [check](check()), expand.

mod check;
mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;

/// The attribute, tokens in and tokens out. The item is always handed through unchanged.
pub(crate) fn attribute(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let arguments = model::Arguments::parse(arguments, &mut errors);
    let expanded =
        check::check(arguments, item.clone(), &mut errors).map(|actor| expand::expand(&actor));
    let errors = errors.to_tokens();
    quote!(#item #errors #expanded)
}
