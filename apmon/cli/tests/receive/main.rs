//! `apmon receive` as a process: what it shows, rejects, counts and survives.

mod conventions;
mod flood;
mod ipv4;
mod kernel_drops;
mod loss;
mod metrics;
mod packets;
mod publish;
mod receiver;
mod rejected;
mod shown;
mod site;
mod stdout;
