//! System calls that the kernel refuses to a thread, whatever machine the test runs on.

use std::env::consts::ARCH;

use nix::libc::{self, c_long};
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, apply_filter,
};

/// Kills this process at any system call but these from now on.
pub fn allow_only(allowed: &[c_long]) -> Result<(), Error> {
    let allowed = allowed.iter().map(|call| (*call, Vec::new())).collect();
    let (otherwise, these) = (SeccompAction::KillProcess, SeccompAction::Allow);
    let filter: BpfProgram =
        SeccompFilter::new(allowed, otherwise, these, ARCH.try_into()?)?.try_into()?;
    apply_filter(&filter)
}

/// Runs `action` in a thread that gets no unnamed file, as on some file systems: `O_TMPFILE` is
/// refused.
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
    let is_set = SeccompCmpOp::MaskedEq(unnamed);
    let is_set = SeccompCondition::new(FLAGS, SeccompCmpArgLen::Dword, is_set, unnamed).unwrap();
    let rules = [(libc::SYS_openat, vec![SeccompRule::new(vec![is_set]).unwrap()])];
    let filter = SeccompFilter::new(
        rules.into(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EOPNOTSUPP as u32),
        ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    apply_filter(&program).unwrap();
}
