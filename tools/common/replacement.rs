//! `--file`: a file that is replaced in one step, so that a reader sees all of the old file or all
//! of the new one.
//!
//! The new file is written beside the old one and renamed over it. If writing fails or a signal ends
//! the process, it is removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use mmstats::StatsFile;
use mmstats_cli::shutdown;

/// A file that is being written.
#[derive(Debug)]
pub struct Replacement {
    target: PathBuf,
    file: File,
    /// Its path until it is complete.
    unfinished: Unfinished,
}

/// The path of a file that is removed unless it is completed.
#[derive(Clone, Debug, Default)]
struct Unfinished(Arc<Mutex<Option<PathBuf>>>);

impl Replacement {
    /// Begins to replace the file at `path`; the file beside it has the tool's name. If that is a symbolic link, its target is replaced, as
    /// by a shell's redirection; owner and permissions stay as far as possible.
    ///
    /// # Errors
    ///
    /// Returns an error if it isn't a regular file, or if no file can be created beside it.
    pub fn begin(path: &Path, tool: &str) -> io::Result<Self> {
        let target = target_of(path)?;
        // Neither our tools, which search by name, nor textfile collectors (`*.prom`) take it.
        let beside = target.with_file_name(format!(".{tool}-{}.tmp", process::id()));
        let before = fs::metadata(&target).ok();
        let unfinished = Unfinished::default();
        unfinished.handle_signals()?;
        let mode = before.as_ref().map_or(0o666, |before| before.mode() & 0o777);
        let file = unfinished.create(&beside, mode).map_err(|error| {
            io::Error::new(error.kind(), format!("can't create a file beside it: {error}"))
        })?;
        if let Some(before) = before {
            // Only root may give a file away.
            drop(fchown(&file, Some(before.uid()), None));
            drop(fchown(&file, None, Some(before.gid())));
            file.set_permissions(fs::Permissions::from_mode(mode))?;
        }
        Ok(Self { target, file, unfinished })
    }

    /// The file to write to.
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Renames it over the old file. Its bytes are flushed to disk before, so that a power failure
    /// leaves the old file or the new one, and never an empty one.
    ///
    /// # Errors
    ///
    /// Returns an error if that fails; the old file is still there.
    pub fn finish(self) -> io::Result<()> {
        self.file.sync_data()?;
        self.unfinished.rename(&self.target)
    }
}

impl Unfinished {
    fn create(&self, path: &Path, mode: u32) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(mode);
        self.with(|known| {
            let file = match options.open(path) {
                // Left behind by a process of the same id that was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    fs::remove_file(path)?;
                    options.open(path)
                }
                opened => opened,
            }?;
            *known = Some(path.to_owned());
            Ok(file)
        })
    }

    fn rename(&self, target: &Path) -> io::Result<()> {
        self.with(|known| {
            if let Some(path) = known.as_ref() {
                fs::rename(path, target)?;
            }
            *known = None;
            Ok(())
        })
    }

    /// Removes the file when a signal ends the process.
    fn handle_signals(&self) -> io::Result<()> {
        let unfinished = self.clone();
        shutdown::on_each_signal(move |signal| {
            unfinished.with(|known| {
                remove(known);
                // Under the lock, so that nothing is created any more.
                shutdown::end_by(signal);
            });
        })
    }

    fn with<R>(&self, action: impl FnOnce(&mut Option<PathBuf>) -> R) -> R {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn remove(known: &mut Option<PathBuf>) {
    if let Some(path) = known.take() {
        drop(fs::remove_file(path));
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        self.unfinished.with(remove);
    }
}

/// The file to replace, with all symbolic links resolved.
fn target_of(path: &Path) -> io::Result<PathBuf> {
    let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    let wrong = match fs::metadata(path) {
        // Renaming would replace /dev/stdout by a file.
        Ok(found) if !found.is_file() => "not a regular file",
        Ok(_) if StatsFile::read(path).is_ok() => {
            "this is a stats file; to read it, leave out --file"
        }
        Ok(_) => return if is_link { fs::canonicalize(path) } else { Ok(path.to_owned()) },
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Err(_) if is_link => "the symbolic link is broken",
        Err(_) if path.file_name().is_none() => "not a valid file name",
        Err(_) => return Ok(path.to_owned()),
    };
    Err(io::Error::other(wrong))
}
