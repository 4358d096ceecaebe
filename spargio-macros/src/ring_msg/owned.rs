//! Finds what a message or a reply cannot be made of: borrows, and types that are not concrete.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Lifetime, Type};

/// What was found in a type.
#[derive(Default)]
pub(crate) struct Findings {
    /// References and places without a lifetime.
    pub elided: Vec<Span>,
    /// Lifetimes other than `'static` that the type does not bind itself.
    pub borrowed: Vec<Lifetime>,
    /// Whether there is an `impl Trait` or a `_`.
    pub vague: bool,
    /// The lifetimes that a `for<..>` around this place binds.
    bound: Vec<syn::Ident>,
}

/// Looks through a type.
pub(crate) fn look(ty: &Type) -> Findings {
    let mut findings = Findings::default();
    findings.visit_type(ty);
    findings
}

impl<'ast> Visit<'ast> for Findings {
    fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
        if reference.lifetime.is_none() {
            self.elided.push(reference.and_token.span);
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident == "_" {
            self.elided.push(lifetime.span());
        } else if lifetime.ident != "static" && !self.bound.contains(&lifetime.ident) {
            self.borrowed.push(lifetime.clone());
        }
    }

    fn visit_bound_lifetimes(&mut self, lifetimes: &'ast syn::BoundLifetimes) {
        self.bound
            .extend(lifetimes.lifetimes.iter().filter_map(|param| match param {
                syn::GenericParam::Lifetime(param) => Some(param.lifetime.ident.clone()),
                _ => None,
            }));
    }

    fn visit_type_impl_trait(&mut self, _: &'ast syn::TypeImplTrait) {
        self.vague = true;
    }

    fn visit_type_infer(&mut self, _: &'ast syn::TypeInfer) {
        self.vague = true;
    }

    /// What stands in `Fn(&str)` or `fn(&str)` is given at each call and not kept.
    fn visit_parenthesized_generic_arguments(
        &mut self,
        _: &'ast syn::ParenthesizedGenericArguments,
    ) {
    }

    fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn is_owned(ty: &Type) -> bool {
        let found = look(ty);
        found.elided.is_empty() && found.borrowed.is_empty() && !found.vague
    }

    #[test]
    fn owned_types_pass() {
        let owned: [Type; 5] = [
            parse_quote!(Vec<u8>),
            parse_quote!(&'static str),
            parse_quote!(Box<dyn Fn(&str) -> &u8 + Send>),
            parse_quote!(fn(&str) -> u8),
            parse_quote!(Box<dyn for<'a> Visit<'a> + Send>),
        ];
        assert!(owned.iter().all(is_owned));
    }

    #[test]
    fn borrows_and_vague_types_are_found() {
        let others: [Type; 5] = [
            parse_quote!(&str),
            parse_quote!(&'a str),
            parse_quote!(Cow<'_, str>),
            parse_quote!(impl Iterator),
            parse_quote!(Vec<_>),
        ];
        assert!(!others.iter().any(is_owned));
    }
}
