//! What the server proves itself with: a certificate and its key, from files or made at the start.

use futures_rustls::pki_types::pem::PemObject;
use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer};
use futures_rustls::rustls::ServerConfig;
use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::path::Path;

type AnyError = Box<dyn Error>;

/// A certificate and those that vouch for it, with the key of the first.
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// Reads both from PEM files.
    pub(crate) fn read(chain: &Path, key: &Path) -> Result<Self, AnyError> {
        let certificates = CertificateDer::pem_file_iter(chain)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| at(chain, error))?;
        if certificates.is_empty() {
            return Err(at(chain, "there is no certificate in it; it must be PEM"));
        }
        Ok(Self {
            chain: certificates,
            key: PrivateKeyDer::from_pem_file(key).map_err(|error| at(key, error))?,
        })
    }

    /// Makes a certificate for this machine's own names, which nobody but itself vouches for, and saves it for clients
    /// that are to trust it.
    pub(crate) fn make(save: Option<&Path>) -> Result<Self, AnyError> {
        let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
        let made = rcgen::generate_simple_self_signed(names)?;
        if let Some(path) = save {
            fs::write(path, made.cert.pem()).map_err(|error| at(path, error))?;
        }
        Ok(Self {
            chain: vec![made.cert.der().clone()],
            key: PrivateKeyDer::try_from(made.signing_key.serialize_der())?,
        })
    }

    /// A server's configuration with this identity, which asks clients for none.
    pub(crate) fn into_config(self) -> Result<ServerConfig, AnyError> {
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .map_err(|error| format!("the certificate and the key cannot be used: {error}"))?;
        Ok(config)
    }
}

fn at(path: &Path, error: impl Display) -> AnyError {
    format!("{}: {error}", path.display()).into()
}
