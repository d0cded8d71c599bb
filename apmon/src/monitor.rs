//! Sends figures of the host and of jobs from the background.

//  ApMon  --->  Background  --->  Shared  <---  Worker     a thread
//                                   |             |
//  JobHandle ----------^         requests      Schedule, figures, Sender

mod background;
mod job;
mod schedule;
mod shared;
mod worker;

pub(crate) use background::Background;
pub use job::{Job, JobError, JobHandle};
pub use schedule::Schedule;
