//! ApMon's datagrams, compared with what a naive decoder finds in them.

use apmon::wire::{Packet, Parameter, Value};
use apmon_cli::show::{JsonPacket, push_line, push_lines};
use mmstats_cli::escape::is_harmful;

/// Bytes of output for a byte of a packet, at most: JSON's `\u001b`.
const GROWTH: usize = 6;
/// Keys and names of types, for a packet and for each parameter.
const FRAME: usize = 400;

/// # Panics
///
/// If the library and the naive decoder differ, if a packet doesn't encode to bytes that decode to the
/// same, or if the output about it isn't well-formed, safe on a terminal and bounded by its size.
pub fn check(bytes: &[u8]) {
    let (packet, error) = Packet::decode_lenient(bytes);
    let mut naive = Naive::default();
    let is_sound = naive.read(bytes).is_some();
    assert_eq!(error.is_none(), is_sound, "{error:?}");
    assert_eq!(Naive::of(&packet), naive);
    match Packet::decode(bytes) {
        Ok(same) => assert_eq!(Naive::of(&same), naive),
        Err(same) => {
            assert_eq!(Some(same), error);
            assert!(same.offset() <= bytes.len(), "{same}");
        }
    }
    if is_sound {
        encodes(bytes, &packet);
    }
    let lines = packet.parameters.len() + 10;
    let mut text = Vec::new();
    push_line(&mut text, &packet);
    is_text(&text, 1, bytes.len(), packet.parameters.len());
    text.clear();
    push_lines(&mut text, bytes, &packet, error.as_ref());
    is_text(&text, lines, bytes.len(), packet.parameters.len());
    let json = mmstats_cli::json::text(&JsonPacket::new(bytes, &packet, error));
    is_text(json.as_bytes(), 1, bytes.len(), packet.parameters.len());
    is_json(&json, &naive, is_sound);
}

/// The bytes are the same but for padding.
fn encodes(bytes: &[u8], packet: &Packet<'_>) {
    let mut encoded = Vec::new();
    packet.encode(&mut encoded);
    assert_eq!(encoded.len(), bytes.len());
    let same = Packet::decode(&encoded).expect("what is encoded is a packet");
    assert_eq!(Naive::of(&same), Naive::of(packet));
    let mut again = Vec::new();
    same.encode(&mut again);
    assert_eq!(again, encoded);
}

fn is_text(text: &[u8], lines: usize, size: usize, parameters: usize) {
    assert!(text.len() <= GROWTH * size + FRAME + 20 * parameters, "{} of {size}", text.len());
    let text = str::from_utf8(text).expect("output is UTF-8");
    assert!(text.lines().count() <= lines, "{text}");
    assert!(!text.contains(|it| it != '\n' && is_harmful(it)), "{text:?}");
    assert!(lines > 1 || !text.contains('\n'), "{text:?}");
}

fn is_json(text: &str, naive: &Naive<'_>, is_sound: bool) {
    let json: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
    assert_eq!(json["error"].is_null(), is_sound, "{text}");
    assert_eq!(json["time"].as_i64(), naive.time.map(i64::from), "{text}");
    let parameters = json["parameters"].as_array().expect("a list");
    assert_eq!(parameters.len(), naive.parameters.len());
    for (written, (name, kind, value)) in parameters.iter().zip(&naive.parameters) {
        assert!(is_same_text(&written[0], name), "{written}");
        assert_eq!(written[1], *kind);
        let number = written[2].as_f64();
        match kind {
            0 => assert!(is_same_text(&written[2], value), "{written}"),
            2 => assert_eq!(written[2].as_i64(), Some(i32_of(value).into())),
            3 => assert_eq!(written[2].as_i64(), Some(u64_of(value) as i64)),
            4 => is_same_float(number, f32::from_bits(i32_of(value) as u32).into()),
            _ => is_same_float(number, f64::from_bits(u64_of(value))),
        }
    }
}

fn is_same_text(json: &serde_json::Value, bytes: &[u8]) -> bool {
    match str::from_utf8(bytes) {
        Ok(text) => json.as_str() == Some(text),
        Err(_) => json["hex"].as_str().is_some_and(|hex| hex.len() == 2 * bytes.len()),
    }
}

fn is_same_float(number: Option<f64>, expected: f64) {
    let expected = Some(expected).filter(|expected| expected.is_finite());
    assert_eq!(number.map(f64::to_bits), expected.map(f64::to_bits));
}

/// What the table of the format says, as far as the bytes keep to it.
#[derive(Debug, Default, PartialEq)]
struct Naive<'a> {
    version: Option<&'a [u8]>,
    password: Option<&'a [u8]>,
    numbers: Option<(i32, i32)>,
    cluster: &'a [u8],
    node: &'a [u8],
    /// Name, type, the bytes of the value.
    parameters: Vec<(Vec<u8>, i32, Vec<u8>)>,
    time: Option<i32>,
}

impl<'a> Naive<'a> {
    fn of(packet: &Packet<'a>) -> Self {
        let numbering = packet.header.and_then(|header| header.numbering);
        let parameters = packet.parameters.iter().map(|Parameter { name, value }| {
            let bytes = match value {
                Value::Text(text) => text.to_vec(),
                Value::I32(number) => number.to_be_bytes().to_vec(),
                Value::I64(number) => number.to_be_bytes().to_vec(),
                Value::F32(number) => number.to_be_bytes().to_vec(),
                Value::F64(number) => number.to_be_bytes().to_vec(),
            };
            (name.to_vec(), value.type_number(), bytes)
        });
        Self {
            version: packet.header.map(|header| header.version),
            password: packet.header.map(|header| header.password),
            numbers: numbering.map(|numbering| (numbering.instance, numbering.sequence)),
            cluster: packet.cluster,
            node: packet.node,
            parameters: parameters.collect(),
            time: packet.time,
        }
    }

    /// `None` where the bytes are no packet; what stands before is kept.
    fn read(&mut self, bytes: &'a [u8]) -> Option<()> {
        let (first, mut rest) = string(bytes)?;
        let mut since = None;
        match parts(first) {
            None => self.cluster = first,
            Some((version, password)) => {
                (self.version, self.password) = (Some(version), Some(password));
                since = Some(numbers(version));
                if since >= Some((2, 2)) {
                    let (instance, behind) = split(rest, 4)?;
                    let (sequence, behind) = split(behind, 4)?;
                    self.numbers = Some((i32_of(instance), i32_of(sequence)));
                    rest = behind;
                }
                (self.cluster, rest) = string(rest)?;
            }
        }
        (self.node, rest) = string(rest)?;
        let (count, mut rest) = split(rest, 4)?;
        let count = usize::try_from(i32_of(count)).ok()?;
        if count > rest.len() / 12 {
            return None;
        }
        for _ in 0..count {
            let (name, behind) = string(rest)?;
            let (kind, behind) = split(behind, 4)?;
            let kind = i32_of(kind);
            let (value, behind) = match kind {
                0 => string(behind)?,
                2 | 4 => split(behind, 4)?,
                3 | 5 => split(behind, 8)?,
                _ => return None,
            };
            if name.is_empty() {
                return None;
            }
            self.parameters.push((name.to_vec(), kind, value.to_vec()));
            rest = behind;
        }
        if rest.len() == 4 && since >= Some((1, 6)) {
            self.time = Some(i32_of(rest));
            return Some(());
        }
        rest.is_empty().then_some(())
    }
}

fn split(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    (at <= bytes.len()).then(|| bytes.split_at(at))
}

fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = split(bytes, 4)?;
    let length = u64::from(i32_of(length) as u32);
    let padded = length.div_ceil(4) * 4;
    if length > 65_535 || padded > rest.len() as u64 {
        return None;
    }
    Some((&rest[..length as usize], &rest[padded as usize..]))
}

/// Version and password of a header.
fn parts(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if !text.starts_with(b"v:") {
        return None;
    }
    let mark = (2..text.len()).find(|&at| text[at..].starts_with(b"p:"))?;
    Some((&text[2..mark], &text[mark + 2..]))
}

/// The first two numbers of a version, which count as high if they aren't there.
fn numbers(version: &[u8]) -> (u64, u64) {
    let (mut numbers, mut at) = ([0_u64; 2], 0);
    for number in &mut numbers {
        let start = at;
        while version.get(at).is_some_and(u8::is_ascii_digit) {
            *number = number.saturating_mul(10).saturating_add((version[at] - b'0').into());
            at += 1;
        }
        if at == start || *number > u32::MAX.into() {
            return (u64::MAX, u64::MAX);
        }
        at += 1;
    }
    numbers.into()
}

fn i32_of(bytes: &[u8]) -> i32 {
    bytes.iter().fold(0, |number, byte| (number << 8) | i32::from(*byte))
}

fn u64_of(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
