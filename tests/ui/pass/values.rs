//! `#[derive(RingVal)]`, and inline protocols.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code)]

use spargio::{RemoteShard, RingMsg, RingVal};

#[derive(Clone, Copy, Debug, PartialEq, RingVal)]
enum Side {
    Buy,
    Sell {},
    Both(),
}
#[derive(Clone, Copy, Debug, PartialEq, RingVal)]
enum Lone {
    Only = 9,
}
#[derive(Clone, Copy, Debug, PartialEq, RingVal)]
struct Price(u32);
#[derive(Clone, Copy, Debug, PartialEq, RingVal)]
struct Wrapped<T, const N: usize>
where
    T: std::fmt::Debug,
{
    value: T,
}

#[derive(Debug, PartialEq, RingMsg)]
enum BookMsg {
    Quote {
        side: Side,
        price: Price,
    },
    Clear,
    #[ring(inline)]
    Both(Wrapped<Price, 3>, bool, char),
}

#[derive(Debug, PartialEq, RingMsg)]
enum MixedMsg {
    #[ring(reply = u8)]
    Ask(u8),
    Body(String),
    Wide(u64, bool),
}

fn send(port: &RemoteShard) {
    let _ = port.send(BookMsg::Clear);
}

fn main() {
    assert_eq!(
        (
            Side::BITS,
            Lone::BITS,
            Price::BITS,
            Wrapped::<Price, 3>::BITS
        ),
        (2, 0, 32, 32)
    );
    assert_eq!(Side::from_bits(Side::Both().to_bits()), Some(Side::Both()));
    assert_eq!(Side::from_bits(3), None);
    assert_eq!(Lone::from_bits(0), Some(Lone::Only));
    assert_eq!(
        Wrapped::<Price, 3>::from_bits(5),
        Some(Wrapped { value: Price(5) })
    );

    let val = 1 | 6 << 2;
    assert_eq!(
        BookMsg::decode(0, val),
        Ok(BookMsg::Quote {
            side: Side::Sell {},
            price: Price(6)
        })
    );
    assert_eq!(BookMsg::decode(1, 0), Ok(BookMsg::Clear));
    let errors =
        [(0, 3), (0, 1 << 34), (1, 1), (9, 0)].map(|(tag, val)| BookMsg::decode(tag, val).is_err());
    assert_eq!(errors, [true; 4]);
    assert_eq!(MixedMsg::decode(0, 4), Ok(MixedMsg::Ask(4)));
    assert!(
        MixedMsg::decode(1, 4)
            .unwrap_err()
            .to_string()
            .contains("does not fit")
    );
    assert!(
        MixedMsg::decode(2, 4)
            .unwrap_err()
            .to_string()
            .contains("does not fit")
    );
}
