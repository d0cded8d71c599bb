//! Signals that must not end a run.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;

/// Makes a write beyond the file size limit (`ulimit -f`) fail with an error that can be
/// reported. By default the kernel ends the process with SIGXFSZ instead.
///
/// To be called first in `main`.
pub fn survive_file_size_limit() {
    // Nobody reads the flag: with a handler in place the write returns EFBIG. A handler can be
    // installed in safe code; ignoring the signal would do as well, but can't.
    let installed: io::Result<_> = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    drop(installed);
}
