//! Updates of files that are made up.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::file::{Life, ReadError, Verdict};
use crate::format::{DeclaredField, Identity, Kind, Layout, NewFile};
use crate::read::{Changes, Increase, StatsFile, UpdateParts, WatchedFile};

/// The wall clock at the first update, in seconds of Unix time.
pub const START: f64 = 1e9;

/// A file as it is now.
#[derive(Clone, Debug)]
pub struct MadeFile {
    pub path: String,
    /// The device and inode.
    pub inode: Option<(u64, u64)>,
    pub identity: Identity,
    /// `sys.created`.
    pub created: Option<f64>,
    /// `sys.tid`.
    pub tid: i64,
    pub fields: Vec<DeclaredField>,
}

impl MadeFile {
    pub fn new(path: &str, inode: u64, created: f64) -> Self {
        Self {
            path: path.to_owned(),
            inode: Some((1, inode)),
            identity: Identity::default(),
            created: Some(created),
            tid: 1,
            fields: Vec::new(),
        }
    }

    /// With a counter.
    pub fn counter(self, label: &str, count: u64) -> Self {
        self.field(label, "Q", Kind::Counter, &[count])
    }

    /// With a field of these words.
    pub fn field(self, label: &str, signature: &'static str, kind: Kind, words: &[u64]) -> Self {
        let initial = words.iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<u8>>().into();
        self.declared(DeclaredField { initial, ..DeclaredField::zeroed(label, signature, kind) })
    }

    pub fn declared(mut self, field: DeclaredField) -> Self {
        self.fields.push(field);
        self
    }

    pub fn identity(mut self, change: impl FnOnce(&mut Identity)) -> Self {
        change(&mut self.identity);
        self
    }

    pub fn read(&self) -> StatsFile {
        let sys = |label: &str, signature, word: u64| DeclaredField {
            initial: word.to_ne_bytes().to_vec().into(),
            ..DeclaredField::zeroed(label, signature, Kind::Info)
        };
        let mut fields = vec![sys("sys.tid", "q", self.tid.cast_unsigned())];
        fields.extend(self.created.map(|created| sys("sys.created", "d", created.to_bits())));
        fields.extend(self.fields.iter().cloned());
        let image = NewFile::compose(&fields, &self.identity, Layout::Aligned, 0, 4096).unwrap();
        let file = StatsFile::from_bytes(self.path.as_str(), image.bytes).unwrap();
        match self.inode {
            Some((device, inode)) => file.with_inode(device, inode, 0),
            None => file,
        }
    }

    pub fn watched(&self) -> WatchedFile {
        Self::watch(self.read())
    }

    pub fn watch(file: StatsFile) -> WatchedFile {
        WatchedFile::new(file, Life::new(Verdict::Alive, "made up"))
    }
}

/// What an update has.
#[derive(Debug, Default)]
pub struct Poll {
    pub files: Vec<WatchedFile>,
    pub removed: Vec<WatchedFile>,
    pub errors: Vec<ReadError>,
    pub after_gap: bool,
}

impl Poll {
    pub fn of(files: &[MadeFile]) -> Self {
        Self { files: files.iter().map(MadeFile::watched).collect(), ..Self::default() }
    }

    pub fn removed(mut self, files: &[MadeFile]) -> Self {
        self.removed.extend(files.iter().map(MadeFile::watched));
        self
    }

    /// With files that can't be read.
    pub fn unread(mut self, paths: &[&str]) -> Self {
        self.errors.extend(paths.iter().map(|path| error(path, io::ErrorKind::PermissionDenied)));
        self
    }

    /// With locations that don't exist.
    pub fn not_found(mut self, paths: &[&str]) -> Self {
        self.errors.extend(paths.iter().map(|path| error(path, io::ErrorKind::NotFound)));
        self
    }

    pub fn after_gap(self) -> Self {
        Self { after_gap: true, ..self }
    }
}

fn error(path: &str, kind: io::ErrorKind) -> ReadError {
    ReadError::Io { path: path.into(), source: kind.into() }
}

/// Changes whose updates are one second apart, as far as nothing else is said.
#[derive(Debug, Default)]
pub struct Polled {
    pub changes: Changes,
    pub monotonic: Duration,
    /// By how much the wall clock was set.
    pub set_by: f64,
    is_begun: bool,
}

impl Polled {
    /// Begins with these files.
    pub fn new(baseline: Poll) -> Self {
        let mut polled = Self::default();
        polled.poll(baseline);
        polled
    }

    /// A poll one second later.
    pub fn poll(&mut self, poll: Poll) -> &Changes {
        self.poll_after(Duration::from_secs(1), poll)
    }

    pub fn poll_after(&mut self, elapsed: Duration, poll: Poll) -> &Changes {
        if self.is_begun {
            self.monotonic += elapsed;
        }
        self.is_begun = true;
        let Poll { files, removed, errors, after_gap } = poll;
        let problems = files.iter().filter_map(|watched| watched.file.problem());
        let now = wall(START + self.monotonic.as_secs_f64() + self.set_by);
        let update = UpdateParts {
            files: files.iter().collect(),
            removed: &removed,
            all_errors: errors.iter().chain(problems).collect(),
            after_gap,
            ..UpdateParts::new(self.monotonic, now)
        };
        self.changes.advance(&update.into());
        &self.changes
    }
}

fn wall(time: f64) -> SystemTime {
    let away = Duration::from_secs_f64(time.abs());
    if time < 0.0 { UNIX_EPOCH - away } else { UNIX_EPOCH + away }
}

/// What is new of the stats with this label, by path.
pub fn increases<'a>(changes: &'a Changes, label: &str) -> Vec<(&'a str, Increase)> {
    let of_file = |change: &'a crate::read::FileChange| {
        let increase = change.increase(&change.file().get(label)?)?;
        Some((change.file().path().to_str()?, increase))
    };
    changes.files().iter().filter_map(of_file).collect()
}

/// The same of counters.
pub fn counted<'a>(changes: &'a Changes, label: &str) -> Vec<(&'a str, u64)> {
    let counts = increases(changes, label).into_iter().map(|(path, increase)| match increase {
        Increase::Count(count) => (path, count),
        other => panic!("{other:?}"),
    });
    counts.collect()
}
