//! What must not compile does not, with an error that points at the mistake and says how to mend it; and what must
//! compile does.
//!
//! After a change to a message, look at the new text and take it over with
//! `TRYBUILD=overwrite cargo test --test ui`.

/// One project for both, so that the library is built once.
#[test]
fn mistakes_do_not_compile_and_the_rest_does() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
