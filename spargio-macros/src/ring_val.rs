//! `#[derive(RingVal)]`: newtypes travel as what they wrap, fieldless enums as the position of their variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Generics, Member, Token, Type, Variant, parse_quote};

use crate::errors::Errors;
use crate::options::{self, Options};
use crate::paths::Library;

/// What the derive knows of a val.
struct Val {
    library: Library,
    name: Ident,
    generics: Generics,
    shape: Shape,
}

/// How a val packs.
enum Shape {
    /// As its only field.
    Newtype { member: Member, ty: Box<Type> },
    /// As the position of its variant.
    Positions(Vec<Ident>),
}

/// The derive, tokens in and tokens out.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let expanded = parse(&input, &mut errors).map(|val| expand(&val));
    let errors = errors.to_tokens();
    quote!(#errors #expanded)
}

fn parse(input: &DeriveInput, errors: &mut Errors) -> Option<Val> {
    let library = library(input, errors);
    for param in input.generics.lifetimes() {
        errors.at(
            param.lifetime.span(),
            "a val owns its data: drop the lifetime",
        );
    }
    let shape = match &input.data {
        Data::Struct(data) => newtype(input, &data.fields, errors),
        Data::Enum(data) => positions(input, &data.variants, errors),
        Data::Union(data) => {
            errors.at(
                data.union_token.span,
                "RingVal is derived for newtypes and fieldless enums; this is a union, whose bits may mean several things",
            );
            None
        }
    }?;
    let borrows = input.generics.lifetimes().next().is_some();
    let (name, generics) = (input.ident.clone(), input.generics.clone());
    (!borrows).then_some(Val {
        library,
        name,
        generics,
        shape,
    })
}

fn library(input: &DeriveInput, errors: &mut Errors) -> Library {
    let mut library = Library::default();
    let mut options = Options::new(&["crate"], &[]);
    for attr in input
        .attrs
        .iter()
        .filter(|attr| attr.path().is_ident("ring"))
    {
        let tokens = match options::in_ring(attr) {
            Ok(tokens) => tokens,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        options.read(tokens, errors, |key, input, _| {
            library = options::library(key, input)?;
            Ok(())
        });
    }
    library
}

fn newtype(input: &DeriveInput, fields: &Fields, errors: &mut Errors) -> Option<Shape> {
    let mut members = fields.members();
    match (fields.len(), fields.iter().next(), members.next()) {
        (1, Some(field), Some(member)) => Some(Shape::Newtype {
            member,
            ty: Box::new(field.ty.clone()),
        }),
        (0, ..) => {
            errors.at(
                input.ident.span(),
                format!(
                    "`{}` has no field: a newtype wraps exactly one value; in a message, leave it out or use `()`",
                    input.ident.unraw()
                ),
            );
            None
        }
        _ => {
            let second = fields.iter().nth(1);
            errors.over(
                second,
                format!(
                    "`{}` has {} fields: a newtype wraps exactly one; put several values side by side in the message, \
                     where they pack together",
                    input.ident.unraw(),
                    fields.len(),
                ),
            );
            None
        }
    }
}

fn positions(
    input: &DeriveInput,
    variants: &Punctuated<Variant, Token![,]>,
    errors: &mut Errors,
) -> Option<Shape> {
    if variants.is_empty() {
        errors.at(
            input.ident.span(),
            format!(
                "`{}` has no variants, so no value: add one",
                input.ident.unraw()
            ),
        );
        return None;
    }
    let mut fieldless = true;
    for variant in variants.iter().filter(|variant| !variant.fields.is_empty()) {
        fieldless = false;
        errors.over(
            &variant.fields,
            format!(
                "RingVal is derived for enums without fields: drop the fields of `{}`, or let the enum travel as a body \
                 by not deriving RingVal",
                variant.ident.unraw()
            ),
        );
    }
    fieldless.then(|| {
        Shape::Positions(
            variants
                .iter()
                .map(|variant| variant.ident.clone())
                .collect(),
        )
    })
}

fn expand(val: &Val) -> TokenStream {
    let (library, name) = (&val.library, &val.name);
    let mut bounded = val.generics.clone();
    let types: Vec<_> = bounded
        .type_params()
        .map(|param| param.ident.clone())
        .collect();
    for ty in types {
        bounded
            .make_where_clause()
            .predicates
            .push(parse_quote!(#ty: #library::RingVal));
    }
    let (generics, arguments, clause) = bounded.split_for_impl();
    let body = match &val.shape {
        Shape::Newtype { member, ty } => as_field(library, member, ty),
        Shape::Positions(variants) => as_position(variants),
    };
    quote! {
        #[automatically_derived]
        #[allow(deprecated, clippy::all, clippy::pedantic, clippy::nursery)]
        impl #generics #library::RingVal for #name #arguments #clause {
            #body
        }
    }
}

fn as_field(library: &Library, member: &Member, ty: &Type) -> TokenStream {
    let mixed = Span::mixed_site();
    let at_field = library.spanned(mixed.located_at(ty.span()));
    // Every use points at the field, so that a field that is no val gives one error.
    let field = quote_spanned!(mixed.located_at(ty.span())=> <#ty as #at_field::RingVal>);
    quote_spanned! {mixed=>
        const BITS: u32 = #field::BITS;
        const __DERIVED: () = ();
        #[inline]
        fn to_bits(self) -> u64 { #field::to_bits(self.#member) }
        #[inline]
        fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match #field::from_bits(bits) {
                ::core::option::Option::Some(value) => ::core::option::Option::Some(Self { #member: value }),
                ::core::option::Option::None => ::core::option::Option::None,
            }
        }
    }
}

fn as_position(variants: &[Ident]) -> TokenStream {
    let width = width(variants.len());
    let positions: Vec<u64> = (0..).take(variants.len()).collect();
    quote_spanned! {Span::mixed_site()=>
        const BITS: u32 = #width;
        const __DERIVED: () = ();
        #[inline]
        fn to_bits(self) -> u64 {
            match self { #(Self::#variants {} => #positions,)* }
        }
        #[inline]
        fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match bits {
                #(#positions => ::core::option::Option::Some(Self::#variants {}),)*
                _ => ::core::option::Option::None,
            }
        }
    }
}

/// As many bits as tell so many positions apart.
fn width(positions: usize) -> u32 {
    usize::BITS - positions.saturating_sub(1).leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn the_width_is_just_enough() {
        for (positions, bits) in [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (256, 8), (257, 9)] {
            assert_eq!(width(positions), bits, "{positions}");
        }
    }
}
