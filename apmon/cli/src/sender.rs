//! Builds the sender of a command.

use std::env::{self, VarError};

use apmon::config::{Destination, Password};
use apmon::{ApMon, Builder};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;

use crate::args::{FigureArguments, NAME, SenderArguments};
use crate::password_file;

/// The password for destinations of the arguments.
const PASSWORD: &str = "APMON_PASSWORD";

/// A builder with the destinations, or files that have them. What goes wrong later is reported on stderr.
///
/// # Errors
///
/// Returns a message if a password can't be read.
pub fn builder(arguments: &SenderArguments, diagnostics: &Diagnostics) -> Result<Builder, String> {
    let mut builder = ApMon::builder()
        .config(&arguments.config)
        .on_error(|report| Diagnostics::new(NAME).note(&escape(&report.to_string())));
    if !arguments.destination.is_empty() {
        let password = password(arguments, diagnostics)?;
        for destination in arguments.destination.iter().cloned() {
            let password = password.clone();
            builder = builder.with_destination(Destination { password, ..destination });
        }
    }
    if let Some(packets) = arguments.max_rate {
        builder = builder.max_rate(packets);
    }
    Ok(builder)
}

/// The same with options about figures.
///
/// # Errors
///
/// Returns a message if an option is wrong.
pub fn with_options(mut builder: Builder, arguments: &FigureArguments) -> Result<Builder, String> {
    for (name, value) in arguments.options() {
        builder = builder.option(name, &value).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(builder)
}

fn password(arguments: &SenderArguments, diagnostics: &Diagnostics) -> Result<Password, String> {
    if let Some(path) = &arguments.password_file {
        return password_file::read(path, diagnostics);
    }
    match env::var(PASSWORD) {
        Ok(password) => Ok(password.as_str().into()),
        Err(VarError::NotPresent) => Ok(Password::default()),
        Err(VarError::NotUnicode(_)) => Err(format!("{PASSWORD}: not UTF-8")),
    }
}
