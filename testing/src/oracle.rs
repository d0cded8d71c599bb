//! A naive reader, written from the original's README and Python's `struct`. It shares no code with
//! the library and trusts every byte: it panics unless all of the file is a stats file.

/// A value as the original's readers show it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Integer(i128),
    Float(f64),
    Flag(bool),
    Text(String),
}

/// One field: what a reader shows of it, and where its values are.
#[derive(Debug)]
pub struct Field {
    pub label: String,
    pub value: Value,
    /// Where the first value begins, and the size of one.
    pub position: (usize, usize),
}

/// The fields of a file, in order.
pub fn fields(file: &[u8]) -> Vec<Field> {
    assert_eq!(file[0], 1, "version");
    let mut fields = Vec::new();
    let mut at = 1;
    let take = |at: &mut usize, size| {
        *at += size;
        &file[*at - size..*at]
    };
    let sized = |at: &mut usize| {
        let size = u16::from_ne_bytes(take(at, 2).try_into().unwrap());
        String::from_utf8_lossy(take(at, size.into())).into_owned()
    };
    while at + 1 < file.len() && file[at..at + 2] != [0, 0] {
        let label = sized(&mut at);
        let items = items(&sized(&mut at));
        let write_buffer = usize::from(take(&mut at, 1)[0]);
        let (first, last) = (items[0], items[items.len() - 1]);
        let size = last.1 + last.2;
        let (buffers, read) = match write_buffer {
            255 => (1, 0),
            0 | 1 => (2, write_buffer ^ 1),
            other => panic!("{label:?} has the write buffer {other}"),
        };
        let position = (at, size);
        let values = take(&mut at, buffers * size);
        let value = value(first.0, &values[read * size..][..first.2]);
        fields.push(Field { label, value, position });
    }
    fields
}

/// The items of a native signature: code, offset, and the size of all its repetitions.
fn items(signature: &str) -> Vec<(char, usize, usize)> {
    let mut items: Vec<(char, usize, usize)> = Vec::new();
    let mut count = String::new();
    for code in signature.chars() {
        if code.is_ascii_digit() {
            count.push(code);
            continue;
        }
        if code == ' ' && count.is_empty() {
            continue;
        }
        let unit = match code {
            's' | 'b' | 'B' | '?' => 1,
            'h' | 'H' => 2,
            'i' | 'I' | 'f' => 4,
            'q' | 'Q' | 'd' => 8,
            other => panic!("the signature {signature:?} has an unknown code {other:?}"),
        };
        let end = items.last().map_or(0, |last| last.1 + last.2);
        let size = unit * if count.is_empty() { 1 } else { count.parse().unwrap() };
        items.push((code, end.next_multiple_of(unit), size));
        count.clear();
    }
    assert!(count.is_empty(), "the signature {signature:?} ends in a count");
    items
}

/// The first value of `code` in `bytes`.
fn value(code: char, bytes: &[u8]) -> Value {
    macro_rules! integer {
        ($type:ty) => {
            Value::Integer(
                <$type>::from_ne_bytes(bytes[..size_of::<$type>()].try_into().unwrap()).into(),
            )
        };
    }
    match code {
        's' => {
            let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
            Value::Text(String::from_utf8_lossy(text).into_owned())
        }
        '?' => Value::Flag(bytes[0] != 0),
        'b' => integer!(i8),
        'B' => integer!(u8),
        'h' => integer!(i16),
        'H' => integer!(u16),
        'i' => integer!(i32),
        'I' => integer!(u32),
        'q' => integer!(i64),
        'Q' => integer!(u64),
        'f' => Value::Float(f32::from_ne_bytes(bytes[..4].try_into().unwrap()).into()),
        _ => Value::Float(f64::from_ne_bytes(bytes[..8].try_into().unwrap())),
    }
}
