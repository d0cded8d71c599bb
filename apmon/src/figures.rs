//! What hosts and jobs do, by the names of the originals.

mod disk;
mod general;
mod host;
mod job;
mod list;
mod sampler;
#[cfg(test)]
mod tests;

pub(crate) use general::general;
pub(crate) use host::HostFigures;
pub(crate) use job::JobFigures;
pub(crate) use list::List;
pub use sampler::HostSampler;
