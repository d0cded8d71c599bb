//! The kernel's text files, as bytes: reading them within bounds, and the numbers in them.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

/// The largest file that is read whole. `/proc/stat` has some 100 bytes a processor and interrupt.
const MAX_FILE: usize = 4 << 20;
/// What is kept of a line where lines are read one by one.
const MAX_LINE: usize = 1024;

/// A file, or its whole lines within 4 MiB. `None` if it can't be read.
pub(crate) fn read(path: &Path) -> Option<Vec<u8>> {
    read_start(path, MAX_FILE)
}

/// A file, or its whole lines within the first `max` bytes.
pub(crate) fn read_start(path: &Path, max: usize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(4096.min(max + 1));
    File::open(path).ok()?.take(max as u64 + 1).read_to_end(&mut text).ok()?;
    if text.len() > max {
        // Half a number would be a wrong one.
        let whole = text[..max].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        text.truncate(whole);
    }
    Some(text)
}

/// The number that a file consists of.
pub(crate) fn read_number(path: &Path) -> Option<u64> {
    number(read(path)?.trim_ascii())
}

/// Calls `each` with every line, of which it gets the first 1,024 bytes. Takes no more memory than that,
/// however long the file is. `None` if the file can't be read to its end.
pub(crate) fn for_each_line(path: &Path, mut each: impl FnMut(&[u8])) -> Option<()> {
    let mut reader = BufReader::with_capacity(64 << 10, File::open(path).ok()?);
    let mut line = Vec::with_capacity(MAX_LINE);
    let mut begun = false;
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return None,
        };
        if chunk.is_empty() {
            break;
        }
        let end = chunk.iter().position(|&byte| byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        line.extend_from_slice(&part[..part.len().min(MAX_LINE - line.len())]);
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        begun = end.is_none();
        if end.is_some() {
            each(&line);
            line.clear();
        }
    }
    if begun {
        each(&line);
    }
    Some(())
}

pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n')
}

pub(crate) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// The second word of the first line that has `key` as its first.
pub(crate) fn value_of(text: &[u8], key: &str) -> Option<u64> {
    lines(text).find_map(|line| {
        let mut words = words(line);
        (words.next()? == key.as_bytes()).then(|| words.next().and_then(number))
    })?
}

/// A number of digits alone. `None` beyond 64 bits.
pub(crate) fn number(word: &[u8]) -> Option<u64> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0u64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// A decimal number such as `0.25`, without sign and exponent.
pub(crate) fn decimal(word: &[u8]) -> Option<f64> {
    let plain = word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let value: f64 = str::from_utf8(word).ok()?.parse().ok()?;
    (plain && value.is_finite()).then_some(value)
}

/// Text without the spaces around it, made valid UTF-8. `None` if nothing is left.
pub(crate) fn shown(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii();
    (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(text: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        file
    }

    #[test]
    fn a_number_has_digits_alone_and_64_bits() {
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "18446744073709551616", "-1", "+1", "1.0", "0x1", "1 "] {
            assert_eq!(number(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(decimal(b"0.25"), Some(0.25));
        for wrong in ["", ".", "-1", "nan", "inf", "1e3", "1,5"] {
            assert_eq!(decimal(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(decimal("9".repeat(400).as_bytes()), None);
    }

    #[test]
    fn a_file_is_cut_behind_its_last_whole_line() {
        let file = file(b"one 1\ntwo 23456\n");
        assert_eq!(read_start(file.path(), 10).unwrap(), b"one 1\n");
        assert_eq!(read_start(file.path(), 3).unwrap(), b"");
        assert_eq!(read_start(file.path(), 16).unwrap(), b"one 1\ntwo 23456\n");
    }

    #[test]
    fn lines_are_whole_across_chunks_and_long_ones_are_cut() {
        let long = "x".repeat(200_000);
        let file = file(format!("a\n\n{long}\nlast").as_bytes());
        let mut seen = Vec::new();
        for_each_line(file.path(), |line| seen.push((line.len(), line.first().copied()))).unwrap();
        assert_eq!(seen, [(1, Some(b'a')), (0, None), (1024, Some(b'x')), (4, Some(b'l'))]);
    }
}
