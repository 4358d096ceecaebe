/// Docs.
pub fn main() -> ::std::process::ExitCode {
    #[allow(clippy::unused_async)]
    async fn main(cx: ShardCtx) -> Result<(), Error> {
        work(cx).await?;
        Ok(())
    }
    ::spargio::__private::run(
        ::core::option::Option::Some(2usize),
        ::core::option::Option::Some(::spargio::__private::BackendKind::IoUring),
        |cx: ::spargio::__private::ShardCtx| main(cx),
    )
}
