//! A file system that knows no files without a name, wherever the test runs.

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

/// Runs `action` in a thread that gets no file without a name, as on some file systems: `O_TMPFILE`
/// is refused.
pub fn without_unnamed_files<R: Send>(action: impl FnOnce() -> R + Send) -> R {
    let run = || {
        refuse_unnamed_files();
        action()
    };
    std::thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| {
        std::panic::resume_unwind(panic);
    })
}

/// Refuses `O_TMPFILE` to this thread from now on.
pub fn refuse_unnamed_files() {
    const FLAGS: u8 = 2;
    let unnamed = libc::O_TMPFILE as u64;
    let asked = SeccompCmpOp::MaskedEq(unnamed);
    let asked = SeccompCondition::new(FLAGS, SeccompCmpArgLen::Dword, asked, unnamed).unwrap();
    let rules = [(libc::SYS_openat, vec![SeccompRule::new(vec![asked]).unwrap()])];
    let filter = SeccompFilter::new(
        rules.into(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EOPNOTSUPP as u32),
        std::env::consts::ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    apply_filter(&program).unwrap();
}
