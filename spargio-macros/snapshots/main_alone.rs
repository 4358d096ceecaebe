fn main() -> ::std::process::ExitCode {
    #[allow(clippy::unused_async)]
    async fn main() {}
    ::spargio::__private::run(
        ::core::option::Option::None,
        ::core::option::Option::None,
        |_: ::spargio::__private::ShardCtx| main(),
    )
}
