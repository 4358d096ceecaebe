//! The arguments of a command, where they stand: slices of one buffer.

/// Where an argument stands in its buffer. Buffers are shorter than 4 GiB: see [`limits`](crate::limits).
#[derive(Clone, Copy)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }
}

/// The arguments of a command. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Args<'a> {
    bytes: &'a [u8],
    spans: &'a [Span],
}

impl<'a> Args<'a> {
    pub(crate) fn new(bytes: &'a [u8], spans: &'a [Span]) -> Self {
        Self { bytes, spans }
    }

    pub(crate) fn len(self) -> usize {
        self.spans.len()
    }

    /// The argument at a place; empty if there is none.
    #[inline]
    pub(crate) fn get(self, at: usize) -> &'a [u8] {
        let span = self.spans.get(at);
        let bytes = span.and_then(|span| self.bytes.get(span.start as usize..span.end as usize));
        bytes.unwrap_or_default()
    }

    /// The arguments from a place on.
    #[inline]
    pub(crate) fn from(self, at: usize) -> Self {
        let spans = self.spans.get(at..).unwrap_or_default();
        Self { spans, ..self }
    }

    /// The first arguments.
    #[inline]
    pub(crate) fn first(self, count: usize) -> Self {
        let spans = self.spans.get(..count).unwrap_or(self.spans);
        Self { spans, ..self }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).map(move |at| self.get(at))
    }
}
