//! Polls that couldn't be recorded: reported once, and again when it works again.

use std::path::{Path, PathBuf};

use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::plural::counted;

/// What is to be said of a recording that has ended and isn't a single file.
pub fn log_stays(path: &Path, reason: &str) -> String {
    let (path, reason) = (escape_path(path), escape(reason));
    format!(
        "{path}-wal can't be copied back ({reason}), so it stays beside the recording, which it \
         belongs to; nothing is lost"
    )
}

/// Follows whether polls can be recorded.
#[derive(Debug)]
pub struct Losses {
    path: PathBuf,
    /// How many were lost since the last one that was recorded.
    lost: u64,
    /// Why, as it was reported last.
    reason: String,
}

impl Losses {
    /// Nothing has been lost of this recording.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), lost: 0, reason: String::new() }
    }

    /// What is to be reported after a poll: a reason that wasn't reported last, or that it works again.
    pub fn follow(&mut self, result: Result<(), String>) -> Option<String> {
        let path = escape_path(&self.path);
        let Err(reason) = result else {
            let lost = std::mem::take(&mut self.lost);
            self.reason.clear();
            let polls = counted(lost, "polls");
            return (lost > 0).then(|| format!("{path}: recording again; {polls} lost"));
        };
        self.lost += 1;
        if reason == self.reason {
            return None;
        }
        let message = format!("{path}: can't record: {}", escape(&reason));
        self.reason = reason;
        Some(message)
    }

    /// Ends the run.
    ///
    /// # Errors
    ///
    /// Returns how many of the last polls are lost, if any are.
    pub fn finish(self) -> Result<(), String> {
        let (path, polls) = (escape_path(&self.path), counted(self.lost, "polls"));
        if self.lost == 0 { Ok(()) } else { Err(format!("{path}: {polls} at the end lost")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_reported_once_and_then_the_number_of_polls() {
        let mut losses = Losses::new(Path::new("/r\n"));
        let failed = |reason: &str| Err(reason.to_owned());
        assert_eq!(losses.follow(Ok(())), None);
        let full = Some("/r\\n: can't record: disk full".to_owned());
        assert_eq!(losses.follow(failed("disk full")), full);
        assert_eq!(losses.follow(failed("disk full")), None);
        let other = Some("/r\\n: can't record: read-only".to_owned());
        assert_eq!(losses.follow(failed("read-only")), other);
        let again = Some("/r\\n: recording again; 3 polls lost".to_owned());
        assert_eq!(losses.follow(Ok(())), again);
        assert_eq!(losses.follow(Ok(())), None);
        assert_eq!(losses.follow(failed("disk full")), full);
        let again = Some("/r\\n: recording again; 1 poll lost".to_owned());
        assert_eq!(losses.follow(Ok(())), again);
        losses.follow(failed("disk full"));
        assert_eq!(losses.finish(), Err("/r\\n: 1 poll at the end lost".to_owned()));
    }
}
