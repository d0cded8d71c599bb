//! Where and how a stats file is created.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use crate::format::Layout;

/// Options for a stats file, created by [`MmStats::options`](crate::MmStats::options), or by
/// [`Options::dynamic`] for stats that are added at run time.
///
/// ```
/// use mmstats::{Counter, MmStats};
///
/// #[derive(MmStats)]
/// struct Jobs {
///     done: Counter,
/// }
///
/// # let directory = tempfile::tempdir()?;
/// let jobs = Jobs::options()
///     .path(directory.path())
///     .filename("{CMD}-{PID}-jobs.mmstats")
///     .prefix("jobs.")
///     .create()?;
/// jobs.done.incr();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until `create`"]
pub struct Options<T = ()> {
    pub(super) name: String,
    pub(super) path: Option<PathBuf>,
    pub(super) filename: Option<String>,
    pub(super) prefix: String,
    pub(super) layout: Layout,
    pub(super) capacity: usize,
    pub(super) keep: bool,
    pub(super) private_memory: bool,
    pub(super) mode: Option<u32>,
    pub(super) default_fields: bool,
    stats: PhantomData<fn() -> T>,
}

/// Free space in a file without a struct: enough for about a hundred fields.
const DYNAMIC_CAPACITY: usize = 16 * 1024;

impl Options<()> {
    /// Options for stats without a struct: [`Published::add`](crate::Published::add) adds each of
    /// them at run time.
    ///
    /// The name is the struct name in the file's identity and in `{STRUCT}`. By default there is
    /// space for about a hundred stats: see [`capacity`](Self::capacity).
    ///
    /// ```
    /// use mmstats::{Counter, Field, Options};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// let stats = Options::dynamic("Queues").path(directory.path()).create()?;
    /// let mails: Counter = stats.add(Counter::named("queue.mail").unit("mails"))?;
    /// mails.incr();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dynamic(name: impl Into<String>) -> Self {
        Self::new(name, "").capacity(DYNAMIC_CAPACITY)
    }
}

impl<T> Options<T> {
    pub(super) fn new(name: impl Into<String>, prefix: &str) -> Self {
        Self {
            name: name.into(),
            path: None,
            filename: None,
            prefix: prefix.to_owned(),
            layout: Layout::default(),
            capacity: 0,
            keep: false,
            private_memory: false,
            mode: None,
            default_fields: true,
            stats: PhantomData,
        }
    }

    /// The directory of the file, which must exist. May contain the placeholders of
    /// [`filename`](Self::filename). Text that only looks like one, such as `{x}`, may be part of
    /// its name.
    ///
    /// Default: `$MMSTATS_PATH`, else `/dev/shm` where it is a writable tmpfs, else the temporary
    /// directory. A disk below it costs no more on average, but a store may wait hundreds of
    /// milliseconds while the kernel writes the page back.
    pub fn path(mut self, directory: impl AsRef<Path>) -> Self {
        self.path = Some(directory.as_ref().to_path_buf());
        self
    }

    /// The template of the file name, with the placeholders `{CMD}` (the program's file name),
    /// `{PID}`, `{TID}`, `{HOST}`, `{STRUCT}` and the older `%PID%`, `%TID%`.
    ///
    /// Default: `$MMSTATS_FILES`, else `{CMD}-{PID}-{TID}.mmstats`. If a file that isn't proven
    /// dead has the name, `-2`, `-3` … is inserted before the suffix. Leading dots are left out, as
    /// readers don't find such files. A name that is too long for the file system is shortened,
    /// except for its ids and its suffix.
    pub fn filename(mut self, template: impl Into<String>) -> Self {
        self.filename = Some(template.into());
        self
    }

    /// The prefix of every label, including those of the default fields.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The layout of values. The original's tools can read the default, too.
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Free space in bytes for fields that [`Published::add`](crate::Published::add) adds later. A
    /// counter with a short label takes about 100 bytes. The rest of the last page is also free.
    pub fn capacity(mut self, bytes: usize) -> Self {
        self.capacity = bytes;
        self
    }

    /// Whether to keep the file when the stats are dropped and when the process ends. By default it
    /// is removed.
    pub fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }

    /// If no file can be created, publishes to private memory instead of failing: the program runs
    /// on, and nobody sees its stats. [`Published::path`](crate::Published::path) is then `None`,
    /// and [`Published::problem`](crate::Published::problem) and
    /// [`PerThread::problem`](crate::PerThread::problem) say why. The gauge `sys.unpublished` in
    /// the process's existing files has the number of threads whose stats nobody sees.
    ///
    /// With [`per_thread!`](crate::per_thread) this isn't final: a thread that takes over stats in
    /// private memory from one that has ended tries again to create their file, with the options at
    /// that time. The file then has what was counted meanwhile.
    ///
    /// Invalid declarations and templates are still errors.
    pub fn or_private_memory(mut self) -> Self {
        self.private_memory = true;
        self
    }

    /// The file's permissions. By default everyone may read it and nobody may write it (`0o444`
    /// less the umask): otherwise another process could truncate it under the writer.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Whether the file begins with the default fields: `sys.pid`, `sys.tid`, `sys.uid`,
    /// `sys.gid`, `sys.created`, `org.rust.version` and, in an aligned layout, `sys.unpublished`.
    /// The default is `true`.
    pub fn default_fields(mut self, default_fields: bool) -> Self {
        self.default_fields = default_fields;
        self
    }
}
