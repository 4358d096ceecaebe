//! Reading what the page cache has of a file, without waiting for the rest.

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;

/// Whether reads of the file go through the page cache. One that does not waits for the device, whatever it is told.
pub(crate) fn is_cached(file: &File) -> bool {
    #[cfg(target_os = "linux")]
    return rustix::fs::fcntl_getfl(file)
        .is_ok_and(|flags| !flags.contains(rustix::fs::OFlags::DIRECT));
    #[cfg(not(target_os = "linux"))]
    return false;
}

/// `WouldBlock` if nothing is there; fewer bytes than there is room for, if it is so behind them or the file ends there.
#[cfg(target_os = "linux")]
pub(super) fn read_at(file: &File, room: &mut [MaybeUninit<u8>], offset: u64) -> io::Result<usize> {
    use std::os::fd::AsRawFd;
    let slice = libc::iovec {
        iov_base: room.as_mut_ptr().cast(),
        iov_len: room.len(),
    };
    let offset = libc::off_t::try_from(offset).unwrap_or(libc::off_t::MAX);
    // SAFETY: the kernel writes to the room alone, which is borrowed for as long as the call takes, as the slice is.
    let read = unsafe {
        libc::preadv2(
            file.as_raw_fd(),
            &raw const slice,
            1,
            offset,
            libc::RWF_NOWAIT,
        )
    };
    usize::try_from(read).map_err(|_| io::Error::last_os_error())
}

/// Elsewhere nobody says.
#[cfg(not(target_os = "linux"))]
pub(super) fn read_at(_: &File, _: &mut [MaybeUninit<u8>], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::WouldBlock.into())
}
