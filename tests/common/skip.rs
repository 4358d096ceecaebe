//! Tests that cannot run here.

use std::env;
use std::fmt::Display;
use std::io::{Write, stderr};

/// Says that a test does not run, and why.
pub(crate) fn skip(why: impl Display) {
    // Not through `eprintln!`: what a test that passes prints there, libtest keeps to itself.
    _ = writeln!(stderr(), "SKIP: {why}");
}

/// Says that a test does not run for want of something, or fails where this variable is set to 1: it must be there.
#[track_caller]
pub(crate) fn skip_unless_required(variable: &str, why: impl Display) {
    let required = env::var(variable).is_ok_and(|value| value == "1");
    assert!(!required, "{variable}=1, but {why}");
    skip(why);
}
