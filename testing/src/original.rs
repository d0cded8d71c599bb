//! Stats files as the original's writers make them.

use nix::unistd::Pid;

/// A field. Buffered values come twice.
pub fn field(label: impl AsRef<[u8]>, signature: &str, write_buffer: u8, values: &[u8]) -> Vec<u8> {
    let label = label.as_ref();
    [
        &(label.len() as u16).to_ne_bytes(),
        label,
        &(signature.len() as u16).to_ne_bytes(),
        signature.as_bytes(),
        &[write_buffer],
        values,
    ]
    .concat()
}

/// The field that names the writer.
pub fn pid_field(pid: Pid) -> Vec<u8> {
    field("sys.pid", "I", 0xff, &pid.as_raw().to_ne_bytes())
}

/// A file with these fields and a terminator.
pub fn content(fields: &[Vec<u8>]) -> Vec<u8> {
    [&[1], &*fields.concat(), &[0, 0]].concat()
}

/// A file whose writer is `pid`, with one counter more.
pub fn original(pid: u32) -> Vec<u8> {
    let hits = [7_u64.to_ne_bytes(), 8_u64.to_ne_bytes()].concat();
    content(&[pid_field(Pid::from_raw(pid.cast_signed())), field("hits", "Q", 1, &hits)])
}
