//! The libraries that we measure against, and their versions from `Cargo.lock`.

const PEERS: [&str; 7] = [
    "histogram",
    "hornet",
    "metrics",
    "metriken",
    "opentelemetry",
    "prometheus",
    "prometheus-client",
];

/// Each peer's name and version.
pub fn peers() -> String {
    PEERS.map(|name| format!("{name} {}", version(name).unwrap_or("?"))).join(", ")
}

fn version(name: &str) -> Option<&'static str> {
    let lock = include_str!("../Cargo.lock");
    let (_, package) = lock.split_once(&format!("\nname = \"{name}\"\nversion = \""))?;
    package.split('"').next()
}
