//! The location of a stats file, and the file there or private memory in its place.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::create::{self, CreatedFile};
use super::exit_cleanup::{self, OwnFile, OwnFurtherFiles};
use super::{CreateError, Options, name};
use crate::file::locations::Environment;
use crate::format::Identity;
use crate::memory::{Map, Section, ThisProcess, is_privileged};

/// The directory and the file name, and how files are created there.
#[derive(Clone, Debug)]
pub(super) struct FileLocation {
    directory: PathBuf,
    file_name: String,
    mode: Option<u32>,
    keep: bool,
    process: ThisProcess,
}

impl FileLocation {
    pub(super) fn of<T>(options: &Options<T>, identity: &Identity) -> Result<Self, CreateError> {
        let environment = Environment::of(is_privileged());
        let template = options.filename.clone().or_else(|| environment.file_template());
        let template = template.as_deref().unwrap_or(name::DEFAULT_TEMPLATE);
        let directory = options.path.clone().unwrap_or_else(|| environment.directory_for_writers());
        let directory = name::directory(&directory, identity)?;
        // Absolute, so that changing the working directory has no effect.
        let directory = std::path::absolute(&directory).unwrap_or(directory);
        let file_name = name::file_name(template, identity, || create::longest_name(&directory))?;
        let process = ThisProcess::of_pid(identity.pid);
        let (mode, keep) = (options.mode, options.keep);
        Ok(Self { directory, file_name, mode, keep, process })
    }

    /// Creates and maps a file of these bytes.
    pub(super) fn publish(
        &self,
        image: &[u8],
        further: Option<&Arc<OwnFurtherFiles>>,
    ) -> Result<(Arc<Map>, PublishedFile), CreateError> {
        let CreatedFile { map, path, id } =
            create::create_file(&self.directory, &self.file_name, self.mode, image)?;
        let own = exit_cleanup::register(&path, id, self.keep, self.process);
        Ok((map, PublishedFile(own.with_further(further.cloned()))))
    }

    /// Whether this process may create files there: not one that was forked from it.
    pub(super) fn is_own(&self) -> bool {
        self.process == ThisProcess::get()
    }

    /// Creates private memory of these bytes instead.
    pub(super) fn private_memory(&self, image: &[u8]) -> Result<Arc<Map>, CreateError> {
        let map = Map::private(image.len(), &Section::enter());
        let map = map.map_err(|source| self.failed("find memory for", source))?;
        map.write(0, image);
        Ok(map)
    }

    pub(super) fn failed(&self, step: &'static str, source: io::Error) -> CreateError {
        CreateError::Io { path: self.directory.clone(), step, source }
    }
}

/// The file while it has its name. Dropping this removes the file unless it is kept.
#[derive(Debug)]
pub(super) struct PublishedFile(OwnFile);

impl PublishedFile {
    pub(super) fn own(&self) -> &OwnFile {
        &self.0
    }
}

impl Drop for PublishedFile {
    fn drop(&mut self) {
        exit_cleanup::release(&self.0);
    }
}
