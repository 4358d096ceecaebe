#[cfg(feature = "store")]
#[derive(Default)]
pub struct Store<K: Ord> {
    map: Vec<K>,
}
#[cfg(feature = "store")]
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic, clippy::nursery)]
impl<K: Ord> ::spargio::__private::Actor for Store<K>
where
    StoreMsg<K>: ::spargio::__private::Dispatch<Self>,
{
    type Msg = StoreMsg<K>;
    const NAME: &'static str = "Store";
    const MAILBOX: ::core::option::Option<usize> = ::core::option::Option::Some(16usize);
}
