//! An echo over TLS: rustls on Spargio's streams, through the traits of `futures`. Each shard listens at the same port,
//! and a session stays on the shard that accepted it. SIGTERM or Ctrl-C ends it in order.
//!
//! ```sh
//! cargo run --release --example tls_echo -- --save-cert /tmp/tls_echo.pem
//! openssl s_client -quiet -connect localhost:8443 -CAfile /tmp/tls_echo.pem -verify_return_error
//! ```
//!
//! `--cert FILE --key FILE` have it use a certificate of yours.

mod connection;
#[path = "../common/end.rs"]
mod end;
mod identity;
#[path = "../common/options.rs"]
mod options;
#[path = "../common/shards.rs"]
mod shards;

use clap::Parser;
use end::end_on_signal;
use futures_rustls::TlsAcceptor;
use identity::Identity;
use options::ServerOptions;
use shards::Shards;
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// An echo over TLS on Spargio
#[derive(Parser)]
struct Options {
    /// The port to listen at; 0 is any that is free
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// The certificate and those that vouch for it, as PEM [default: one is made]
    #[arg(long, requires = "key", value_name = "FILE")]
    cert: Option<PathBuf>,
    /// The key of the certificate, as PEM
    #[arg(long, requires = "cert", value_name = "FILE")]
    key: Option<PathBuf>,
    /// Where to save the certificate that is made, for clients to trust
    #[arg(long, conflicts_with = "cert", value_name = "FILE")]
    save_cert: Option<PathBuf>,
    /// How many seconds a client has for the handshake
    #[arg(long, default_value_t = 10)]
    handshake_timeout: u64,
    #[command(flatten)]
    server: ServerOptions,
}

impl Options {
    fn identity(&self) -> Result<Identity, Box<dyn Error>> {
        match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => Identity::read(cert, key),
            _ => Identity::make(self.save_cert.as_deref()),
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let end = end_on_signal()?;
    let config = options.identity()?.into_config()?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let rt = options.server.build()?;
    let address = SocketAddr::new(options.server.bind, options.port);
    let handshake_timeout = Duration::from_secs(options.handshake_timeout);
    rt.block_on(async {
        let shards = Shards::listen(&rt, address, &end, move |_, stream, end| {
            let acceptor = acceptor.clone();
            async move {
                let served = connection::serve(acceptor, stream, handshake_timeout, end).await;
                if let Err(error) = served {
                    eprintln!("a connection ended early: {error}");
                }
            }
        })
        .await?;
        println!("ready on {}", shards.address());
        shards.ended().await
    })?;
    rt.shutdown()?;
    Ok(())
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tls_echo: {error}");
            ExitCode::FAILURE
        }
    }
}
