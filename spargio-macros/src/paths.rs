//! The path under which the generated code finds the library.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// The library's path: `::spargio`, or what `crate = path` says.
///
/// As tokens it is the library's private module, the only place that generated code names; each name is then given
/// its own span by the caller.
#[derive(Clone, Default)]
pub(crate) struct Library(Option<syn::Path>);

impl Library {
    /// The library under another name.
    pub(crate) fn at(path: syn::Path) -> Self {
        Self(Some(path))
    }

    /// The private module, every token with this span, for code whose errors are to point there.
    pub(crate) fn spanned(&self, span: Span) -> TokenStream {
        match &self.0 {
            Some(path) => respan(quote!(#path::__private), span),
            None => quote_spanned!(span=> ::spargio::__private),
        }
    }
}

impl ToTokens for Library {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match &self.0 {
            Some(path) => quote!(#path::__private),
            None => quote!(::spargio::__private),
        });
    }
}

/// Moves tokens to another place in the source; the names keep their own hygiene.
fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            let place = token.span().located_at(span);
            token.set_span(place);
            token
        })
        .collect()
}
