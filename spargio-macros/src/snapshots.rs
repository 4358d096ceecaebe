//! What the macros expand to, held against `snapshots/*.rs`. After a change, look at the difference that
//! `UPDATE_SNAPSHOTS=1 cargo test -p spargio-macros` makes.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;

/// Compares an expansion with its file, or writes the file anew.
fn compare(name: &str, expansion: TokenStream) {
    let file = syn::parse2(expansion).expect("the expansion is a file of items");
    let text = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("snapshots")
        .join(name)
        .with_extension("rs");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &text).expect("the snapshot can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == expected,
        "the expansion differs from {}; UPDATE_SNAPSHOTS=1 takes this over:\n{text}",
        path.display()
    );
}

#[test]
fn counter() {
    let input = quote! {
        /// What a counter understands.
        pub enum CounterMsg {
            /// Adds `n`.
            Add { n: u32 },
            /// The sum so far.
            #[ring(reply = u64)]
            Get,
            AddAll(Vec<u32>),
        }
    };
    compare("counter", crate::ring_msg::derive(input));
}

#[test]
fn generic() {
    let input = quote! {
        pub(crate) enum StoreMsg<K: Ord, V = u8, const N: usize = 4> where V: Clone {
            Put(K, [V; N]),
            #[ring(inline)]
            Many { len: u16, full: bool },
            More(Vec<Self>),
        }
    };
    compare("generic", crate::ring_msg::derive(input));
}

#[test]
fn asks() {
    let input = quote! {
        #[ring(asks(AuditMsg, StoreMsg<u8>), handle = Desk, behavior = Serves, crate = deps::actors)]
        enum OrderMsg {
            #[deprecated(note = "use `Buy`")]
            #[ring(tag = 7, method = get)]
            HTTPGet,
            #[ring(reply = u64, later, inline)]
            Buy { r#type: u8, price: u32 },
        }
    };
    compare("asks", crate::ring_msg::derive(input));
}

#[test]
fn generic_asks() {
    let input = quote! {
        #[ring(asks(IndexMsg<K>))]
        enum TableMsg<K> {
            Put(K),
        }
    };
    compare("generic_asks", crate::ring_msg::derive(input));
}

/// `cfg` is gone before a derive is called; what an attribute macro generates goes where its item goes.
#[test]
fn cfg() {
    let item = quote! {
        #[cfg(feature = "store")]
        #[derive(Default)]
        pub struct Store<K: Ord> { map: Vec<K> }
    };
    let arguments = quote!(msg = StoreMsg<K>, mailbox = 16);
    compare("cfg", crate::shard_actor::attribute(arguments, &item));
}

#[test]
fn shard_actor() {
    let item = quote!(
        struct Counter(u64);
    );
    let arguments = quote!(msg = CounterMsg, name = "counts", crate = deps::actors);
    compare(
        "shard_actor",
        crate::shard_actor::attribute(arguments, &item),
    );
}

#[test]
fn main() {
    let item = quote! {
        /// Docs.
        pub async fn main(cx: ShardCtx) -> Result<(), Error> { work(cx).await?; Ok(()) }
    };
    compare(
        "main",
        crate::entry::attribute(quote!(shards = 2, backend = "io_uring"), item),
    );
}

#[test]
fn main_alone() {
    compare(
        "main_alone",
        crate::entry::attribute(
            quote!(),
            quote!(
                async fn main() {}
            ),
        ),
    );
}

#[test]
fn newtype() {
    compare(
        "newtype",
        crate::ring_val::derive(quote!(
            struct Tagged<T: Id> {
                value: T,
            }
        )),
    );
}

#[test]
fn fieldless() {
    compare(
        "fieldless",
        crate::ring_val::derive(quote!(
            enum Side {
                Buy,
                Sell {},
                Both,
            }
        )),
    );
}

/// A mistake takes away no more than it must: the handle and the trait are still there.
#[test]
fn mistakes() {
    let input = quote! {
        enum LogMsg<'a> {
            Line(&'a str),
            #[ring(replay = u8)]
            Flush,
            #[ring(later)]
            Stop,
        }
    };
    compare("mistakes", crate::ring_msg::derive(input));
}
