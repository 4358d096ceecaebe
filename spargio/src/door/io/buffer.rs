//! Buffers that an operation owns while it is in flight, so that whatever becomes of whoever waits for it, the kernel
//! reads and writes memory that is there.

use std::io;
use std::mem::MaybeUninit;
use std::rc::Rc;
use std::sync::Arc;

/// Bytes to write. The operation owns them until it is done.
///
/// Implemented for `Vec<u8>`, `Box<[u8]>`, `Arc<[u8]>`, `Rc<[u8]>`, `String`, `&'static [u8]` and `&'static str`: their
/// bytes stay in one place when the value is moved.
///
/// ```
/// use spargio::net::{IoBuf, UdpSocket};
/// use std::{io, sync::Arc};
///
/// /// Sends the same bytes to each; a clone of an `Arc` copies none of them.
/// async fn to_all<B: IoBuf + Clone>(socket: &UdpSocket, bytes: B, peers: &[UdpSocket]) -> io::Result<()> {
///     for peer in peers { socket.send_to(bytes.clone(), peer.local_addr()?).await.0?; }
///     Ok(())
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let bind = || UdpSocket::bind("127.0.0.1:0");
///     let (socket, peers) = (bind().await?, [bind().await?, bind().await?]);
///     to_all(&socket, Arc::<[u8]>::from(*b"news"), &peers).await?;
///     let (heard, news) = peers[1].recv(Vec::with_capacity(64)).await;
///     assert_eq!((heard?, &*news), (4, &b"news"[..]));
///     Ok(())
/// }
/// ```
pub trait IoBuf: Stays + 'static {
    /// The bytes.
    #[doc(hidden)]
    fn bytes(&self) -> &[u8];
}

/// Room for bytes to read. The operation owns it until it is done.
///
/// A `Vec<u8>` is filled from its start, up to its capacity, and then holds what was read and nothing else. A
/// `Box<[u8]>` is filled from its start and keeps its length: the number that the operation returns says how much of it
/// is new.
///
/// ```
/// use spargio::net::UdpSocket;
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let socket = UdpSocket::bind("127.0.0.1:0").await?;
///     for _ in 0..2 { socket.send_to("abc", socket.local_addr()?).await.0?; }
///
///     // A vector holds what was read.
///     let (read, vector) = socket.recv(Vec::with_capacity(8)).await;
///     assert_eq!((read?, &*vector), (3, &b"abc"[..]));
///     // A box stays as long as it is.
///     let (read, fixed) = socket.recv(Box::<[u8]>::from([b'-'; 8])).await;
///     assert_eq!((read?, &*fixed), (3, &b"abc-----"[..]));
///     Ok(())
/// }
/// ```
pub trait IoBufMut: IoBuf {
    /// The room, from its start.
    ///
    /// # Safety
    ///
    /// Bytes that are some may be written to it, and nothing else: the buffer may hold bytes there already.
    #[doc(hidden)]
    unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>];

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
    unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>] {
        self.clear();
        self.spare_capacity_mut()
    }

    unsafe fn fill(&mut self, written: usize) {
        // SAFETY: the caller says that so many bytes of the room, which starts where the vector does, were written.
        unsafe { self.set_len(written) }
    }
}

impl IoBufMut for Box<[u8]> {
    unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: the caller writes nothing but bytes.
        unsafe { as_room(self) }
    }

    unsafe fn fill(&mut self, _: usize) {}
}

/// Bytes as room for others.
///
/// # Safety
///
/// Bytes that are some may be written to it, and nothing else.
pub(crate) unsafe fn as_room(bytes: &mut [u8]) -> &mut [MaybeUninit<u8>] {
    let room = std::ptr::from_mut(bytes) as *mut [MaybeUninit<u8>];
    // SAFETY: the same bytes, borrowed for as long; the caller leaves them bytes.
    unsafe { &mut *room }
}

/// How many bytes there is room for. Looking at a vector's room empties it.
pub(crate) fn room_of<B: IoBufMut>(buffer: &mut B) -> usize {
    // SAFETY: nothing is written.
    unsafe { buffer.room() }.len()
}

/// A buffer without room would read as an end, and take a datagram away unseen.
pub(crate) fn require_room<B: IoBufMut>(buffer: &mut B) -> io::Result<()> {
    match room_of(buffer) {
        1.. => Ok(()),
        0 => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the buffer has no room: give it a capacity",
        )),
    }
}
