struct Counter(u64);
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic, clippy::nursery)]
impl deps::actors::__private::Actor for Counter {
    type Msg = CounterMsg;
    const NAME: &'static str = "counts";
}
