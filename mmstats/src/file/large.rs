//! Finds the writer of a file that is too large to copy: walks its fields a window at a time, then
//! looks for its trailer behind them, as in any other file.

use std::ops::ControlFlow::{self, Break, Continue};
use std::path::Path;

use super::writer_info::WriterInfo;
use super::{OpenFile, ReadError};
use crate::format::{Chain, FIRST_FIELD, FormatError, IDENTITY_ALIGN, Trailer, VERSION};

/// More than the longest header of a field, and than the longest identity with its footer.
const WINDOW: usize = 1 << 20;

/// Who wrote the file; `None` if no trailer behind a whole chain of fields names the writer.
///
/// Keeps little of the file in memory at a time, whatever its size.
pub(super) fn writer_info(file: &OpenFile, path: &Path) -> Result<Option<WriterInfo>, ReadError> {
    let Some(chain_end) = chain_end(file, path)? else {
        return Ok(None);
    };
    let start = file.size.saturating_sub(WINDOW).next_multiple_of(IDENTITY_ALIGN);
    let copy = file.copy_range(start..file.size, path)?;
    let trailer = Trailer::find_in_tail(copy.at(start..file.size), start, chain_end)
        .map_err(|source| ReadError::Damaged { path: path.to_owned(), source })?;
    Ok(trailer.and_then(|trailer| trailer.identity()).map(WriterInfo::from_identity))
}

/// Where the chain's terminator ends; `None` if the chain breaks off or has no terminator, so
/// nothing is behind it.
fn chain_end(file: &OpenFile, path: &Path) -> Result<Option<usize>, ReadError> {
    let mut field = FIRST_FIELD;
    while field < file.size {
        let start = field - FIRST_FIELD;
        let range = start..file.size.min(start + WINDOW);
        let mut window = file.copy_range(range.clone(), path)?.at(range).to_vec();
        if start > 0 {
            // With a version byte in front of its first field, a window can be walked like a file.
            window[0] = VERSION;
        }
        match walk_window(&window) {
            Continue(walked) if walked > FIRST_FIELD => field = start.saturating_add(walked),
            Continue(_) => return Ok(None),
            Break(end) => return Ok(end.map(|end| start + end)),
        }
    }
    Ok(None)
}

/// Walks the fields of a window: breaks with the end of the chain, or continues behind the last
/// field whose header is in the window.
fn walk_window(window: &[u8]) -> ControlFlow<Option<usize>, usize> {
    let Ok(chain) = Chain::new(window, |_| None) else {
        return Break(None);
    };
    let mut walked = FIRST_FIELD;
    match chain.visit(|field| walked = field.end) {
        (end, None) if end > walked => Break(Some(end)),
        (_, None | Some(FormatError::HeaderPastEnd { .. })) => Continue(walked),
        (_, Some(FormatError::ValuePastEnd { offset, expected, .. })) => {
            Continue(offset.saturating_add(expected))
        }
        _ => Break(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Writer;
    use crate::format::{DeclaredField, Identity, Kind, Layout, NewFile};
    use std::io::Write;

    fn text(size: usize) -> DeclaredField {
        let text = DeclaredField::zeroed("text", format!("{size}s"), Kind::Info);
        DeclaredField { initial: vec![b'v'; size].into(), align: 1, buffered: false, ..text }
    }

    fn image(fields: &[DeclaredField]) -> NewFile {
        let identity = Identity { pid: 7, ..Identity::default() };
        NewFile::compose(fields, &identity, Layout::Aligned, 0, 8).unwrap()
    }

    /// The writer's pid: the same as in a copy of the whole file, or none.
    fn pid(bytes: &[u8]) -> Option<u32> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let open = OpenFile::open(file.path(), u64::MAX).unwrap();
        let found = writer_info(&open, file.path()).unwrap();
        let found = found.map(|info| info.writer().pid().unwrap());
        let whole = WriterInfo::parse(bytes).ok();
        let expected = whole.as_ref().and_then(|info| match info.writer() {
            Writer::Ours(identity) => Some(identity.pid),
            _ => None,
        });
        assert_eq!(found, expected);
        found
    }

    #[test]
    fn the_writer_is_found_wherever_windows_end() {
        for size in (WINDOW - 75..WINDOW + 5).step_by(3) {
            assert_eq!(pid(&image(&[text(1), text(size), text(1)]).bytes), Some(7), "{size}");
        }
        assert_eq!(pid(&image(&[text(3 * WINDOW), text(1), text(2 * WINDOW)]).bytes), Some(7));
        let many: Vec<_> = (0..2000).map(|_| text(1000)).collect();
        assert_eq!(pid(&image(&many).bytes), Some(7));
        assert_eq!(pid(&image(&[]).bytes), Some(7));
    }

    /// The value of the last field reaches over a sound trailer to the end of the file.
    #[test]
    fn the_content_of_a_field_names_no_writer() {
        /// The first field ends with the first window.
        const UP_TO_WINDOW: usize = WINDOW - 18;
        assert_eq!(image(&[text(UP_TO_WINDOW)]).fields[0].end, WINDOW);
        for sizes in [[1, WINDOW / 2], [1, 2 * WINDOW], [UP_TO_WINDOW, 10_000]] {
            let NewFile { mut bytes, fields, .. } = image(&sizes.map(text));
            assert_eq!(pid(&bytes), Some(7));
            let signature_end = fields[1].write_buffer;
            let signature = format!("{}s", bytes.len() - (signature_end + 1));
            bytes[signature_end - signature.len()..signature_end]
                .copy_from_slice(signature.as_bytes());
            assert_eq!(pid(&bytes), None, "{sizes:?}");
        }
    }

    #[test]
    fn a_chain_that_breaks_off_or_is_cut_short_names_no_writer() {
        let image = image(&[text(1), text(2 * WINDOW), text(1)]);
        let last = image.fields[2];
        for (at, bytes) in [(last.write_buffer, &[7][..]), (last.end, &[0xff, 0xff])] {
            let mut broken = image.bytes.clone();
            broken[at..at + bytes.len()].copy_from_slice(bytes);
            assert_eq!(pid(&broken), None, "{at}");
        }
        for size in [0, 1, 2, 40, WINDOW, last.offset, image.bytes.len() - 8] {
            assert_eq!(pid(&image.bytes[..size]), None, "{size}");
        }
    }
}
