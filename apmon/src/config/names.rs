//! The names of options, and which one was probably meant.

/// What stands before every name in a file.
pub const PREFIX: &str = "xApMon_";

/// Options that aren't figures.
const GENERAL_OPTIONS: [&str; 11] = [
    "loglevel",
    "maxMsgRate",
    "maxMsgSize",
    "conf_recheck",
    "recheck_interval",
    "sys_monitoring",
    "sys_interval",
    "job_monitoring",
    "job_interval",
    "general_info",
    "extras",
];

/// One figure each of the host; options have `sys_` before them.
pub const HOST: [&str; 36] = [
    "blocks_in_R",
    "blocks_out_R",
    "cgroup",
    "context_switches_R",
    "cpu_idle",
    "cpu_iowait",
    "cpu_irq",
    "cpu_nice",
    "cpu_softirq",
    "cpu_steal",
    "cpu_sys",
    "cpu_usage",
    "cpu_usr",
    "interrupts_R",
    "load1",
    "load15",
    "load5",
    "mem_actualfree",
    "mem_buffers",
    "mem_cached",
    "mem_free",
    "mem_usage",
    "mem_used",
    "net_errs",
    "net_in",
    "net_out",
    "net_sockets",
    "net_tcp_details",
    "pressure",
    "processes",
    "swap_free",
    "swap_in_R",
    "swap_out_R",
    "swap_usage",
    "swap_used",
    "uptime",
];

/// The figures that a host has once; options have their names.
pub const GENERAL: [&str; 15] = [
    "bogomips",
    "cpu_MHz",
    "cpu_cache",
    "cpu_family",
    "cpu_model",
    "cpu_model_name",
    "cpu_vendor_id",
    "hostname",
    "ip",
    "kernel_version",
    "no_CPUs",
    "os_type",
    "platform",
    "total_mem",
    "total_swap",
];

/// One figure each of a job; options have `job_` before them.
pub const JOB: [&str; 20] = [
    "cgroup_memory",
    "cgroup_memory_limit",
    "cgroup_oom_kills",
    "cpu_time",
    "cpu_usage",
    "disk_free",
    "disk_total",
    "disk_usage",
    "disk_used",
    "instant_cpu_usage",
    "mem_usage",
    "open_files",
    "page_faults_maj",
    "page_faults_min",
    "processes",
    "rss",
    "run_time",
    "threads",
    "virtualmem",
    "workdir_size",
];

/// Names of older originals, and today's.
const OLDER: [(&str, &str); 8] = [
    ("sys_blocks_in", "sys_blocks_in_R"),
    ("sys_blocks_out", "sys_blocks_out_R"),
    ("sys_context_switches", "sys_context_switches_R"),
    ("sys_interrupts", "sys_interrupts_R"),
    ("sys_pages_in", "sys_blocks_in_R"),
    ("sys_pages_out", "sys_blocks_out_R"),
    ("sys_swap_in", "sys_swap_in_R"),
    ("sys_swap_out", "sys_swap_out_R"),
];

/// Options of originals that have no effect, and why.
const WITHOUT_EFFECT: [(&str, &str); 9] = [
    ("auto_disable", "figures that can't be read are left out, and come back when they can"),
    ("db12", BENCHMARKS),
    ("ipv6", "part of xApMon_ip"),
    ("job_cpu_db12", BENCHMARKS),
    ("job_cpu_ksi2k", BENCHMARKS),
    ("job_run_db12", BENCHMARKS),
    ("job_run_ksi2k", BENCHMARKS),
    ("ksi2k_factor", BENCHMARKS),
    ("sys_cpu_guest", "part of xApMon_sys_cpu_usr"),
];

const BENCHMARKS: &str = "times aren't scaled by benchmarks";

/// Today's name for one that may be older.
pub fn current(name: &str) -> &str {
    OLDER.iter().find(|(older, _)| *older == name).map_or(name, |(_, current)| *current)
}

/// Why a known option has no effect.
pub fn without_effect(name: &str) -> Option<&'static str> {
    WITHOUT_EFFECT.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason)
}

/// All names with an effect, in use today.
pub fn all() -> impl Iterator<Item = String> {
    let with = |prefix: &'static str, names: &'static [&str]| {
        names.iter().map(move |name| format!("{prefix}{name}"))
    };
    with("", &GENERAL_OPTIONS)
        .chain(with("sys_", &HOST))
        .chain(with("job_", &JOB))
        .chain(with("", &GENERAL))
}

/// The known name that is nearest to a wrong one, if a third of its characters or fewer differ. Case
/// doesn't matter here.
pub fn nearest(wrong: &str) -> Option<String> {
    // Longer than each name, and short enough for a table.
    let wrong: Vec<u8> = wrong.bytes().take(40).map(|byte| byte.to_ascii_lowercase()).collect();
    let near = |name: String| {
        let distance = distance(&wrong, name.to_ascii_lowercase().as_bytes());
        (distance <= name.len() / 3).then_some((distance, name))
    };
    all().filter_map(near).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// How many bytes have to be changed, added or removed to make one of the other (Levenshtein).
fn distance(one: &[u8], other: &[u8]) -> usize {
    // The distances between what was seen of `one` and each beginning of `other`.
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (position, byte) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = position + 1;
        for (column, of_other) in other.iter().enumerate() {
            let changed = diagonal + usize::from(byte != of_other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        for (wrong, expected) in [
            ("sys_cpu_user", Some("sys_cpu_usr")),
            ("maxmsgrate", Some("maxMsgRate")),
            ("recheck_intervall", Some("recheck_interval")),
            ("no_cpus", Some("no_CPUs")),
            ("job_page_fault_min", Some("job_page_faults_min")),
            ("ups", None),
            ("", None),
            (&"x".repeat(4_000), None),
        ] {
            assert_eq!(nearest(wrong).as_deref(), expected, "{wrong}");
        }
        assert_eq!(distance(b"kitten", b"sitting"), 3);
        assert_eq!(distance(b"", b"abc"), 3);
    }

    #[test]
    fn each_name_stands_once() {
        let mut names: Vec<_> = all().collect();
        names.extend(OLDER.map(|(name, _)| name.to_owned()));
        names.extend(WITHOUT_EFFECT.map(|(name, _)| name.to_owned()));
        let unique: HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        for (older, current) in OLDER {
            assert!(names.contains(&current.to_owned()), "{older}");
        }
    }
}
