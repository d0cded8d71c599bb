//! Stats files of arbitrary writers: offsets and checksums are right, values needn't be.

use mmstats::Identity;

use crate::original;

/// A field and its index entry.
#[derive(Clone, Debug)]
pub struct Foreign {
    pub label: Vec<u8>,
    /// One value of this signature, unbuffered.
    pub signature: &'static str,
    pub value: Vec<u8>,
    /// As in the format: 1 counter, 2 gauge, 3 average, 4 timer, 5 histogram, 6 info, 7 timestamp,
    /// 8 up-down counter.
    pub kind: u8,
    /// As in the format: 0 each, 1 sum, 2 min, 3 max.
    pub aggregate: u8,
    pub unit: String,
    pub help: String,
    pub parameters: [u64; 2],
}

impl Foreign {
    /// A stat of one or several numbers.
    pub fn new(
        label: impl Into<Vec<u8>>,
        kind: u8,
        signature: &'static str,
        words: &[u64],
    ) -> Self {
        Self {
            label: label.into(),
            signature,
            value: words.iter().flat_map(|word| word.to_ne_bytes()).collect(),
            kind,
            aggregate: u8::from(matches!(kind, 1 | 4 | 5)),
            unit: String::new(),
            help: String::new(),
            parameters: [0; 2],
        }
    }

    /// A stat of one float.
    pub fn float(label: &str, kind: u8, value: f64) -> Self {
        Self::new(label, kind, "d", &[value.to_bits()])
    }

    /// A timer.
    pub fn timer(label: &str, count: u64, total: f64) -> Self {
        let [mean, total] = [1.0, total].map(f64::to_bits);
        Self::new(label, 4, "dQdddd", &[mean, count, total, mean, mean, mean])
    }
}

/// A writer that differs from another by what `change` does.
pub fn writer_like(other: &Identity, change: impl FnOnce(&mut Identity)) -> Identity {
    let mut writer = other.clone();
    change(&mut writer);
    writer
}

/// A file with these fields that claims to be of this writer.
pub fn foreign(writer: &Identity, fields: &[Foreign]) -> Vec<u8> {
    let mut content = vec![1];
    let mut entries = Vec::new();
    for field in fields {
        let offset = content.len();
        content.extend(original::field(&field.label, field.signature, 0xff, &field.value));
        entries.push(entry(field, offset as u32, (content.len() - offset) as u32));
    }
    content.extend([0, 0]);
    let identity = identity(writer);
    let index: Vec<u8> = entries.into_iter().rev().flatten().collect();
    let size = content.len() + 8 + index.len() + identity.len() + FOOTER;
    let identity_at = size.next_multiple_of(4096) - FOOTER - identity.len();
    content.resize(identity_at - index.len(), 0);
    content.extend(index);
    content.extend(&identity);
    content.extend(footer(identity_at as u32, &identity));
    content
}

/// Offsets in the identity, from section 7.3 of the format.
pub const START_TIME: usize = 16;
pub const BOOT_ID: usize = 24;
pub const PID_NAMESPACE: usize = 40;

/// The file with these bytes patched into its identity.
pub fn forged(file: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let footer = file.len() - FOOTER;
    let number = |at: usize| u32::from_ne_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let (identity, size) = (number(footer + 24), number(footer + 28));
    file[identity + offset..][..bytes.len()].copy_from_slice(bytes);
    let sum = checksum(&file[identity..identity + size]);
    file[footer + 32..footer + 40].copy_from_slice(&sum.to_ne_bytes());
    let sum = checksum(&file[footer..footer + 56]);
    file[footer + 56..].copy_from_slice(&sum.to_ne_bytes());
    file
}

const FOOTER: usize = 64;

fn entry(field: &Foreign, offset: u32, length: u32) -> Vec<u8> {
    let mut body = [offset.to_ne_bytes(), length.to_ne_bytes()].concat();
    body.extend([field.kind, field.aggregate, 0, 0]);
    body.extend((field.unit.len() as u16).to_ne_bytes());
    body.extend((field.help.len() as u16).to_ne_bytes());
    field.parameters.iter().for_each(|parameter| body.extend(parameter.to_ne_bytes()));
    body.extend(field.unit.bytes().chain(field.help.bytes()));
    body.resize(body.len().next_multiple_of(8), 0);
    let size = 8 + body.len() as u32 + 8;
    body.extend([0; 4]);
    body.extend(size.to_ne_bytes());
    [checksum(&body).to_ne_bytes().to_vec(), body].concat()
}

fn identity(writer: &Identity) -> Vec<u8> {
    let mut bytes = u64::from(writer.pid).to_ne_bytes().to_vec();
    bytes.extend(writer.tid.to_ne_bytes());
    bytes.extend(writer.start_time.to_ne_bytes());
    bytes.extend(writer.boot_id);
    bytes.extend(writer.pid_namespace.to_ne_bytes());
    let texts = [&writer.command, &writer.host, &writer.struct_name];
    bytes.extend(texts.map(|text| (text.len() as u16).to_ne_bytes()).concat());
    bytes.extend([0; 2]);
    bytes.extend(texts.map(|text| text.bytes()).into_iter().flatten());
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

fn footer(identity_at: u32, identity: &[u8]) -> Vec<u8> {
    let mut footer = b"mmstats\x1a".to_vec();
    footer.extend(0x0102_0304_u32.to_ne_bytes());
    footer.extend([1_u16, 64].map(u16::to_ne_bytes).concat());
    footer.extend([0, 0, identity_at, identity.len() as u32].map(u32::to_ne_bytes).concat());
    footer.extend(checksum(identity).to_ne_bytes());
    footer.extend([0; 16]);
    footer.extend(checksum(&footer).to_ne_bytes());
    footer
}

/// As in section 7.1 of the format.
fn checksum(bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(8).map(|word| u64::from_ne_bytes(word.try_into().unwrap()));
    words.fold(0xcbf2_9ce4_8422_2325, |sum, word| {
        (sum ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29)
    })
}
