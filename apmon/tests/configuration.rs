//! Lines of configuration: which are used and what is said about the others.

use std::time::Duration;

use apmon::config::{Configuration, Destination, Group, Level, Options};

const EVERY_OPTION: &[u8] = include_bytes!("data/every-option.conf");
const EVERY_BAD_LINE: &[u8] = include_bytes!("data/every-bad-line.conf");
const EXPECTED: &str = include_str!("data/every-bad-line.txt");

#[track_caller]
fn parse(text: &str) -> Configuration {
    Configuration::parse("f", text.as_bytes())
}

/// The options of lines of which all are right.
#[track_caller]
fn options(text: &str) -> Options {
    let configuration = parse(text);
    assert_eq!(configuration.problems, []);
    configuration.options
}

#[track_caller]
fn destinations(text: &str) -> Vec<String> {
    parse(text).destinations.iter().map(ToString::to_string).collect()
}

#[test]
fn a_destination_has_host_port_and_password() {
    for (text, host, port, password) in [
        ("ml.example.org", "ml.example.org", 8_884, ""),
        ("ml.example.org:1", "ml.example.org", 1, ""),
        (" \tml.example.org:65535 \t pass:word=#1\t", "ml.example.org", 65_535, "pass:word=#1"),
        ("192.0.2.7 pw", "192.0.2.7", 8_884, "pw"),
        ("[2001:DB8:0::7] pw", "2001:db8::7", 8_884, "pw"),
        ("[::ffff:192.0.2.7]:80", "::ffff:192.0.2.7", 80, ""),
        ("[fe80::1%eth0.5]:80 größe", "fe80::1%eth0.5", 80, "größe"),
        // The C++ original sends nothing if a password has more than 15 bytes.
        (
            "my_host-1 0123456789abcdef0123456789abcdef",
            "my_host-1",
            8_884,
            "0123456789abcdef0123456789abcdef",
        ),
    ] {
        let destination: Destination = text.parse().unwrap();
        assert_eq!((&*destination.host, destination.port), (host, port), "{text}");
        assert_eq!(destination.password.reveal(), password, "{text}");
        let shown = format!("{destination} {destination:?}");
        assert!(password.is_empty() || !shown.contains(password), "{shown}");
        // What is shown can be read again, and is the same.
        let again: Destination = format!("{destination} {password}").parse().unwrap();
        assert_eq!(again, destination);
    }
    for text in [
        "",
        " ",
        "host:00000000000000000000",
        "host:１",
        "[::1]x",
        "[::1]:",
        "a b c",
        "::1",
        "[[::1]]",
    ] {
        text.parse::<Destination>().unwrap_err();
    }
}

#[test]
fn no_error_shows_a_password() {
    let password = "hunter2";
    for address in
        ["a:0", "a:65536", "a:b:c", ":1", "[::1", "[::1]1", "[a]", "::1", "http://a/", "a=b", "é,"]
    {
        let line = format!("{address} {password}");
        let error = line.parse::<Destination>().unwrap_err().to_string();
        let problems = parse(&line).problems;
        assert!(
            !error.contains(password) && !format!("{problems:?}").contains(password),
            "{error}"
        );
        assert_eq!(problems[0].text, address);
    }
    let third = format!("a {password} {password}");
    assert!(!format!("{:?}", parse(&third)).contains(password));
    assert!(!format!("{:?}", third.parse::<Destination>()).contains(password));
    let invalid = [third.as_bytes(), b"\xff"].concat();
    assert!(!format!("{:?}", Configuration::parse("f", &invalid)).contains(password));
    let long = format!("a {password}{}", "x".repeat(4_096));
    assert!(!format!("{:?}", parse(&long)).contains(password));
}

#[test]
fn every_option_is_known() {
    let Configuration { destinations, options, problems, .. } =
        Configuration::parse("f", EVERY_OPTION);
    assert_eq!(problems, []);
    assert_eq!(destinations.len(), 5);
    assert_eq!(options, Options::default());
    let text = str::from_utf8(EVERY_OPTION).unwrap();
    for (name, value) in options.entries() {
        let line = format!("xApMon_{name} = {value}");
        assert_eq!(text.lines().filter(|it| *it == line).count(), 1, "{line}");
    }
}

#[test]
fn every_bad_line_is_reported_and_the_rest_is_used() {
    let Configuration { destinations, options, problems, .. } =
        Configuration::parse("f", EVERY_BAD_LINE);
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let expected: Vec<_> = EXPECTED.lines().map(|line| format!("f:{line}")).collect();
    assert_eq!(lines, expected);
    for problem in &problems {
        let is_notice = (50..=59).contains(&problem.line);
        assert_eq!(problem.level, if is_notice { Level::Notice } else { Level::Warning });
        assert!(!problem.to_string().contains("secret"), "{problem}");
    }
    assert_eq!(destinations.len(), 100);
    let mut expected = Options::default();
    expected.set("recheck_interval", "30").unwrap();
    assert_eq!(options, expected);
}

#[test]
fn values_may_be_spelled_in_several_ways() {
    for word in ["OFF", "off", "Off", "false", "NO", "0"] {
        assert!(!options(&format!("xApMon_sys_monitoring={word}")).system.enabled, "{word}");
    }
    for word in ["ON", "on", "True", "yes", "1"] {
        let text = format!("xApMon_extras = off\n\t xApMon_extras\t=  {word}  \r\n");
        assert!(options(&text).extras, "{word}");
    }
    assert_eq!(options("xApMon_loglevel = finest").level, Level::Debug);
    assert_eq!(options("\u{feff}xApMon_maxMsgSize = 8192").max_size, 8_192);
}

#[test]
fn a_switch_is_of_one_figure_also_by_its_older_name() {
    for (older, current) in [
        ("sys_pages_in", "blocks_in_R"),
        ("sys_pages_out", "blocks_out_R"),
        ("sys_blocks_in", "blocks_in_R"),
        ("sys_blocks_out", "blocks_out_R"),
        ("sys_swap_in", "swap_in_R"),
        ("sys_swap_out", "swap_out_R"),
        ("sys_interrupts", "interrupts_R"),
        ("sys_context_switches", "context_switches_R"),
        ("sys_load5", "load5"),
    ] {
        let off: Vec<_> = options(&format!("xApMon_{older} = off")).switches.off().collect();
        assert_eq!(off, [(Group::Host, current)], "{older}");
    }
    let switches = options("xApMon_job_rss = off\nxApMon_ip = off").switches;
    assert!(!switches.is_on(Group::Job, "rss") && !switches.is_on(Group::General, "ip"));
    assert!(switches.is_on(Group::Job, "virtualmem") && switches.is_on(Group::Host, "rss"));
}

#[test]
fn counts_of_originals_are_ignored() {
    let text =
        "xApMon_sys_data_sent = maybe\nxApMon_job_data_sent = 0\nxApMon_general_data_sent = 1";
    assert_eq!(options(text), Options::default());
}

#[test]
fn options_go_with_all_destinations_wherever_they_stand() {
    let before = parse("xApMon_maxMsgRate = 5\na\nb");
    let behind = parse("a\nb\nxApMon_maxMsgRate = 5");
    assert_eq!(before, behind);
    assert_eq!((before.destinations.len(), before.options.max_rate), (2, 5));
}

/// Python waits for the smaller of 30 s and the interval.
#[test]
fn sources_are_never_read_again_sooner_than_in_30_s() {
    for (seconds, expected) in [(1, 30), (29, 30), (30, 30), (31, 31), (3_600, 3_600)] {
        let text = format!("xApMon_recheck_interval = {seconds}");
        let recheck = parse(&text).options.recheck;
        assert_eq!(recheck, Some(Duration::from_secs(expected)));
        // Whichever comes first.
        let off = "xApMon_conf_recheck = off";
        assert_eq!(parse(&format!("{text}\n{off}")).options.recheck, None);
        assert_eq!(parse(&format!("{off}\n{text}")).options.recheck, None);
        let again = format!("{off}\n{text}\nxApMon_conf_recheck = on");
        assert_eq!(parse(&again).options.recheck, recheck);
    }
}

/// In Python any word but `off` is on, even 0, and a bad rate throws the file away.
#[test]
fn a_bad_value_changes_nothing() {
    let text = "xApMon_extras = nope\nxApMon_maxMsgRate = x\na\nxApMon_sys_interval = 60\n";
    let Configuration { destinations, options, problems, .. } = parse(text);
    assert_eq!((destinations.len(), problems.len()), (1, 2));
    assert!(options.extras);
    assert_eq!((options.max_rate, options.system.interval.as_secs()), (20, 60));
}

/// C++ divides by zero if the rate is below 10.
#[test]
fn a_low_rate_is_a_rate() {
    assert_eq!(options("xApMon_maxMsgRate = 1").max_rate, 1);
}

/// C++ and Java take one destination an address.
#[test]
fn two_ports_of_a_host_are_two_destinations() {
    assert_eq!(destinations("a:1\na:2\nA:1 pw\n[::1]\n[0:0::1]\n"), ["a:1", "a:2", "[::1]:8884"]);
}

#[test]
fn comments_may_have_any_bytes_and_length() {
    let comment = [b"  # caf\xe9 ".as_slice(), &[b'x'; 10_000], b"\r\n\t \n#\na"].concat();
    let configuration = Configuration::parse("f", &comment);
    assert_eq!((configuration.destinations.len(), configuration.problems.len()), (1, 0));
}

#[test]
fn the_longest_line_is_used() {
    let line = |bytes: usize| format!("  a {}  ", "x".repeat(bytes - 2));
    assert_eq!(parse(&line(4_096)).destinations[0].password.reveal().len(), 4_094);
    assert_eq!(parse(&line(4_097)).destinations, []);
}

#[test]
fn a_file_of_bad_lines_takes_little_memory() {
    let text = "xApMon_a=\u{1}\n".repeat(100_000);
    let problems = parse(&text).problems;
    assert_eq!(problems.len(), 1_001);
    let shown: usize = problems.iter().map(|it| it.to_string().len()).sum();
    assert!(shown < 200_000, "{shown}");
    assert_eq!(problems[1_000].to_string(), "f: 99000 more lines like these");
    assert_eq!(problems[1_000].level, Level::Warning);
    let notices = parse(&"xApMon_db12 = on\n".repeat(1_002)).problems;
    assert_eq!(notices[1_000].level, Level::Notice);
    let mixed = "b:0\n".repeat(1_001) + "xApMon_db12 = on\n";
    assert_eq!(parse(&mixed).problems[1_000].level, Level::Warning);
}
