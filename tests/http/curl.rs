//! curl.

use crate::common::place::Place;
use crate::common::skip::skip_unless_required;
use crate::common::{bytes, each_backend};
use std::process::Command;

/// What curl prints; `None` where there is no curl. Fails where `SPARGIO_REQUIRE_CURL=1`.
fn curl(args: &[&str]) -> Option<Vec<u8>> {
    let ran = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--max-time",
            "60",
        ])
        .args(args)
        .output();
    match ran {
        Ok(ran) => {
            assert!(
                ran.status.success(),
                "{args:?}: {}",
                String::from_utf8_lossy(&ran.stderr)
            );
            Some(ran.stdout)
        }
        Err(error) => {
            let why = format_args!("curl cannot be run: {error}");
            skip_unless_required("SPARGIO_REQUIRE_CURL", why);
            None
        }
    }
}

#[test]
fn curl_is_served() {
    each_backend(&[1, 2], |setup| {
        let server = setup.server("http", &[]);
        let (hits, echo) = (
            format!("http://{}/hits", server.address),
            format!("http://{}/echo", server.address),
        );
        // Three on one connection, and how many connections each took.
        let asked = curl(&["--write-out", "%{num_connects} ", &hits, &hits, &hits]);
        let Some(heard) = asked else { return };
        assert_eq!(String::from_utf8_lossy(&heard), "1\n1 2\n0 3\n0 ");
        assert_eq!(curl(&["--http2-prior-knowledge", &hits]).unwrap(), b"4\n");
        let body = bytes(8 << 20);
        let file = Place::new();
        std::fs::write(&file, &body).unwrap();
        let from = format!("@{}", file.path());
        for protocol in ["--http1.1", "--http2-prior-knowledge"] {
            let heard = curl(&[protocol, "--data-binary", &from, &echo]).unwrap();
            assert!(heard == body, "{protocol}: {} bytes heard", heard.len());
        }
        let refused = curl(&[
            "--output",
            "-",
            "--write-out",
            "%{http_code}",
            "--request",
            "PUT",
            &echo,
        ]);
        assert_eq!(refused.unwrap(), b"allowed here: POST\n405");
        server.end();
    });
}
