//! What every server among the examples can be told.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use spargio::{BackendKind, BuildError, Runtime};
use std::net::IpAddr;

#[derive(Args)]
pub(crate) struct ServerOptions {
    /// The address to listen at
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) bind: IpAddr,
    /// How many shards [default: one for each CPU]
    #[arg(long)]
    shards: Option<usize>,
    /// What carries I/O and messages
    #[arg(long, default_value = "auto", value_parser = backends())]
    backend: BackendKind,
}

impl ServerOptions {
    pub(crate) fn build(&self) -> Result<Runtime, BuildError> {
        let mut builder = Runtime::builder().backend(self.backend);
        if let Some(shards) = self.shards {
            builder = builder.shards(shards);
        }
        builder.build()
    }
}

fn backends() -> impl TypedValueParser<Value = BackendKind> {
    let names = ["queue", "io_uring", "auto"];
    PossibleValuesParser::new(names).map(|name| match name.as_str() {
        "queue" => BackendKind::Queue,
        "io_uring" => BackendKind::IoUring,
        _ => BackendKind::Auto,
    })
}
