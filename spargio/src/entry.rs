//! What `#[spargio::main]` expands to.

use crate::ctx::ShardCtx;
use crate::door::backend::BackendKind;
use crate::error::JoinError;
use crate::runtime::Runtime;
use std::process::{ExitCode, Termination};

/// The exit code of a Rust program whose `main` panics.
const PANICKED: u8 = 101;

/// Runs `main` on shard 0 of a new runtime, and makes an exit code of what it returns, on that shard: so what it
/// returns need not be `Send`. `None` means the builder's default.
#[doc(hidden)]
pub fn run<F, Fut>(shards: Option<usize>, backend: Option<BackendKind>, main: F) -> ExitCode
where
    F: FnOnce(ShardCtx) -> Fut + Send + 'static,
    Fut: Future + 'static,
    Fut::Output: Termination,
{
    let mut builder = Runtime::builder();
    if let Some(shards) = shards {
        builder = builder.shards(shards);
    }
    if let Some(backend) = backend {
        builder = builder.backend(backend);
    }
    let rt = match builder.build() {
        Ok(rt) => rt,
        Err(error) => return fail(&error),
    };
    let main = rt.spawn_local_on(0, |cx| async move { main(cx).await.report() });
    let code = match main {
        Ok(main) => rt.block_on(main),
        Err(error) => return fail(&error),
    };
    let ended = rt.shutdown();
    match (code, ended) {
        (Ok(code), Ok(_)) => code,
        // The panic has been printed where it happened.
        (Err(JoinError::Panicked), _) => ExitCode::from(PANICKED),
        (Err(error), _) => fail(&error),
        (_, Err(error)) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("spargio: {error}");
    ExitCode::FAILURE
}
