//! Command names may hold anything, so that a line of `/proc/PID/stat` has no words to count.

use mmstats_testing::kernel_files::Fixture;

use super::expected::check;
use super::machine::Machine;

/// Pid, name, state and parent.
const PROCESSES: [(u32, &str, char, u32); 7] = [
    (10, "a b  c", 'S', 1),
    (11, "x) Z 1 1 (y", 'R', 10),
    (12, "\n12 (fake) D 1 1", 'S', 10),
    (13, ") T 1 (", 'D', 12),
    (14, "", 'T', 13),
    (15, "((()", 'T', 13),
    (16, "16 (S 10 ", 'Z', 1),
];

/// Each used 1 s and has a thread, 1,000 KiB of 2,000, and 11 page faults.
fn machine() -> Machine {
    let files = Fixture::empty();
    files.write("proc/uptime", "1000.00 1.00\n");
    files.write("proc/meminfo", "MemTotal: 600000 kB\n");
    for (pid, name, state, parent) in PROCESSES {
        files.write(
            &format!("proc/{pid}/stat"),
            format!(
                "{pid} ({name}) {state} {parent} 1 1 0 -1 0 10 0 1 0 60 40 0 0 20 0 1 0 50000 0\n"
            ),
        );
        let name = name.replace('\n', "\\n");
        files.write(
            &format!("proc/{pid}/status"),
            format!("Name:\t{name}\nVmSize:\t    2000 kB\nVmRSS:\t    1000 kB\n"),
        );
    }
    for descriptor in ["0", "1"] {
        files.write(&format!("proc/10/fd/{descriptor}"), "");
    }
    Machine::new(files)
}

#[test]
fn names_change_no_figure() {
    let mut machine = machine();
    check("hostile-names", &machine.host());
    check("hostile-names-job", &machine.sample(&mut machine.job(10)));
}
