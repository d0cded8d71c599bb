//! `apmon send`: sends the parameters of its arguments, or those of stdin.

mod lines;
mod parameter;
mod record;
mod stream;

use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use apmon::config::Destination;
use apmon::{ApMon, Counts, RateLimit, Sent};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::plural::counted;

use crate::args::{NAME, SendArguments};
use crate::sender::builder;
use record::{Names, Record};
use stream::{End, Stream};

/// How long the look-up of addresses may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Packets that may wait for each destination: more than one line can give.
const QUEUE: usize = 8_192;

/// Sends, and reports what couldn't be sent.
pub fn run(arguments: &SendArguments) -> Outcome {
    let mut diagnostics = Diagnostics::new(NAME);
    let result = send_all(arguments, &mut diagnostics);
    exit::outcome(result.map_err(|message| escape(&message).into_owned()), &mut diagnostics)
}

fn send_all(arguments: &SendArguments, diagnostics: &mut Diagnostics) -> Result<Outcome, String> {
    let SendArguments { cluster, node, time, parameters, .. } = arguments;
    // Before anything is sent: who mends one of them and tries again would send the others twice.
    let parsed = parameters.iter().map(|text| parameter::parse(text.as_bytes()));
    let parameters = parsed.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    let apmon = start(arguments, diagnostics)?;
    if let Err(error) = apmon.connect(CONNECT_TIMEOUT) {
        let error = error.to_string();
        diagnostics.note(&format_args!("{} after {CONNECT_TIMEOUT:?}", escape(&error)));
    }
    let End { sent, signal } = if arguments.stdin {
        let names = Names { cluster, node };
        let stream = Stream::new(&apmon, names, *time, diagnostics);
        stream.run().map_err(|error| format!("can't read stdin and await signals: {error}"))?
    } else {
        let record = Record { cluster, node, parameters };
        let sent = record.send(&apmon, *time).map_err(|error| error.to_string())?;
        End { sent, signal: None }
    };
    let destinations = apmon.destinations();
    // Waits a second for the rate, and reports how many packets weren't sent.
    let counts = apmon.close();
    if arguments.verbose {
        diagnostics.note(&summary(sent, counts, &destinations));
    }
    let unsent = counts.waiting + counts.not_sent() + counts.returned;
    let left_out = counts.parameters_too_large;
    Ok(match signal {
        Some(signal) => Outcome::Interrupted(signal),
        None if unsent + left_out > 0 || diagnostics.errors() > 0 => Outcome::Failed,
        None => Outcome::Fine,
    })
}

fn summary(sent: Sent, counts: Counts, destinations: &[Destination]) -> String {
    let packets = counted(sent.packets, "packets");
    let parameters = counted(sent.parameters, "parameters");
    let destinations: Vec<_> = destinations.iter().map(ToString::to_string).collect();
    let destinations = destinations.join(", ");
    let (sent, not_sent) = (counts.sent, counts.waiting + counts.not_sent());
    let destinations = escape(&destinations);
    format!("{packets} with {parameters} to {destinations}: {sent} sent, {not_sent} not sent")
}

fn start(arguments: &SendArguments, diagnostics: &Diagnostics) -> Result<ApMon, String> {
    // It sends its parameters, whatever a configuration says about figures.
    let builder = builder(&arguments.sender, diagnostics)?.monitor(false);
    builder.rate_limit(RateLimit::Queue(QUEUE)).start().map_err(|error| error.to_string())
}
