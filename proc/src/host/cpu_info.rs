//! What the first processor is.

use crate::Roots;
use crate::text::{decimal, lines, number, read_number, read_start, shown};

/// The first processor, from the first paragraph of `/proc/cpuinfo`. Each is absent if the machine has no
/// such line; most aren't on ARM.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CpuInfo {
    /// The clock now, in MHz: `cpu MHz`; else the highest that
    /// `/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq` has.
    pub mhz: Option<f64>,
    /// `bogomips` (on ARM `BogoMIPS`): what the kernel's delay loop makes in a microsecond.
    pub bogomips: Option<f64>,
    /// `vendor_id`.
    pub vendor_id: Option<String>,
    /// `cpu family`.
    pub family: Option<String>,
    /// `model`.
    pub model: Option<String>,
    /// `model name`.
    pub model_name: Option<String>,
    /// `cache size`, in KiB.
    pub cache: Option<u64>,
}

/// More than a paragraph has; the kernel makes the file as it is read, and 256 processors have 400 KiB.
const START: usize = 16 << 10;

impl CpuInfo {
    /// What the files have.
    pub fn read(roots: &Roots) -> Self {
        let text = read_start(&roots.proc("cpuinfo"), START).unwrap_or_default();
        let mut cpu = Self::default();
        for line in lines(&text).take_while(|line| !line.trim_ascii().is_empty()) {
            let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
            let (key, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
            match key {
                b"cpu MHz" => cpu.mhz = decimal(value),
                b"bogomips" | b"BogoMIPS" => cpu.bogomips = decimal(value),
                b"vendor_id" => cpu.vendor_id = shown(value),
                b"cpu family" => cpu.family = shown(value),
                b"model" => cpu.model = shown(value),
                b"model name" => cpu.model_name = shown(value),
                b"cache size" => cpu.cache = value.strip_suffix(b" KB").and_then(number),
                _ => {}
            }
        }
        cpu.mhz = cpu.mhz.or_else(|| {
            let khz = read_number(&roots.sys("devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"))?;
            Some(khz as f64 / 1000.0)
        });
        cpu
    }
}
