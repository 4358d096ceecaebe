//! Notes which compiler built the contestants.

use std::env::var;
use std::process::Command;

fn main() {
    let rustc = var("RUSTC").unwrap_or("rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.expect("the compiler says what it is").stdout;
    println!(
        "cargo:rustc-env=RUSTC_VERSION={}",
        String::from_utf8_lossy(&version).trim()
    );
    println!("cargo:rerun-if-changed=build.rs");
}
