//! Which series the stats of files are.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use mmstats::{Stat, StatsFile, Verdict};
use mmstats_exposition::{Sample, push_label};
use mmstats_tools::common::exposition::StatTimeline;
use mmstats_tools::common::patterns::{LabelPattern, any_selects};
use mmstats_totals::subject::Subject;

use crate::export::polls::Poll;

/// The series of files, which they keep as long as they are there.
#[derive(Debug)]
pub struct FileSeries<'a> {
    labels: &'a [LabelPattern],
    known: HashMap<Key, KnownFile>,
    /// The last poll that gave each series a sample.
    last: Vec<u64>,
    poll: u64,
}

/// What tells files apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    path: PathBuf,
    inode: Option<(u64, u64)>,
    pid: Option<u32>,
    tid: Option<i64>,
}

#[derive(Debug)]
struct KnownFile {
    /// The labels of its samples.
    owner: String,
    stats: Vec<KnownStat>,
    /// The last poll that had it.
    poll: u64,
}

#[derive(Clone, Copy, Debug)]
enum KnownStat {
    /// It has had no sample yet.
    New,
    /// It isn't exported.
    LeftOut,
    Series(usize),
}

impl<'a> FileSeries<'a> {
    /// Of stats whose labels match.
    pub fn new(labels: &'a [LabelPattern]) -> Self {
        Self { labels, known: HashMap::new(), last: Vec::new(), poll: 0 }
    }

    /// Gives `add` each sample of a poll with its series, of which each comes once.
    pub fn poll(
        &mut self,
        poll: &Poll<'_>,
        timeline: &mut StatTimeline,
        mut add: impl FnMut(usize, &Sample) -> io::Result<()>,
    ) -> io::Result<()> {
        self.poll += 1;
        // Of two files that have the same labels, as after a restart of a container, the one that is
        // written has the series.
        let mut files = poll.files.clone();
        files.sort_by_key(|file| file.life().verdict == Verdict::Dead);
        for file in files {
            let key = Key::of(file.file());
            let mut known = self.known.remove(&key).unwrap_or_else(|| KnownFile::new(file.file()));
            known.poll = self.poll;
            for (number, stat) in poll.stats_of(file) {
                let Some(sample) = timeline.sample_of(&stat) else { continue };
                let series =
                    self.series(&mut known, number, (file.file(), &stat), &sample, timeline);
                if let Some(series) = series {
                    add(series, &sample)?;
                }
            }
            self.known.insert(key, known);
        }
        let now = self.poll;
        self.known.retain(|_, known| known.poll == now);
        Ok(())
    }

    /// The series of a stat's sample at this poll, if it has any.
    fn series(
        &mut self,
        known: &mut KnownFile,
        number: usize,
        (file, stat): (&StatsFile, &Stat<'_>),
        sample: &Sample,
        timeline: &mut StatTimeline,
    ) -> Option<usize> {
        if known.stats.len() <= number {
            known.stats.resize(number + 1, KnownStat::New);
        }
        let kind = sample.metric_type();
        let mut series = match known.stats[number] {
            KnownStat::LeftOut => return None,
            KnownStat::Series(series) => series,
            KnownStat::New if any_selects(self.labels, stat) => {
                timeline.series(&known.owner, stat, kind).0
            }
            KnownStat::New => {
                known.stats[number] = KnownStat::LeftOut;
                return None;
            }
        };
        if !self.take(series) {
            // What each file says of the process and the thread counts once.
            if Subject::of(file, &stat.label()) == Subject::Process {
                return None;
            }
            let mut owner = known.owner.clone();
            push_label(&mut owner, "file", &file.path().to_string_lossy());
            series = timeline.series(&owner, stat, kind).0;
            if !self.take(series) {
                return None;
            }
        }
        known.stats[number] = KnownStat::Series(series);
        Some(series)
    }

    /// Whether a series has no sample of this poll yet; it has one then.
    fn take(&mut self, series: usize) -> bool {
        if self.last.len() <= series {
            self.last.resize(series + 1, 0);
        }
        std::mem::replace(&mut self.last[series], self.poll) != self.poll
    }
}

impl Key {
    fn of(file: &StatsFile) -> Self {
        Self {
            path: file.path().to_owned(),
            inode: file.device_and_inode(),
            pid: file.pid(),
            tid: file.tid(),
        }
    }
}

impl KnownFile {
    fn new(file: &StatsFile) -> Self {
        let mut owner = String::new();
        let labels = [
            ("cmd", file.identity().map(|identity| identity.command.clone())),
            ("pid", file.pid().map(|pid| pid.to_string())),
            ("tid", file.tid().map(|tid| tid.to_string())),
        ];
        for (name, value) in labels {
            if let Some(value) = value {
                push_label(&mut owner, name, &value);
            }
        }
        Self { owner, stats: Vec::new(), poll: 0 }
    }
}
