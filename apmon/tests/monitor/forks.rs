//! A forked child has neither its parent's jobs nor the host's figures, until it asks for some.

use std::process;

use apmon::Job;
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::figures::FigureReceiver;
use mmstats_testing::os::fork::in_child;

use crate::builder;

#[test]
#[ignore = "a program that the tests start"]
fn program() {
    play(|_| {
        let receiver = FigureReceiver::start();
        let apmon = builder(&receiver).monitor(true).start().unwrap();
        apmon.set_host("Tier2_Nodes", "wn001");
        let job = apmon.add_job(process::id(), Job::new("Jobs", "of the parent")).unwrap();
        apmon.monitor_now();
        let of_parent = receiver.waiting();
        assert_eq!(of_parent.len(), 2);
        let mut handle = Some(job);
        let code = in_child(|| {
            // It is its parent's.
            drop(handle.take());
            let own = apmon.add_job(process::id(), Job::new("Jobs", "of the child")).unwrap();
            apmon.monitor_now();
            own.finish([]);
            true
        });
        assert_eq!(code, 0);
        let of_child = receiver.waiting();
        let nodes: Vec<_> = of_child.iter().map(|packet| packet.node.as_str()).collect();
        assert_eq!(nodes, ["wn001", "of the child", "of the child"]);
        assert!(of_child.iter().all(|packet| packet.instance != of_parent[0].instance));
        // The parent's goes on.
        apmon.monitor_now();
        assert_eq!(receiver.waiting().len(), 2);
        let code = in_child(|| true);
        assert_eq!((code, receiver.waiting().len()), (0, 0));
        "done".to_owned()
    });
}

#[test]
#[ignore = "a program that the tests start"]
fn often() {
    play(|_| {
        let receiver = FigureReceiver::start();
        let builder = builder(&receiver).option("sys_interval", "1").unwrap().monitor(true);
        let apmon = builder.option("job_interval", "1").unwrap().start().unwrap();
        let of_parent = receiver.next().instance;
        let code = in_child(|| {
            let _own = apmon.add_job(process::id(), Job::new("Jobs", "of the child")).unwrap();
            let of_child = (0..).map(|_| receiver.next()).filter(|it| it.instance != of_parent);
            // A second passes.
            of_child.take(3).all(|packet| packet.node == "of the child")
        });
        assert_eq!(code, 0);
        "done".to_owned()
    });
}

#[test]
fn a_child_monitors_what_it_asks_for() {
    let mut actor = Actor::start("forks::program");
    assert_eq!(actor.ask(""), "done");
}

#[test]
fn a_child_with_a_job_does_not_send_the_host_s_figures() {
    let mut actor = Actor::start("forks::often");
    assert_eq!(actor.ask(""), "done");
}
