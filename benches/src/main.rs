//! Measures what mmstats costs and prints a table: see `README.md`.
//!
//! Arguments are parts of the names of rows and reports; without any, all are measured.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "the limit that the library is measured against")]
mod bare;
mod cases;
mod harness;
#[allow(unsafe_code, reason = "an allocator is unsafe to declare")]
mod heap;
mod reports;
mod stats;
mod table;
mod versions;

use std::env;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cases::{Bench, Comparison, DIRECTORY};
use harness::{Harness, Interrupted};
use table::{Row, Table};

fn main() -> Result<(), Box<dyn Error>> {
    let filters: Vec<String> = env::args().skip(1).collect();
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
    for comparison in cases::all().filter(|comparison| wanted(comparison, &filters)) {
        eprintln!("{} against {}", comparison.operation, comparison.against);
        let result = match (comparison.measure)(&bench) {
            Ok(measurement) => Ok(measurement),
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => Err(error.to_string()),
        };
        let &Comparison { operation, against, asked, .. } = comparison;
        table.0.push(Row { operation, against, asked, result });
    }
    print!("{table}");
    for report in reports::ALL.iter().filter(|report| is_named(report.title, &filters)) {
        eprintln!("{}", report.title);
        let text = match (report.measure)(&bench) {
            Err(error) if error.is::<Interrupted>() => return Err(error),
            result => result.unwrap_or_else(|error| format!("Not measured: {error}\n")),
        };
        println!("\n### {}\n\n{text}", report.title);
    }
    Ok(())
}

fn wanted(comparison: &Comparison, filters: &[String]) -> bool {
    is_named(&format!("{} {}", comparison.operation, comparison.against), filters)
}

fn is_named(name: &str, filters: &[String]) -> bool {
    let name = name.to_lowercase();
    filters.is_empty() || filters.iter().any(|filter| name.contains(&filter.to_lowercase()))
}
