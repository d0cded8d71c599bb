//! The chain of fields: from the version byte to the terminator or the end of the file.

use std::ops::Range;

use super::{FIRST_FIELD, FormatError, SIZE_OF_SIZE, Signature, UNBUFFERED, VERSION, load_u16};

/// One field, as byte ranges of the file. Every range lies within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawField {
    /// The label.
    pub label: Range<usize>,
    /// The type signature.
    pub signature: Range<usize>,
    /// The offset of the write buffer byte. The value follows.
    pub write_buffer: usize,
    /// The size of one value. A double-buffered field has two of them.
    pub size: usize,
    /// Whether the signature could be read. If not, `size` comes from the index.
    pub known: bool,
    /// The code of a signature of a single component: see `Signature::single`.
    pub single: Option<u8>,
    /// Where the next field begins.
    pub end: usize,
}

impl RawField {
    /// Where the field begins: at the size of its label.
    #[cfg(test)]
    pub(crate) fn offset(&self) -> usize {
        self.label.start - SIZE_OF_SIZE
    }

    /// Where the first (or only) value begins.
    pub(crate) fn value(&self) -> usize {
        self.write_buffer + 1
    }

    /// Whether the field has two values, one to read and one to write.
    pub(crate) fn is_buffered(&self) -> bool {
        self.end - self.value() != self.size
    }

    /// The range of the value that readers take: the one that the write buffer byte doesn't name.
    pub(crate) fn read_value(&self, write_buffer: u8) -> Range<usize> {
        let first = self.value();
        let start = if self.is_buffered() && write_buffer == 0 { first + self.size } else { first };
        start..start + self.size
    }
}

/// Walks the fields of `bytes`; stops at the first error.
pub struct Chain<'a, F> {
    bytes: &'a [u8],
    at: usize,
    /// Returns the size of a whole field with an unknown signature, given the field's offset.
    span_of: F,
}

impl<'a, F: FnMut(usize) -> Option<usize>> Chain<'a, F> {
    /// A chain that calls `span_of` for the sizes of fields with an unknown signature.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes don't begin with the version byte.
    pub fn new(bytes: &'a [u8], span_of: F) -> Result<Self, FormatError> {
        match bytes.first() {
            None => Err(FormatError::Empty),
            Some(&VERSION) => Ok(Self { bytes, at: FIRST_FIELD, span_of }),
            Some(&found) => Err(FormatError::Version { found }),
        }
    }

    /// Passes every field to `visit`, in file order. Returns where the chain ended, behind its
    /// terminator, or where and why it broke off.
    pub fn visit(mut self, mut visit: impl FnMut(RawField)) -> (usize, Option<FormatError>) {
        let problem = self.visit_all(&mut visit).err();
        (self.at, problem)
    }

    // Inlined with its callees, which pass fields in registers: readers of many files notice.
    #[inline]
    fn visit_all(&mut self, visit: &mut impl FnMut(RawField)) -> Result<(), FormatError> {
        while let Some(label_size) = self.label_size()? {
            let field = self.field(label_size)?;
            self.at = field.end;
            visit(field);
        }
        Ok(())
    }

    /// The label size of the next field; `None` at the end.
    #[inline]
    fn label_size(&mut self) -> Result<Option<usize>, FormatError> {
        // The original writes whole zeroed pages; a page may end in the middle of a terminator.
        if matches!(self.bytes[self.at..], [] | [0]) {
            return Ok(None);
        }
        let label_size = self.size_at(self.at, "label size")?;
        if label_size == 0 {
            self.at += SIZE_OF_SIZE;
            return Ok(None);
        }
        Ok(Some(label_size))
    }

    #[inline]
    fn field(&mut self, label_size: usize) -> Result<RawField, FormatError> {
        let label = self.part(self.at + SIZE_OF_SIZE, label_size, "label")?;
        let signature_size = self.size_at(label.end, "signature size")?;
        let signature = self.part(label.end + SIZE_OF_SIZE, signature_size, "signature")?;
        let write_buffer = self.part(signature.end, 1, "write buffer")?.start;
        let start = write_buffer + 1;
        let left = self.bytes.len() - start;
        let copies = match self.bytes[write_buffer] {
            UNBUFFERED => 1,
            0 | 1 => 2,
            found => {
                return Err(FormatError::WriteBuffer {
                    label: self.escaped(&label),
                    offset: write_buffer,
                    found,
                });
            }
        };
        let (size, total, known, single) = match Signature::parse(&self.bytes[signature.clone()]) {
            Ok(parsed) => {
                (parsed.size(), parsed.size().saturating_mul(copies), true, parsed.single())
            }
            Err(source) => {
                let span = (self.span_of)(label.start - SIZE_OF_SIZE);
                let total =
                    span.and_then(|span| (label.start - SIZE_OF_SIZE + span).checked_sub(start));
                // Two values of the same size can't take an odd number of bytes.
                let total = total.filter(|total| total.is_multiple_of(copies));
                let total = total.ok_or_else(|| FormatError::Signature {
                    label: self.escaped(&label),
                    offset: signature.start,
                    found: self.escaped(&signature),
                    source,
                })?;
                (total / copies, total, false, None)
            }
        };
        if total > left {
            return Err(FormatError::ValuePastEnd {
                label: self.escaped(&label),
                offset: start,
                expected: total,
                found: left,
            });
        }
        Ok(RawField { label, signature, write_buffer, size, known, single, end: start + total })
    }

    fn size_at(&self, at: usize, part: &'static str) -> Result<usize, FormatError> {
        load_u16(self.bytes, at)
            .map(usize::from)
            .ok_or_else(|| self.past_end(part, at, SIZE_OF_SIZE))
    }

    fn part(
        &self,
        at: usize,
        size: usize,
        part: &'static str,
    ) -> Result<Range<usize>, FormatError> {
        if size > self.bytes.len() - at {
            return Err(self.past_end(part, at, size));
        }
        Ok(at..at + size)
    }

    fn past_end(&self, part: &'static str, offset: usize, expected: usize) -> FormatError {
        FormatError::HeaderPastEnd { part, offset, expected, found: self.bytes.len() - offset }
    }

    /// The text for a message: escaped, and cut if it is long.
    fn escaped(&self, range: &Range<usize>) -> String {
        const SHOWN: usize = 80;
        let text = &self.bytes[range.clone()];
        if text.len() <= SHOWN {
            return text.escape_ascii().to_string();
        }
        format!("{}…", text[..SHOWN].escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(bytes: &[u8]) -> (Vec<RawField>, Option<FormatError>) {
        let mut fields = Vec::new();
        let error = match Chain::new(bytes, |_| None) {
            Ok(chain) => chain.visit(|field| fields.push(field)).1,
            Err(error) => Some(error),
        };
        (fields, error)
    }

    /// A file with one field.
    fn file(label: &[u8], signature: &[u8], write_buffer: u8, values: &[u8]) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend((label.len() as u16).to_ne_bytes());
        bytes.extend(label);
        bytes.extend((signature.len() as u16).to_ne_bytes());
        bytes.extend(signature);
        bytes.push(write_buffer);
        bytes.extend(values);
        bytes
    }

    #[test]
    fn a_field_s_parts_are_found() {
        let bytes = file(b"hits", b"Q", 1, &[7; 16]);
        let (fields, error) = walk(&bytes);
        assert_eq!(error, None);
        let field = &fields[0];
        assert_eq!(&bytes[field.label.clone()], b"hits");
        assert_eq!((field.offset(), field.write_buffer), (1, 10));
        assert!(field.is_buffered());
        assert_eq!(field.read_value(1), 11..19);
        assert_eq!(field.read_value(0), 19..27);
        assert_eq!(field.end, bytes.len());
    }

    #[test]
    fn an_end_is_a_terminator_or_the_end_of_the_file() {
        let mut bytes = file(b"a", b"?", UNBUFFERED, &[1]);
        for tail in [&[][..], &[0], &[0, 0], &[0, 0, 0xff, 0xff]] {
            let mut file = bytes.clone();
            file.extend(tail);
            let (fields, error) = walk(&file);
            assert_eq!((fields.len(), error), (1, None), "{tail:?}");
        }
        bytes.push(1);
        assert!(matches!(
            walk(&bytes).1,
            Some(FormatError::HeaderPastEnd { part: "label size", found: 1, .. })
        ));
    }

    #[test]
    fn no_length_is_believed() {
        let huge = file(b"a", b"1000000000s", UNBUFFERED, &[0; 8]);
        assert!(matches!(
            walk(&huge).1,
            Some(FormatError::ValuePastEnd { expected: 1_000_000_000, found: 8, .. })
        ));
        let huge = file(b"a", b"9223372036854775807s", 0, &[0; 8]);
        assert!(matches!(walk(&huge).1, Some(FormatError::ValuePastEnd { .. })));
        let label = [VERSION, 0xff, 0xff, b'a'];
        assert!(matches!(
            walk(&label).1,
            Some(FormatError::HeaderPastEnd { part: "label", expected: 65_535, found: 1, .. })
        ));
        let buffer = file(b"a", b"Q", 2, &[0; 16]);
        assert!(matches!(walk(&buffer).1, Some(FormatError::WriteBuffer { found: 2, .. })));
        assert_eq!(walk(&[]).1, Some(FormatError::Empty));
        assert_eq!(walk(&[2]).1, Some(FormatError::Version { found: 2 }));
    }

    #[test]
    fn an_unknown_signature_is_stepped_over_where_the_index_knows_its_span() {
        let mut bytes = file(b"a", b"z", UNBUFFERED, &[1, 2, 3]);
        let span = bytes.len() - FIRST_FIELD;
        bytes.extend(&file(b"b", b"?", UNBUFFERED, &[1])[1..]);
        let chain = Chain::new(&bytes, |at| (at == FIRST_FIELD).then_some(span)).unwrap();
        let mut fields = Vec::new();
        assert_eq!(chain.visit(|field| fields.push(field)), (bytes.len(), None));
        let first = &fields[0];
        assert!(!first.known);
        assert_eq!(&bytes[first.read_value(UNBUFFERED)], [1, 2, 3]);
        assert!(fields[1].known);
        assert!(matches!(walk(&bytes).1, Some(FormatError::Signature { .. })));
    }

    /// Found by the fuzzer: walking counted the last byte as part of the field, but the field's
    /// computed end didn't.
    #[test]
    fn a_span_that_two_values_cannot_share_is_not_believed() {
        for (values, believed) in [(&[1, 2, 3, 4][..], true), (&[1, 2, 3], false)] {
            let bytes = file(b"a", b"z", 0, values);
            let chain = Chain::new(&bytes, |_| Some(bytes.len() - FIRST_FIELD)).unwrap();
            let (_, problem) = chain.visit(|_| ());
            assert_eq!(problem.is_none(), believed, "{values:?}");
        }
    }

    #[test]
    fn a_message_escapes_what_the_file_says() {
        let bytes = file(b"\x1b[2J", b"\x07", UNBUFFERED, &[]);
        let message = walk(&bytes).1.unwrap().to_string();
        assert!(message.contains(r"'\x1b[2J'") && message.contains(r"'\x07'"), "{message}");
    }
}
