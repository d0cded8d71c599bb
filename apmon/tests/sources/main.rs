//! Where configuration is read from: files and servers in every state.

mod files;
#[cfg(feature = "http")]
mod server;
mod several;
#[cfg(feature = "http")]
mod urls;

use std::path::Path;

use apmon::config::{Configuration, LoadError, Source, Sources};

fn sources(texts: &[&str]) -> Sources {
    texts.iter().map(|text| text.parse::<Source>().unwrap()).collect()
}

#[track_caller]
fn load_from(path: &Path) -> Result<Configuration, LoadError> {
    Sources::from_iter([Source::File(path.to_owned())]).load()
}

fn hosts(configuration: &Configuration) -> Vec<&str> {
    configuration.destinations.iter().map(|destination| &*destination.host).collect()
}
