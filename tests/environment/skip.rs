//! What a test does that needs a ring where there is none: it says SKIP, so that people see it, or fails where a ring must
//! be there.

use crate::child::in_child_with;
use crate::common::has_ring;
use crate::seccomp::{ALL, forbid};
use spargio::Carry;
use std::panic::catch_unwind;

const REQUIRE: &str = "SPARGIO_REQUIRE_URING";
const CARRIES: [Carry; 2] = [Carry::Lane, Carry::Completion];

#[test]
fn a_test_that_has_no_ring_says_skip() {
    let test = "skip::a_test_that_has_no_ring_says_skip";
    // The child passes, and libtest shows only what it cannot keep to itself.
    let printed = in_child_with(
        test,
        |child| _ = child.env_remove(REQUIRE).env_remove("RUST_TEST_NOCAPTURE"),
        || {
            forbid(&ALL, libc::EPERM);
            assert!(CARRIES.iter().all(|&carry| !has_ring(carry)));
            eprintln!("what is kept");
        },
    );
    if let Some(printed) = printed {
        for carry in CARRIES {
            let said = format!("SKIP: io_uring cannot be used with {carry:?}: ");
            assert_eq!(printed.matches(&said).count(), 1, "{printed}");
        }
        assert!(printed.contains("seccomp"), "{printed}");
        assert!(!printed.contains("what is kept"), "{printed}");
    }
}

#[test]
fn a_test_that_has_no_ring_fails_where_one_is_required() {
    let test = "skip::a_test_that_has_no_ring_fails_where_one_is_required";
    let printed = in_child_with(
        test,
        |child| _ = child.env(REQUIRE, "1"),
        || {
            forbid(&ALL, libc::EPERM);
            for carry in CARRIES {
                let panic = catch_unwind(|| has_ring(carry)).expect_err("it went on");
                let said = panic.downcast::<String>().unwrap();
                let expected = format!("{REQUIRE}=1, but io_uring cannot be used with {carry:?}: ");
                assert!(said.starts_with(&expected), "{said}");
                assert!(said.contains("seccomp"), "{said}");
            }
        },
    );
    if let Some(printed) = printed {
        assert!(!printed.contains("SKIP"), "{printed}");
    }
}
