//! Buffers that an operation owns while it is in flight, so that whatever becomes of whoever waits for it, the kernel
//! reads and writes memory that is there.

use std::io;
use std::mem::MaybeUninit;
use std::rc::Rc;
use std::sync::Arc;

/// Bytes to be written, given away for as long as that takes.
///
/// Implemented for `Vec<u8>`, `Box<[u8]>`, `Arc<[u8]>`, `Rc<[u8]>`, `String`, `&'static [u8]` and `&'static str`: what
/// keeps its bytes in one place while it is moved.
pub trait IoBuf: Stays + 'static {
    /// The bytes.
    #[doc(hidden)]
    fn bytes(&self) -> &[u8];
}

/// Room for bytes to be read, given away for as long as that takes.
///
/// A `Vec<u8>` is filled from its start, up to its capacity, and then holds what was read and nothing else. A `Box<[u8]>`
/// is filled from its start and keeps its length: the number that the operation returns says how much of it is new.
pub trait IoBufMut: IoBuf {
    /// The room, from its start.
    #[doc(hidden)]
    fn room(&mut self) -> &mut [MaybeUninit<u8>];

    /// The first bytes of the room were written.
    ///
    /// # Safety
    ///
    /// They must have been.
    #[doc(hidden)]
    unsafe fn fill(&mut self, written: usize);
}

/// Says that the bytes do not move when the value does, and that moving it does not touch them.
///
/// # Safety
///
/// It must be so.
#[doc(hidden)]
pub unsafe trait Stays {}

macro_rules! bytes {
    ($($buffer:ty),*) => {
        $(
            // SAFETY: the value is a pointer to bytes that are elsewhere and stay there.
            unsafe impl Stays for $buffer {}
            impl IoBuf for $buffer {
                fn bytes(&self) -> &[u8] {
                    self.as_ref()
                }
            }
        )*
    };
}

bytes!(
    Vec<u8>,
    Box<[u8]>,
    Arc<[u8]>,
    Rc<[u8]>,
    String,
    &'static [u8],
    &'static str
);

impl IoBufMut for Vec<u8> {
    fn room(&mut self) -> &mut [MaybeUninit<u8>] {
        self.clear();
        self.spare_capacity_mut()
    }

    unsafe fn fill(&mut self, written: usize) {
        // SAFETY: the caller says that so many bytes of the room, which starts where the vector does, were written.
        unsafe { self.set_len(written) }
    }
}

impl IoBufMut for Box<[u8]> {
    fn room(&mut self) -> &mut [MaybeUninit<u8>] {
        as_room(self)
    }

    unsafe fn fill(&mut self, _: usize) {}
}

/// Bytes as room for others.
pub(crate) fn as_room(bytes: &mut [u8]) -> &mut [MaybeUninit<u8>] {
    let room = std::ptr::from_mut(bytes) as *mut [MaybeUninit<u8>];
    // SAFETY: the same bytes, borrowed for as long; whoever is given room writes bytes into it, and nothing else.
    unsafe { &mut *room }
}

/// A buffer without room would read as an end, and take a datagram away unseen. Looking at a vector's room empties it.
pub(crate) fn has_room<B: IoBufMut>(buffer: &mut B) -> io::Result<()> {
    match buffer.room().is_empty() {
        false => Ok(()),
        true => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the buffer has no room: give it a capacity",
        )),
    }
}
