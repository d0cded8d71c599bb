//! Figures of the host.

use apmon::params;
use mmstats_testing::figures::FigureReceiver;

use crate::builder;

#[test]
fn rates_need_a_second_sample_and_every_second_packet_has_the_general_figures() {
    let receiver = FigureReceiver::start();
    let builder = builder(&receiver).option("sys_interval", "1").unwrap().monitor(true);
    let apmon = builder.start().unwrap();
    apmon.set_host("Tier2_Nodes", "wn001");
    let packets = [0; 3].map(|_| receiver.next_of("wn001"));
    let with = |name: &str| packets.each_ref().map(|packet| packet.has(name));
    assert_eq!(with("load1"), [true, true, true]);
    assert_eq!(with("context_switches_R"), [false, true, true]);
    assert_eq!(with("kernel_version"), [true, false, true]);
    assert!(packets.iter().all(|packet| packet.cluster == "Tier2_Nodes"));
}

#[test]
fn the_host_has_its_own_names_at_first_and_packets_keep_theirs() {
    let receiver = FigureReceiver::start();
    let apmon = builder(&receiver).cluster("Shop").node("web-1").start().unwrap();
    apmon.monitor_now();
    let host = receiver.next();
    assert_eq!((host.cluster.as_str(), &host.node), ("ApMon_SysMon", &host.texts["hostname"]));
    apmon.send(params!["n" => 1]).unwrap();
    let own = receiver.next();
    assert_eq!((own.cluster.as_str(), own.node.as_str()), ("Shop", "web-1"));
}

#[test]
fn what_is_turned_off_is_sent_on_demand_only() {
    let receiver = FigureReceiver::start();
    let builder = builder(&receiver).option("sys_interval", "1").unwrap().monitor(true);
    let apmon = builder.start().unwrap();
    assert!(receiver.next().has("load1"));
    apmon.monitor(false);
    // The thread may have been about to send; it notices before it serves a request.
    apmon.monitor_now();
    let waiting = receiver.waiting().len();
    assert!((1..=2).contains(&waiting), "{waiting}");
    apmon.monitor_now();
    assert_eq!(receiver.waiting().len(), 1);
}

#[test]
fn options_of_the_program_turn_figures_off() {
    let receiver = FigureReceiver::start();
    let off = ["general_info", "extras", "sys_load1", "sys_processes"];
    let builder = off
        .into_iter()
        .try_fold(builder(&receiver), |builder, option| builder.option(option, "off"));
    let apmon = builder.unwrap().start().unwrap();
    apmon.monitor_now();
    let host = receiver.next();
    for (name, expected) in [
        ("hostname", false),
        ("cgroup_memory", false),
        ("load1", false),
        ("processes", false),
        ("load5", true),
    ] {
        assert_eq!(host.has(name), expected, "{name}");
    }
}
