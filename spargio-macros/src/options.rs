//! Options: `key`, `key = value` and `key(..)`, separated by commas, as they stand in every attribute of this crate.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Lit, Token};

use crate::errors::Errors;
use crate::names::nearest;

/// Which options one kind of item takes, and which ones it was given.
pub(crate) struct Options {
    /// The options that belong here.
    known: &'static [&'static str],
    /// The options that belong elsewhere, and where that is.
    elsewhere: &'static [(&'static str, &'static str)],
    /// Those that were given, in all attributes of the item.
    given: Vec<String>,
}

impl Options {
    pub(crate) fn new(
        known: &'static [&'static str],
        elsewhere: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            known,
            elsewhere,
            given: Vec::new(),
        }
    }

    /// Reads the options of one attribute. `take` is given each key that belongs here and reads what stands behind it.
    pub(crate) fn read(
        &mut self,
        tokens: TokenStream,
        errors: &mut Errors,
        mut take: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
    ) {
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = input
                    .call(Ident::parse_any)
                    .map_err(|error| self.no_key(&error))?;
                if !self.accept(&key, input, errors) {
                    skip(input)?;
                } else if let Err(error) = take(&key, input, errors) {
                    errors.push(error);
                    skip(input)?;
                }
                if !input.is_empty() {
                    comma(&key, input)?;
                }
            }
            Ok(())
        };
        if let Err(error) = read.parse2(tokens) {
            errors.push(error);
        }
    }

    fn no_key(&self, error: &syn::Error) -> syn::Error {
        syn::Error::new(error.span(), format!("expected an option: {}", self.list()))
    }

    /// Whether the option belongs here and is new; if not, says so.
    fn accept(&mut self, key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> bool {
        let name = key.unraw().to_string();
        if !self.known.contains(&name.as_str()) {
            errors.at(key.span(), self.unknown(&name, input));
            return false;
        }
        if self.given.contains(&name) {
            errors.at(key.span(), format!("`{name}` is given twice: keep one"));
            return false;
        }
        self.given.push(name);
        true
    }

    fn unknown(&self, name: &str, input: ParseStream<'_>) -> String {
        if let Some((_, place)) = self.elsewhere.iter().find(|(other, _)| *other == name) {
            return format!("`{name}` belongs on {place}");
        }
        if let Some(meant) = nearest(name, self.known) {
            return format!("unknown option `{name}`: did you mean `{meant}`?");
        }
        let lone_type = name.starts_with(char::is_uppercase) && !input.peek(Token![=]);
        if lone_type && self.known.contains(&"msg") {
            return format!("expected an option: did you mean `msg = {name}`?");
        }
        format!("unknown option `{name}`: expected {}", self.list())
    }

    fn list(&self) -> String {
        let quoted: Vec<String> = self
            .known
            .iter()
            .map(|known| format!("`{known}`"))
            .collect();
        match quoted.as_slice() {
            [] => "none".to_owned(),
            [only] => only.clone(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
        }
    }
}

/// Reads the comma between two options.
fn comma(key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![,]) {
        return input.parse::<Token![,]>().map(drop);
    }
    let key = key.unraw();
    if input.peek(Token![=]) {
        return Err(input.error(format!("`{key}` takes no value: write `{key}` alone")));
    }
    if input.peek(syn::token::Paren) {
        return Err(input.error(format!("`{key}` takes no list")));
    }
    Err(input.error("expected a comma between two options"))
}

/// Skips what is left of an option. A comma within `<..>` cannot be told from the one behind it, so from there on
/// nothing more is read.
fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    let mut angle = false;
    while !input.is_empty() && (angle || !input.peek(Token![,])) {
        angle |= input.peek(Token![<]);
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// Reads `= value`; `example` shows the whole option to whoever wrote something else.
pub(crate) fn value<T: Parse>(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        let key_name = key.unraw();
        return Err(syn::Error::new(
            key.span(),
            format!("`{key_name}` needs a value: write `{example}`"),
        ));
    }
    input.parse::<Token![=]>()?;
    let at = if input.is_empty() {
        key.span()
    } else {
        input.span()
    };
    let value: T = input.parse().map_err(|_| wrong_value(at, input, example))?;
    let ended = input.is_empty() || input.peek(Token![,]);
    if ended {
        Ok(value)
    } else {
        Err(wrong_value(input.span(), input, example))
    }
}

fn wrong_value(at: Span, input: ParseStream<'_>, example: &str) -> syn::Error {
    let quotes = if input.peek(syn::LitStr) {
        ", without quotes"
    } else {
        ""
    };
    syn::Error::new(at, format!("expected `{example}`{quotes}"))
}

/// Reads `= number`, or says which numbers are meant.
pub(crate) fn number<N>(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
    meant: &str,
) -> syn::Result<(N, Span)>
where
    N: std::str::FromStr<Err: std::fmt::Display>,
{
    let expr: Expr = value(key, input, example)?;
    let wrong = || syn::Error::new_spanned(&expr, format!("`{}` is {meant}", key.unraw()));
    match ungroup(&expr) {
        Expr::Lit(syn::ExprLit {
            lit: Lit::Int(int), ..
        }) => Ok((int.base10_parse::<N>().map_err(|_| wrong())?, int.span())),
        _ => Err(wrong()),
    }
}

/// Reads `= "text"`, or says which text is meant.
pub(crate) fn text(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<syn::LitStr> {
    let expr: Expr = value(key, input, example)?;
    match ungroup(&expr) {
        Expr::Lit(syn::ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text.clone()),
        _ => Err(syn::Error::new_spanned(
            &expr,
            format!("expected text: `{example}`"),
        )),
    }
}

/// Reads `= name`; a keyword is no name.
pub(crate) fn name(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<Ident> {
    let AnyName(name) = value(key, input, example)?;
    if syn::parse_str::<Ident>(&name.to_string()).is_err() || name == "gen" {
        return Err(syn::Error::new(
            name.span(),
            format!("`{name}` is a keyword: choose another name"),
        ));
    }
    Ok(name)
}

/// A name or a keyword.
struct AnyName(Ident);

impl Parse for AnyName {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Ident::parse_any).map(Self)
    }
}

/// Reads the path behind `crate =`.
pub(crate) fn library(key: &Ident, input: ParseStream<'_>) -> syn::Result<crate::paths::Library> {
    value::<ModPath>(key, input, "crate = path::to::spargio")
        .map(|path| crate::paths::Library::at(path.0))
}

/// A path that may begin with `crate`, `self` or `super`, without generic arguments.
struct ModPath(syn::Path);

impl Parse for ModPath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        syn::Path::parse_mod_style(input).map(Self)
    }
}

/// A literal that came through a `macro_rules!` is wrapped in a group without delimiters.
fn ungroup(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungroup(&group.expr),
        Expr::Paren(paren) => ungroup(&paren.expr),
        _ => expr,
    }
}

/// The tokens in `#[ring(..)]`, or an error that shows the form.
pub(crate) fn in_ring(attr: &syn::Attribute) -> syn::Result<TokenStream> {
    match &attr.meta {
        syn::Meta::List(list) if matches!(list.delimiter, syn::MacroDelimiter::Paren(_)) => {
            Ok(list.tokens.clone())
        }
        other => Err(syn::Error::new_spanned(
            other,
            "expected options: `#[ring(..)]`",
        )),
    }
}

/// The tokens within the parentheses behind a key.
pub(crate) fn in_parentheses(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<TokenStream> {
    match input.fork().parse::<TokenTree>() {
        Ok(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            input.parse::<TokenTree>()?;
            Ok(group.stream())
        }
        _ => Err(syn::Error::new(
            key.span(),
            format!("`{}` needs a list: write `{example}`", key.unraw()),
        )),
    }
}
