//! The example `tls_echo`, as its clients see it: rustls on Spargio's streams, rustls that blocks its thread, and some
//! that speak no TLS.

#![cfg(target_os = "linux")]

mod common;

use common::place::Place;
use common::server::{Server, refusal};
use common::{LONG, Setup, bytes, each_backend, run};
use futures::{AsyncReadExt, AsyncWriteExt};
use futures_rustls::TlsConnector;
use futures_rustls::pki_types::pem::PemObject;
use futures_rustls::pki_types::{CertificateDer, ServerName};
use futures_rustls::rustls::version::{TLS12, TLS13};
use futures_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use spargio::net::TcpStream;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream as Plain};
use std::sync::Arc;
use std::thread;

const BOTH: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// A file with a text in it.
fn file(text: &str) -> Place {
    let place = Place::new();
    std::fs::write(&place, text).unwrap();
    place
}

/// A server with a certificate that it made, and a client's configuration that trusts that and nothing else.
fn start(setup: &Setup, args: &[&str]) -> (Server, ClientConfig) {
    let saved = Place::new();
    let server = setup.server("tls_echo", &[&["--save-cert", saved.path()], args].concat());
    let config = trusting(CertificateDer::from_pem_file(&saved.0).unwrap(), &BOTH);
    (server, config)
}

fn trusting(
    certificate: CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    ClientConfig::builder_with_protocol_versions(versions)
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn name(name: &str) -> ServerName<'static> {
    ServerName::try_from(name).unwrap().to_owned()
}

/// A client that blocks its thread.
type Blocking<S> = StreamOwned<ClientConnection, S>;

fn blocking<S: Read + Write>(config: &ClientConfig, stream: S) -> Blocking<S> {
    let session = ClientConnection::new(Arc::new(config.clone()), name("localhost")).unwrap();
    StreamOwned::new(session, stream)
}

fn plain(server: &Server) -> Plain {
    let stream = Plain::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Has all of it echoed, a piece after another.
fn echo(tls: &mut (impl Read + Write), sent: &[u8]) {
    let mut heard = vec![0; sent.len()];
    for (sent, heard) in sent.chunks(20_000).zip(heard.chunks_mut(20_000)) {
        tls.write_all(sent).unwrap();
        tls.flush().unwrap();
        tls.read_exact(heard).unwrap();
    }
    assert!(heard == sent);
}

/// Says the end and hears the other side say it, too: an end without `close_notify` would be an error of the read.
fn close<S: Read + Write>(tls: &mut Blocking<S>) {
    tls.conn.send_close_notify();
    tls.flush().unwrap();
    assert_eq!(tls.read(&mut [0]).unwrap(), 0);
}

/// Whether somebody new is served.
fn assert_serves(server: &Server, config: &ClientConfig) {
    let mut tls = blocking(config, plain(server));
    echo(&mut tls, b"still here");
    close(&mut tls);
}

#[test]
fn a_client_on_spargio_has_a_mebibyte_echoed() {
    each_backend(&[1, 2], |setup| {
        let (server, config) = start(setup, &[]);
        let (rt, address) = (setup.build(), server.address.clone());
        run(&rt, setup.last(), async move |_| {
            for server_name in ["localhost", "127.0.0.1"] {
                let stream = TcpStream::connect(&address).await?;
                let connector = TlsConnector::from(Arc::new(config.clone()));
                let tls = connector.connect(name(server_name), stream).await?;
                let (mut reading, mut writing) = tls.split();
                let sent = bytes(1 << 20);
                let mut heard = vec![0; sent.len()];
                let (wrote, read) = futures::join!(
                    async {
                        writing.write_all(&sent).await?;
                        writing.flush().await
                    },
                    reading.read_exact(&mut heard)
                );
                wrote?;
                read?;
                assert!(heard == sent);
                writing.close().await?;
                assert_eq!(reading.read(&mut heard).await?, 0, "close_notify");
            }
            Ok(())
        });
        assert!(server.end().is_empty());
    });
}

#[test]
fn a_client_that_blocks_its_thread_does_not_tell_the_difference() {
    each_backend(&[1, 2], |setup| {
        let saved = Place::new();
        let server = setup.server("tls_echo", &["--save-cert", saved.path()]);
        let certificate = CertificateDer::from_pem_file(&saved.0).unwrap();
        for version in BOTH {
            let config = trusting(certificate.clone(), &[version]);
            let clients = [(); 4].map(|()| {
                let mut tls = blocking(&config, plain(&server));
                thread::spawn(move || {
                    echo(&mut tls, &bytes(1 << 20));
                    assert_eq!(tls.conn.protocol_version(), Some(version.version));
                    close(&mut tls);
                })
            });
            for client in clients {
                client.join().unwrap();
            }
        }
        assert!(server.end().is_empty());
    });
}

#[test]
fn a_client_that_does_not_trust_the_server_goes_and_others_stay() {
    each_backend(&[1, 2], |setup| {
        let (server, config) = start(setup, &[]);
        let mut before = blocking(&config, plain(&server));
        echo(&mut before, b"before");
        // Another's certificate, for the same names.
        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let deceived = trusting(other.cert.der().clone(), &BOTH);
        let error = blocking(&deceived, plain(&server)).write(b"x").unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
        // The right certificate, for another name.
        let session = ClientConnection::new(Arc::new(config.clone()), name("other.test")).unwrap();
        let error = StreamOwned::new(session, plain(&server)).write(b"x");
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("not valid for name")
        );
        echo(&mut before, b"after");
        close(&mut before);
        assert_eq!(server.end().len(), 2);
    });
}

#[test]
fn clients_that_speak_no_tls_are_closed_and_harm_nobody() {
    each_backend(&[2], |setup| {
        let (server, config) = start(setup, &["--handshake-timeout", "3"]);
        // The beginning of a handshake: a record of 512 bytes is announced, and less of it comes.
        let half = [&[22, 3, 1, 2, 0, 1, 0, 1, 252][..], &bytes(100)].concat();
        let noise = bytes(1 << 16);
        thread::scope(|scope| {
            for sent in [
                &b""[..],
                b"GET / HTTP/1.1\r\nhost: it\r\n\r\n",
                &half,
                &noise,
            ] {
                for then in [None, Some(Shutdown::Write)] {
                    let mut stream = plain(&server);
                    scope.spawn(move || {
                        // It may be closed before all of it is sent.
                        _ = stream.write_all(sent);
                        _ = then.map(|how| stream.shutdown(how));
                        let mut heard = Vec::new();
                        match stream.read_to_end(&mut heard) {
                            Ok(_) => {}
                            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
                        }
                        // Nothing but an alert.
                        assert!(heard.is_empty() || heard[0] == 21, "{heard:?}");
                    });
                }
            }
        });
        assert_serves(&server, &config);
        assert_eq!(server.end().len(), 8);
    });
}

/// Sends one byte at a time.
struct Slowly(Plain);

impl Read for Slowly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Slowly {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes.get(..1).unwrap_or_default())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn records_may_come_in_pieces() {
    each_backend(&[1], |setup| {
        let (server, config) = start(setup, &[]);
        let mut tls = blocking(&config, Slowly(plain(&server)));
        echo(&mut tls, &bytes(3_000));
        close(&mut tls);
        assert!(server.end().is_empty());
    });
}

#[test]
fn an_end_that_was_cut_short_is_told_from_one_that_was_said() {
    each_backend(&[1, 2], |setup| {
        let (server, config) = start(setup, &[]);
        let mut said = blocking(&config, plain(&server));
        echo(&mut said, b"hello");
        close(&mut said);
        let mut cut = blocking(&config, plain(&server));
        echo(&mut cut, b"hello");
        cut.sock.shutdown(Shutdown::Write).unwrap();
        let error = server.errors.recv_timeout(LONG).unwrap();
        assert!(error.contains("close_notify"), "{error}");
        assert!(server.end().is_empty());
    });
}

#[test]
fn at_the_end_clients_are_told() {
    each_backend(&[2], |setup| {
        let (server, config) = start(setup, &[]);
        let mut clients = [(); 4].map(|()| blocking(&config, plain(&server)));
        clients.iter_mut().for_each(|tls| echo(tls, b"hello"));
        let ending = thread::spawn(move || server.end());
        for tls in &mut clients {
            assert_eq!(tls.read(&mut [0]).unwrap(), 0, "close_notify");
        }
        assert!(ending.join().unwrap().is_empty());
    });
}

#[test]
fn a_certificate_of_ones_own_with_those_that_vouch_for_it() {
    each_backend(&[1], |setup| {
        let key = || KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params.clone(), key()).unwrap();
        // Known to nobody but through the server.
        let between = CertifiedIssuer::signed_by(params, key(), &authority).unwrap();
        let key = key();
        let certificate = CertificateParams::new(["localhost".to_owned()])
            .unwrap()
            .signed_by(&key, &between)
            .unwrap();
        let chain = file(&format!("{}{}", certificate.pem(), between.pem()));
        let key = file(&key.serialize_pem());
        let args = ["--cert", chain.path(), "--key", key.path()];
        let server = setup.server("tls_echo", &args);
        // Whoever trusts the authority trusts the server.
        let config = trusting(authority.der().clone(), &BOTH);
        assert_serves(&server, &config);
        assert!(server.end().is_empty());
    });
}

#[test]
fn what_cannot_be_used_as_a_certificate_is_said() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (
        file(&made.cert.pem()),
        file(&made.signing_key.serialize_pem()),
    );
    let others_key = file(&other.signing_key.serialize_pem());
    let (none, empty) = (Place::new(), file("hello\n"));
    for (cert, key, expected) in [
        (&none, &key, none.path()),
        (&cert, &none, none.path()),
        (&empty, &key, "no certificate in it"),
        (&cert, &empty, empty.path()),
        (&cert, &others_key, "the certificate and the key"),
    ] {
        let args = ["--port", "0", "--cert", cert.path(), "--key", key.path()];
        let error = refusal("tls_echo", &args);
        assert!(
            error.starts_with("tls_echo: ") && error.contains(expected),
            "{error}"
        );
    }
}
