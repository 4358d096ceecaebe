//! The enum's tokens made fit to stand elsewhere: in the generated trait `Self` is the actor, and a lifetime that is
//! refused anyway is better `'static` than undeclared.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::{GenericParam, Generics, Token};

/// Puts the enum for `Self`, and `'static` for its lifetimes.
pub(crate) struct Rewrite {
    /// The enum with its parameters.
    pub this: TokenStream,
    lifetimes: Vec<Ident>,
}

impl Rewrite {
    pub(crate) fn new(name: &Ident, generics: &Generics) -> Self {
        let arguments = generics.params.iter().map(|param| match param {
            GenericParam::Lifetime(_) => quote!('static),
            GenericParam::Type(param) => param.ident.to_token_stream(),
            GenericParam::Const(param) => param.ident.to_token_stream(),
        });
        let this = if generics.params.is_empty() {
            quote!(#name)
        } else {
            quote!(#name<#(#arguments),*>)
        };
        let lifetimes = generics
            .lifetimes()
            .map(|param| param.lifetime.ident.clone())
            .collect();
        Self { this, lifetimes }
    }

    /// Rewrites a type, a bound or the like. What cannot be parsed again stays as it was: it was well-formed.
    pub(crate) fn apply<T: ToTokens + Parse + Clone>(&self, node: &T) -> T {
        syn::parse2(self.tokens(node.to_token_stream())).unwrap_or_else(|_| node.clone())
    }

    /// The parameters without the lifetimes.
    pub(crate) fn generics(&self, generics: &Generics) -> Generics {
        let params: Punctuated<GenericParam, Token![,]> = generics
            .params
            .iter()
            .filter(|param| !matches!(param, GenericParam::Lifetime(_)))
            .map(|param| self.apply(param))
            .collect();
        let where_clause = generics
            .where_clause
            .as_ref()
            .map(|clause| self.apply(clause));
        let (lt_token, gt_token) = if params.is_empty() {
            (None, None)
        } else {
            (generics.lt_token, generics.gt_token)
        };
        Generics {
            lt_token,
            params,
            gt_token,
            where_clause,
        }
    }

    fn tokens(&self, tokens: TokenStream) -> TokenStream {
        let mut after_tick = false;
        tokens
            .into_iter()
            .flat_map(|token| {
                let tick = std::mem::take(&mut after_tick);
                match token {
                    TokenTree::Ident(name) if tick && self.lifetimes.contains(&name) => {
                        Ident::new("static", name.span()).into_token_stream()
                    }
                    TokenTree::Ident(name) if name == "Self" => self.this_at(name.span()),
                    TokenTree::Group(group) => {
                        let mut inner = Group::new(group.delimiter(), self.tokens(group.stream()));
                        inner.set_span(group.span());
                        inner.into_token_stream()
                    }
                    TokenTree::Punct(punct) => {
                        after_tick = punct.as_char() == '\'';
                        punct.into_token_stream()
                    }
                    other => other.into_token_stream(),
                }
            })
            .collect()
    }

    /// The enum, written where `Self` was.
    fn this_at(&self, span: Span) -> TokenStream {
        self.this
            .clone()
            .into_iter()
            .map(|mut token| {
                token.set_span(token.span().located_at(span));
                token
            })
            .collect()
    }
}
