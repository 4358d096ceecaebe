//! The lines in a method's docs that say what a call does and how its message travels. The macro sees names and no
//! types, so it knows only what every Rust program calls the same.

use syn::{PathArguments, Type};

use super::model::Message;

/// How a type travels, as far as its name tells.
enum Travels {
    /// Packs into this many bits.
    Packs(u32),
    /// Never packs.
    Bulky(String),
    /// Depends on what stands behind the name.
    Depends,
}

/// What a call of the handle's method does.
pub(crate) fn does(message: &Message) -> &'static str {
    match message.reply {
        None => "A tell: never blocks, and an error hands the message back.",
        Some(_) => {
            "An ask: sent when called; the future waits for the reply. Asks with a `Client`, a `ShardCtx` or, in a handler, its `cx`."
        }
    }
}

/// "Travels inline ..", "Travels as a body .." or on what it depends.
pub(crate) fn travels(message: &Message) -> String {
    if message.fields.is_empty() {
        return "Travels inline: it has no fields.".to_owned();
    }
    if message.inline.is_some() {
        return "Travels inline, in the 64-bit val, checked at compile time.".to_owned();
    }
    let (mut bits, mut depends) = (0, false);
    for ty in message.types() {
        match known(ty) {
            Travels::Packs(more) => bits += more,
            Travels::Bulky(name) => {
                return format!("Travels as a body: `{name}` does not pack into a val.");
            }
            Travels::Depends => depends = true,
        }
    }
    if bits > 64 {
        format!("Travels as a body: its fields take {bits} bits or more, and a val carries 64.")
    } else if depends {
        "Travels inline if its fields pack into the 64-bit val, else as a body.".to_owned()
    } else {
        format!("Travels inline, in {bits} bits of the 64-bit val.")
    }
}

fn known(ty: &Type) -> Travels {
    match ty {
        Type::Group(group) => known(&group.elem),
        Type::Paren(paren) => known(&paren.elem),
        Type::Tuple(tuple) if tuple.elems.is_empty() => Travels::Packs(0),
        Type::Tuple(_) => Travels::Bulky("(..)".to_owned()),
        Type::Array(_) => Travels::Bulky("[..]".to_owned()),
        Type::Reference(_) => Travels::Bulky("&'static ..".to_owned()),
        Type::Path(path) if path.qself.is_none() => {
            let Some(last) = path.path.segments.last() else {
                return Travels::Depends;
            };
            by_name(
                &last.ident.to_string(),
                matches!(last.arguments, PathArguments::None),
            )
        }
        _ => Travels::Depends,
    }
}

fn by_name(name: &str, plain: bool) -> Travels {
    let bulky = matches!(
        name,
        "Vec"
            | "Box"
            | "Arc"
            | "Option"
            | "Result"
            | "HashMap"
            | "HashSet"
            | "BTreeMap"
            | "BTreeSet"
            | "VecDeque"
            | "Reply"
    );
    match name {
        "bool" if plain => Travels::Packs(1),
        "u8" | "i8" | "NonZeroU8" | "NonZeroI8" if plain => Travels::Packs(8),
        "u16" | "i16" | "NonZeroU16" | "NonZeroI16" if plain => Travels::Packs(16),
        "char" if plain => Travels::Packs(21),
        "u32" | "i32" | "f32" | "NonZeroU32" | "NonZeroI32" if plain => Travels::Packs(32),
        "u64" | "i64" | "f64" | "usize" | "isize" | "NonZeroU64" | "NonZeroI64"
        | "NonZeroUsize" | "NonZeroIsize"
            if plain =>
        {
            Travels::Packs(64)
        }
        "u128" | "i128" | "String" | "PathBuf" | "Duration" | "Instant" if plain => {
            Travels::Bulky(name.to_owned())
        }
        _ if bulky && !plain => Travels::Bulky(format!("{name}<..>")),
        _ => Travels::Depends,
    }
}
