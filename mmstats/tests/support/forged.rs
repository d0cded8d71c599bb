//! Files that claim a writer whom they never had: ours with an identity and valid checksums, and
//! the original's.

use nix::unistd::Pid;

/// Offsets in the identity, as section 7.3 of the format has them.
pub const START_TIME: usize = 16;
pub const BOOT_ID: usize = 24;
pub const PID_NAMESPACE: usize = 40;

/// The file with these bytes in its identity.
pub fn forged(file: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let footer = file.len() - 64;
    let number = |at: usize| u32::from_ne_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let (identity, size) = (number(footer + 24), number(footer + 28));
    file[identity + offset..][..bytes.len()].copy_from_slice(bytes);
    let sum = checksum(&file[identity..identity + size]);
    file[footer + 32..footer + 40].copy_from_slice(&sum.to_ne_bytes());
    let sum = checksum(&file[footer..footer + 56]);
    file[footer + 56..].copy_from_slice(&sum.to_ne_bytes());
    file
}

fn checksum(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(0xcbf2_9ce4_8422_2325, |sum, word| {
        let word = u64::from_ne_bytes(word.try_into().unwrap());
        (sum ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29)
    })
}

/// A file of the original with these whole fields.
pub fn original(fields: &[Vec<u8>]) -> Vec<u8> {
    [&[1], &*fields.concat(), &[0; 2]].concat()
}

/// A field of such a file, unbuffered.
pub fn field(label: &str, signature: &str, value: &[u8]) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u16).to_ne_bytes(), text.as_bytes()].concat();
    [&*text(label), &text(signature), &[0xff], value].concat()
}

/// The field that names the writer.
pub fn pid_field(pid: Pid) -> Vec<u8> {
    field("sys.pid", "I", &pid.as_raw().to_ne_bytes())
}
