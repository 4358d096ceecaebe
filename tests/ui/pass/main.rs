//! `#[spargio::main]` in its shapes.
#![deny(warnings, missing_docs, clippy::pedantic)]
#![allow(dead_code)]

mod plain {
    #[spargio::main]
    async fn main() {}
}
mod with_context {
    /// Docs stay.
    #[spargio::main(shards = 2, backend = "queue")]
    pub(super) async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
        let text = String::from("7");
        if text.is_empty() {
            return Ok(());
        }
        let _: u8 = text.parse()?;
        cx.spawn_local(async {});
        Ok(())
    }
}
mod context_is_destructured {
    use spargio::ShardCtx as Here;
    #[spargio::main(backend = "auto", crate = spargio)]
    #[allow(unused_variables)]
    async fn main(mut _cx: Here) -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }
}

fn main() {
    let _: fn() -> std::process::ExitCode = with_context::main;
}
