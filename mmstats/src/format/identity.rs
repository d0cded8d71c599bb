//! Who wrote a file: the identity in the trailer.
//!
//! ```text
//!   0  u32   pid
//!   4  u32   reserved, 0
//!   8  i64   thread id of the thread that made the file
//!  16  u64   start time of the process, clock ticks since boot; 0: unknown
//!  24  16s   boot id; all 0: unknown
//!  40  u64   inode of the process's pid namespace; 0: unknown
//!  48  u16   size of the command, then of the host, then of the struct name
//!  54  u16   reserved, 0
//!  56        command, host, struct name; zeros up to a multiple of 8
//! ```

use super::{cut, load_u16, load_u32, load_u64, lossy};

const PID: usize = 0;
const TID: usize = PID + 8;
const START_TIME: usize = TID + 8;
const BOOT_ID: usize = START_TIME + 8;
const PID_NAMESPACE: usize = BOOT_ID + 16;
const TEXT_SIZES: usize = PID_NAMESPACE + 8;
const TEXTS: usize = TEXT_SIZES + 8;

/// Every part of the trailer begins at a multiple of this.
pub const IDENTITY_ALIGN: usize = 8;

/// The process and thread that created a stats file, from its trailer.
///
/// It never changes once the file is created. A file that another thread takes over keeps the
/// identity of the thread that created it; the field `sys.tid` has the current one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The writer's process id, in its own pid namespace.
    pub pid: u32,
    /// The id of the thread that created the file.
    pub tid: i64,
    /// When the process started, in clock ticks since boot (field 22 of `/proc/PID/stat`); 0 if
    /// unknown. With the boot id it distinguishes a process from a later one with the same pid.
    pub start_time: u64,
    /// `/proc/sys/kernel/random/boot_id`; zeros if unknown.
    pub boot_id: [u8; 16],
    /// The inode of the process's pid namespace; 0 if unknown.
    pub pid_namespace: u64,
    /// The file name of the program.
    pub command: String,
    /// The host name.
    pub host: String,
    /// The name of the stats struct, or of the run-time builder.
    pub struct_name: String,
}

impl Identity {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let texts =
            [&self.command, &self.host, &self.struct_name].map(|text| cut(text, u16::MAX.into()));
        let mut bytes = Vec::with_capacity(TEXTS + 96);
        bytes.extend(self.pid.to_ne_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.tid.to_ne_bytes());
        bytes.extend(self.start_time.to_ne_bytes());
        bytes.extend(self.boot_id);
        bytes.extend(self.pid_namespace.to_ne_bytes());
        for text in texts {
            bytes.extend((text.len() as u16).to_ne_bytes());
        }
        bytes.extend([0; 2]);
        for text in texts {
            bytes.extend(text.as_bytes());
        }
        bytes.resize(bytes.len().next_multiple_of(IDENTITY_ALIGN), 0);
        bytes
    }

    /// `None` if the sizes of the texts don't fit.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut at = TEXTS;
        let mut text = |index: usize| {
            let size = usize::from(load_u16(bytes, TEXT_SIZES + 2 * index)?);
            let text = bytes.get(at..at + size)?;
            at += size;
            Some(lossy(text).into_owned())
        };
        Some(Self {
            command: text(0)?,
            host: text(1)?,
            struct_name: text(2)?,
            pid: load_u32(bytes, PID)?,
            tid: load_u64(bytes, TID)?.cast_signed(),
            start_time: load_u64(bytes, START_TIME)?,
            boot_id: bytes.get(BOOT_ID..PID_NAMESPACE)?.try_into().ok()?,
            pid_namespace: load_u64(bytes, PID_NAMESPACE)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_round_trips() {
        let identity = Identity {
            pid: 42,
            tid: -1,
            start_time: 77,
            boot_id: *b"0123456789abcdef",
            pid_namespace: 4_026_531_836,
            command: "webapp".into(),
            host: "grüße".into(),
            struct_name: "WebStats".into(),
        };
        let bytes = identity.encode();
        assert_eq!(bytes.len() % IDENTITY_ALIGN, 0);
        assert_eq!(Identity::decode(&bytes), Some(identity));
    }

    #[test]
    fn texts_that_reach_past_the_end_are_refused() {
        let mut bytes = Identity::default().encode();
        bytes[TEXT_SIZES] = 200;
        assert_eq!(Identity::decode(&bytes), None);
        assert_eq!(Identity::decode(&bytes[..TEXTS - 1]), None);
    }
}
