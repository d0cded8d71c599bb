//! Limits of containers and of jobs.

use mmstats_proc::host::Limits;
use mmstats_proc::process::{JobCgroup, Table, Tree};
use mmstats_testing::kernel_files::{Fixture, stat_line};

fn limits(fixture: &Fixture) -> Limits {
    Limits::read(&fixture.roots())
}

#[test]
fn the_tightest_limit_around_a_container_holds() {
    let container = Fixture::new("container");
    let pod =
        Limits { memory: Some(262_144_000), memory_limit: Some(536_870_912), cpu_limit: Some(1.5) };
    assert_eq!(limits(&container), pod);
    container.write("sys/fs/cgroup/kubepods/pod7/app/memory.max", "2048\n");
    container.write("sys/fs/cgroup/kubepods/pod7/app/cpu.max", "50000 100000\n");
    let own = Limits { memory: Some(1000), memory_limit: Some(2048), cpu_limit: Some(0.5) };
    assert_eq!(limits(&container), own);
    container.remove("sys/fs/cgroup/kubepods/pod7/app/memory.current");
    assert_eq!(limits(&container), Limits { memory: None, ..own });
}

#[test]
fn a_host_without_limits_has_none_and_one_of_v1_neither() {
    assert_eq!(limits(&Fixture::new("host")), Limits::default());
    assert_eq!(limits(&Fixture::new("cgroup-v1")), Limits::default());
    assert_eq!(limits(&Fixture::empty()), Limits::default());
}

#[test]
fn a_cgroup_outside_the_namespace_is_none() {
    let container = Fixture::new("container");
    container.write("outside/memory.max", "1\n");
    for path in ["/../../../outside", "/kubepods/../../../../outside", "/./../../../../outside"] {
        container.write("proc/self/cgroup", format!("0::{path}\n"));
        assert_eq!(limits(&container), Limits::default(), "{path}");
    }
    container.write("proc/self/cgroup", "0::/kubepods/pod7 (deleted)\n");
    assert_eq!(limits(&container).memory_limit, None);
}

fn job(fixture: &Fixture, pid: u32) -> JobCgroup {
    let roots = fixture.roots();
    let mut tree = Tree::of(&roots, pid).unwrap();
    tree.update(&roots, &Table::read(&roots).unwrap());
    JobCgroup::read(&roots, &tree)
}

#[test]
fn a_cgroup_counts_only_if_all_of_it_belongs_to_the_job() {
    let host = Fixture::new("host");
    let all = JobCgroup {
        memory: Some(100_000_000),
        memory_limit: Some(2_147_483_648),
        oom_kills: Some(1),
    };
    assert_eq!(job(&host, 4242), all);
    // 5000 can't be seen by this process, as another user's where `/proc` has `hidepid`.
    for stranger in ["4250", "1", "0", "x", "5000"] {
        host.write("sys/fs/cgroup/batch/job17/step/cgroup.procs", format!("4244\n{stranger}\n"));
        assert_eq!(job(&host, 4242), JobCgroup::default(), "{stranger}");
    }
    host.remove("sys/fs/cgroup/batch/job17/step/cgroup.procs");
    assert_eq!(job(&host, 4242), JobCgroup::default());
}

#[test]
fn one_that_was_forked_after_the_table_belongs_by_its_parents() {
    let host = Fixture::new("host");
    let roots = host.roots();
    let mut tree = Tree::of(&roots, 4242).unwrap();
    tree.update(&roots, &Table::read(&roots).unwrap());
    host.write("proc/5000/stat", stat_line(5000, 4244, 17_200_010, 0, 0));
    host.write("proc/5001/stat", stat_line(5001, 5000, 17_200_011, 0, 0));
    host.write("sys/fs/cgroup/batch/job17/cgroup.procs", "4242\n5001\n");
    assert_eq!(JobCgroup::read(&roots, &tree).oom_kills, Some(1));
    host.write("proc/5000/stat", stat_line(5000, 5001, 17_200_010, 0, 0));
    assert_eq!(JobCgroup::read(&roots, &tree), JobCgroup::default(), "a circle of parents");
}

#[test]
fn each_figure_is_there_only_where_its_file_is() {
    let host = Fixture::new("host");
    host.write("sys/fs/cgroup/batch/job17/memory.max", "max\n");
    host.remove("sys/fs/cgroup/batch/job17/memory.stat");
    host.remove("sys/fs/cgroup/batch/job17/step");
    let job = |host: &Fixture| job(host, 4242);
    let oom_alone = JobCgroup { memory: None, memory_limit: None, oom_kills: Some(1) };
    assert_eq!(job(&host), oom_alone);
    host.remove("sys/fs/cgroup/batch/job17/memory.events");
    assert_eq!(job(&host), JobCgroup::default());
    let v1 = Fixture::new("cgroup-v1");
    let roots = v1.roots();
    let mut tree = Tree::of(&roots, 1).unwrap();
    tree.update(&roots, &Table::read(&roots).unwrap());
    assert_eq!(JobCgroup::read(&roots, &tree), JobCgroup::default());
}
