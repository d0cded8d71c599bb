//! Lines of bounded length.

use std::io::{self, BufRead};

/// Maximum length of a line in bytes: twice the largest packet.
pub const MAX_LINE: usize = 16_384;

/// A line, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u64,
    /// `None` if it is too long.
    pub bytes: Option<Vec<u8>>,
}

/// Reads lines. One that is too long is read to its end, but not kept.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub const fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Some(Vec::new());
        let mut is_empty = true;
        loop {
            let available = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result?,
            };
            let end = available.iter().position(|&byte| byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            bytes = bytes.filter(|bytes| bytes.len() + part.len() <= MAX_LINE);
            if let Some(bytes) = &mut bytes {
                bytes.extend_from_slice(part);
            }
            let is_last = available.is_empty();
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            is_empty &= is_last;
            if end.is_some() || is_last {
                break;
            }
        }
        if is_empty {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(Line { number: self.number, bytes }))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn lines_are_numbered_and_those_that_are_too_long_are_skipped() {
        let longest = vec![b'x'; MAX_LINE];
        let too_long = vec![b'y'; 3 * MAX_LINE + 1];
        let input = [b"a=1\n\n", &longest[..], b"\n", &too_long, b"\n", b"last"].concat();
        let expected = [Some(b"a=1".to_vec()), Some(Vec::new()), Some(longest), None]
            .into_iter()
            .chain([Some(b"last".to_vec())]);
        let expected: Vec<_> =
            (1..).zip(expected).map(|(number, bytes)| Line { number, bytes }).collect();
        for size in [1, 7, 8_192] {
            let lines = Lines::new(BufReader::with_capacity(size, &input[..]));
            assert_eq!(lines.collect::<io::Result<Vec<_>>>().unwrap(), expected, "{size}");
        }
        assert!(Lines::new(&b""[..]).next().is_none());
        assert_eq!(Lines::new(&b"a\n"[..]).count(), 1);
    }
}
