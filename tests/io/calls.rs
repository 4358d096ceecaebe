//! What a shard that watches its sockets itself asks the kernel for, and what it does not.

use crate::common::run;
use crate::short::{meanwhile, pair};
use futures::{AsyncReadExt, FutureExt};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};
use spargio::net::UnixStream;
use spargio::time::sleep;
use spargio::{BackendKind, Runtime, ShardCtx};
use std::io::{self, Write};
use std::time::Duration;

/// A call, and the argument that it is forbidden with.
type Call = (libc::c_long, Option<(u8, u64)>);

/// Runs a task on a shard to which some calls are forbidden: they fail with `EOVERFLOW`.
fn run_without(
    calls: &[Call],
    work: impl AsyncFnOnce(ShardCtx) -> io::Result<()> + Send + 'static,
) {
    let rules = calls.iter().map(|&(call, argument)| {
        let with = |(at, value)| {
            SeccompCondition::new(at, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, value).unwrap()
        };
        let rule = argument.map(|argument| SeccompRule::new(vec![with(argument)]).unwrap());
        (call, rule.into_iter().collect())
    });
    let filter = SeccompFilter::new(
        rules.collect(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EOVERFLOW as u32),
        std::env::consts::ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    // The filter holds for this thread and those that it starts.
    let runs = std::thread::spawn(move || {
        apply_filter(&program).unwrap();
        let rt = Runtime::builder().shards(1).backend(BackendKind::Queue);
        run(&rt.build().unwrap(), 0, work);
    });
    runs.join().unwrap();
}

/// Room that nothing else here has.
const FORBIDDEN: usize = 7777;

#[test]
fn a_read_that_found_everything_is_followed_by_no_other() {
    run_without(
        &[(libc::SYS_recvfrom, Some((2, FORBIDDEN as u64)))],
        async |_| {
            let (mut near, mut far) = pair().await?;
            let mut room = [0; FORBIDDEN];
            meanwhile(near.read(vec![0; 100]), || far.write_all(b"some"))
                .await?
                .0?;
            assert!(near.read(vec![0; FORBIDDEN]).now_or_never().is_none());
            assert!(
                AsyncReadExt::read(&mut near, &mut room)
                    .now_or_never()
                    .is_none()
            );
            // A polled read says the same of the next one, and a full buffer says that there may be more.
            let mut few = [0; 9];
            meanwhile(AsyncReadExt::read(&mut near, &mut few), || {
                far.write_all(b"more")
            })
            .await??;
            assert!(near.read(vec![0; FORBIDDEN]).now_or_never().is_none());
            meanwhile(near.read(vec![0; 4]), || far.write_all(b"four"))
                .await?
                .0?;
            let tried = near.read(vec![0; FORBIDDEN]).now_or_never();
            assert_eq!(
                tried.unwrap().0.unwrap_err().raw_os_error(),
                Some(libc::EOVERFLOW)
            );

            // Of these a read does not find everything: see `short`.
            let (near, far) = UnixStream::pair()?;
            far.write("some").await.0?;
            near.read(vec![0; 100]).await.0?;
            let tried = near.read(vec![0; FORBIDDEN]).now_or_never();
            assert!(tried.unwrap().0.is_err());
            Ok(())
        },
    );
}

#[test]
fn a_wait_needs_no_other_calls() {
    let calls: [Call; 4] = [
        (libc::SYS_epoll_ctl, Some((1, libc::EPOLL_CTL_MOD as u64))),
        (libc::SYS_timerfd_create, None),
        (libc::SYS_timerfd_settime, None),
        // What a bell that was rung holds.
        (libc::SYS_read, Some((2, 8))),
    ];
    run_without(&calls, async |ctx| {
        let (near, mut far) = pair().await?;
        for _ in 0..100 {
            let sleeps = ctx.spawn_local(sleep(Duration::from_micros(100)));
            meanwhile(near.read(vec![0; 9]), || far.write_all(b"some"))
                .await?
                .0?;
            sleeps.await.unwrap();
            // Its end rings the bell.
            spargio::blocking(|| ()).await.unwrap();
        }
        Ok(())
    });
}
