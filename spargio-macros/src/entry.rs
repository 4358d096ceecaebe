//! `#[spargio::main]`: an async `main` on shard 0.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, ItemFn, Safety};

use crate::errors::Errors;
use crate::names::nearest;
use crate::options::{self, Options};
use crate::paths::Library;

const BACKENDS: &[&str] = &["queue", "io_uring", "auto"];
const OF_BUILDER: &[(&str, &str)] = &[
    (
        "mailbox",
        "the builder, or on an actor: `#[shard_actor(mailbox = ..)]`",
    ),
    ("msg", "an actor: `#[shard_actor(msg = ..)]`"),
    (
        "pin",
        "the builder: `Runtime::builder()` in a `fn main` that is not async",
    ),
    (
        "carry",
        "the builder: `Runtime::builder()` in a `fn main` that is not async",
    ),
];

/// What stands in the attribute.
#[derive(Default)]
struct Arguments {
    library: Library,
    shards: Option<usize>,
    /// The variant of `BackendKind`.
    backend: Option<&'static str>,
}

/// The attribute, tokens in and tokens out.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let arguments = parse(arguments, &mut errors);
    let main: ItemFn = match syn::parse2(item.clone()) {
        Ok(main) => main,
        Err(_) => {
            errors.at(
                first(&item),
                "expected a function: `async fn main(cx: ShardCtx)`",
            );
            let errors = errors.to_tokens();
            return quote!(#errors #item);
        }
    };
    check(&main, &mut errors);
    let sound = errors.is_empty();
    let errors = errors.to_tokens();
    let expanded = expand(&arguments, main, sound);
    quote!(#errors #expanded)
}

fn first(item: &TokenStream) -> Span {
    item.clone()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span())
}

fn parse(tokens: TokenStream, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments::default();
    let mut options = Options::new(&["shards", "backend", "crate"], OF_BUILDER);
    options.read(tokens, errors, |key, input, errors| {
        match key.unraw().to_string().as_str() {
            "shards" => {
                let meant = "a number of at least 1: how many threads run actors";
                let (shards, span) = options::number(key, input, "shards = 4", meant)?;
                if shards == 0 {
                    errors.at(span, format!("`shards` is {meant}"));
                }
                arguments.shards = Some(shards);
            }
            "backend" => {
                let text = options::text(key, input, "backend = \"queue\"")?;
                arguments.backend = backend(&text, errors);
            }
            _ => arguments.library = options::library(key, input)?,
        }
        Ok(())
    });
    arguments
}

fn backend(text: &syn::LitStr, errors: &mut Errors) -> Option<&'static str> {
    let written = text.value();
    match written.as_str() {
        "queue" => Some("Queue"),
        "io_uring" => Some("IoUring"),
        "auto" => Some("Auto"),
        _ => {
            let meant = nearest(&written, BACKENDS)
                .map_or_else(String::new, |meant| format!("; did you mean \"{meant}\"?"));
            errors.at(
                text.span(),
                format!("unknown backend: expected \"queue\", \"io_uring\" or \"auto\"{meant}"),
            );
            None
        }
    }
}

fn check(main: &ItemFn, errors: &mut Errors) {
    let sig = &main.sig;
    if sig.asyncness.is_none() {
        errors.at(
            sig.fn_token.span,
            "expected `async fn`: this function runs as a task on shard 0; without `async`, use `Runtime::builder()`",
        );
    }
    if !sig.generics.params.is_empty() {
        errors.over(
            &sig.generics,
            "expected no parameters here: nobody could say what they are",
        );
    } else if let Some(clause) = &sig.generics.where_clause {
        errors.over(
            clause,
            "expected no `where` here: there is nothing to bound",
        );
    }
    if let Some(token) = &sig.constness {
        errors.at(token.span, "expected `async fn`: drop `const`");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.at(token.span, "expected a safe function: drop `unsafe`");
    }
    if let Some(abi) = &sig.abi {
        errors.over(abi, "expected a Rust function: drop `extern`");
    }
    if let Some(FnArg::Receiver(receiver)) = sig.inputs.first() {
        errors.over(
            receiver,
            "expected a free function: `async fn main(cx: ShardCtx)`",
        );
    }
    if let Some(second) = sig.inputs.iter().nth(1) {
        errors.over(
            second,
            "expected at most one argument: `async fn main(cx: ShardCtx)`",
        );
    }
}

/// The user's function becomes an inner one, so that its `?`, `return` and return type stay what they are.
fn expand(arguments: &Arguments, mut main: ItemFn, sound: bool) -> TokenStream {
    let attrs = std::mem::take(&mut main.attrs);
    let vis = std::mem::replace(&mut main.vis, syn::Visibility::Inherited);
    let name = main.sig.ident.clone();
    let run = if sound {
        run(arguments, &main)
    } else {
        quote!(::std::process::ExitCode::FAILURE)
    };
    // After a mistake, the function only has to compile as far as it did before.
    main.sig.asyncness.get_or_insert_with(Default::default);
    let unused = (!sound).then(|| quote!(#[allow(unused)]));
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)*
        #vis fn #name() -> ::std::process::ExitCode {
            #unused
            #[allow(clippy::unused_async)]
            #main
            #run
        }
    }
}

fn run(arguments: &Arguments, main: &ItemFn) -> TokenStream {
    let library = &arguments.library;
    let name = &main.sig.ident;
    let shards = option(arguments.shards.map(ToTokens::into_token_stream));
    let backend = option(arguments.backend.map(|kind| {
        let kind = syn::Ident::new(kind, Span::call_site());
        quote!(#library::BackendKind::#kind)
    }));
    let mixed = Span::mixed_site();
    let call = match main.sig.inputs.first() {
        // Whatever else the argument's type is, the error points there.
        Some(FnArg::Typed(argument)) => {
            let cx = syn::Ident::new("cx", mixed.located_at(argument.ty.span()));
            let declared = syn::Ident::new("cx", mixed);
            quote!(|#declared: #library::ShardCtx| #name(#cx))
        }
        _ => quote!(|_: #library::ShardCtx| #name()),
    };
    // What `main` cannot return is refused where it says what it returns.
    let place = match &main.sig.output {
        syn::ReturnType::Default => mixed,
        syn::ReturnType::Type(_, ty) => mixed.located_at(ty.span()),
    };
    let run = library.spanned(place);
    quote_spanned!(place=> #run::run(#shards, #backend, #call))
}

/// An optional value as tokens.
fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
