//! The name of this host.

use std::fs;

use nix::unistd::gethostname;

/// The full name of this host, as far as that is known without a name service: the host's name, or, if
/// that has no domain, the name that `/etc/hosts` puts first where it has the host's.
pub(super) fn full_name() -> String {
    let name = gethostname().unwrap_or_default().to_string_lossy().into_owned();
    let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
    in_hosts(&name, &hosts).unwrap_or(name)
}

fn in_hosts(name: &str, hosts: &str) -> Option<String> {
    if name.contains('.') {
        return None;
    }
    hosts.lines().find_map(|line| {
        let line = line.split('#').next()?;
        let mut names = line.split_ascii_whitespace().skip(1);
        let first = names.next()?;
        let has_it = first == name || names.any(|other| other == name);
        (has_it && first.contains('.')).then(|| first.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_the_host_s_line_is_the_full_one() {
        let hosts = "127.0.0.1 localhost\n# 10.0.0.1 web-1.old web-1\n\
                     192.0.2.1\tweb-1.example.org web-1 # this\n192.0.2.2 web-2\n";
        assert_eq!(in_hosts("web-1", hosts).as_deref(), Some("web-1.example.org"));
        assert_eq!(in_hosts("web-2", hosts), None);
        assert_eq!(in_hosts("localhost", hosts), None);
        assert_eq!(in_hosts("web-1.example.com", hosts), None);
    }
}
