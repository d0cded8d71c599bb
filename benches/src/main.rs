//! Measures what mmstats costs and prints a table: see `README.md`.
//!
//! Arguments are parts of the names of rows and reports; without any, all are measured. Exits with 1
//! if an argument matches no name, or if a row misses its target or can't be measured.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "the limit that the library is measured against")]
mod bare;
mod cases;
mod harness;
#[allow(unsafe_code, reason = "an allocator is unsafe to declare")]
mod heap;
mod recording;
mod reports;
mod stats;
mod table;
mod versions;

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cases::{Bench, Comparison, DIRECTORY};
use harness::{Harness, Interrupted, Skipped};
use reports::Text;
use table::{Row, Table, Unmeasured};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let filters: Vec<String> = env::args().skip(1).collect();
    if let Some(filter) = filters.iter().find(|filter| !matches_any(filter)) {
        eprintln!("no row or report has {filter:?} in its name");
        return Ok(ExitCode::FAILURE);
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))?;
    }
    // In memory, where stats files are; and not under a name that the tools look for.
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_path_buf() } else { env::temp_dir() };
    let directory = tempfile::Builder::new().prefix("bench-").tempdir_in(parent)?;
    let path = DIRECTORY.get_or_init(|| directory.path().to_path_buf());

    let harness = Harness::new(interrupted);
    println!(
        "The harness's own share is {:.3} ns an operation, and is not subtracted.",
        harness.floor()
    );
    println!("Measured against {}.\n", versions::peers());
    let bench = Bench { harness: &harness, directory: path };
    let mut table = Table::default();
    for comparison in cases::all().filter(|comparison| wanted(&comparison.name(), &filters)) {
        eprintln!("{} against {}", comparison.operation, comparison.against.name());
        let result = match (comparison.measure)(&bench) {
            Ok(measurement) => Ok(measurement),
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) if error.is::<Skipped>() => Err(Unmeasured::Skipped(error.to_string())),
            Err(error) => Err(Unmeasured::Failed(error.to_string())),
        };
        let &Comparison { operation, against, asked, .. } = comparison;
        table.0.push(Row { operation, against, asked, result });
    }
    print!("{table}");
    let mut failed = table.0.iter().any(Row::fails);
    for report in reports::ALL.iter().filter(|report| wanted(report.title, &filters)) {
        eprintln!("{}", report.title);
        let text = match (report.measure)(&bench) {
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => {
                failed = true;
                format!("Not measured: {error}\n")
            }
            Ok(Text { text, holds }) => {
                failed |= !holds;
                text
            }
        };
        println!("\n### {}\n\n{text}", report.title);
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn wanted(name: &str, filters: &[String]) -> bool {
    filters.is_empty() || filters.iter().any(|filter| has(name, filter))
}

fn has(name: &str, filter: &str) -> bool {
    name.to_lowercase().contains(&filter.to_lowercase())
}

fn matches_any(filter: &str) -> bool {
    cases::all().any(|comparison| has(&comparison.name(), filter))
        || reports::ALL.iter().any(|report| has(report.title, filter))
}
