//! Numbers that identify: they are written in full, without marks between thousands.

/// The last words of labels that identify a process, a thread, a user or anything else.
const WORDS: [&[u8]; 10] =
    [b"id", b"pid", b"ppid", b"pgid", b"sid", b"tid", b"uid", b"euid", b"gid", b"egid"];

/// Whether a number of this label identifies something: `sys.pid`, `job_id`, `user.id{name="a"}`.
pub fn is_identifier(label: &[u8]) -> bool {
    let name = label.split(|&byte| byte == b'{').next().unwrap_or_default();
    let last = name.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    WORDS.iter().any(|word| last.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_says_so() {
        for label in ["sys.pid", "a.sys.tid", "job_id", "PID", "user.id{name=\"a\"}", "x-uid"] {
            assert!(is_identifier(label.as_bytes()), "{label}");
        }
        for label in ["", "paid", "ids", "pid.count", "x{pid=\"1\"}", "grid"] {
            assert!(!is_identifier(label.as_bytes()), "{label}");
        }
    }
}
