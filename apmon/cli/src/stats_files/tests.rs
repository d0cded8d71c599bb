//! What of the stats in files is sent.

use mmstats::{
    Aggregate, Counter, Field, Fixed, Gauge, Histogram, MovingAverage, Options, Text, Timer,
    Timestamp, UpDownCounter,
};

use super::fixture::{Polled, add};

#[test]
fn a_counter_has_its_sum_and_from_the_second_poll_on_its_rate() {
    let mut polled = Polled::new("Shop", "web");
    let (one, other) = (polled.writer(), polled.writer());
    let orders = [&one, &other].map(|writer| add::<Counter>(writer, Counter::named("orders")));
    orders[0].add(5);
    orders[1].add(7);
    assert_eq!(polled.parameters(), ["orders=12"]);
    orders[0].add(15);
    orders[1].add(5);
    assert_eq!(polled.parameters(), ["orders=32", "orders_R=2.0"]);
    assert_eq!(polled.parameters(), ["orders=32", "orders_R=0.0"]);
}

#[test]
fn a_rate_is_never_negative_whoever_ends_or_begins_anew() {
    let mut polled = Polled::new("Shop", "web");
    let (stays, ends) = (polled.writer(), polled.writer());
    let staying: Counter = add(&stays, Counter::named("orders"));
    let ending: Counter = add(&ends, Counter::named("orders"));
    staying.add(100);
    ending.add(1_000);
    polled.parameters();
    staying.add(10);
    ending.add(20);
    drop((ending, ends));
    assert_eq!(polled.parameters(), ["orders=110", "orders_R=3.0"], "what it counted last");
    let restarted = polled.writer();
    let orders: Counter = add(&restarted, Counter::named("orders"));
    orders.add(40);
    assert_eq!(polled.parameters(), ["orders=150", "orders_R=4.0"], "it counts from zero");
    assert_eq!(polled.parameters(), ["orders=150", "orders_R=0.0"]);
    drop((orders, restarted, staying, stays));
    assert_eq!(polled.parameters(), [""; 0], "nobody is left");
}

#[test]
fn a_timer_has_the_mean_of_what_is_new_and_its_rate() {
    let mut polled = Polled::new("Shop", "web");
    let (one, other) = (polled.writer(), polled.writer());
    let render = [&one, &other].map(|writer| add::<Timer>(writer, Timer::named("render")));
    (0..50).for_each(|_| render[0].record_secs(8.0));
    assert_eq!(polled.parameters(), [""; 0]);
    render[0].record_secs(1.0);
    (0..3).for_each(|_| render[1].record_secs(0.5));
    assert_eq!(polled.parameters(), ["render=0.625", "render_count_R=0.4"]);
    assert_eq!(polled.parameters(), ["render_count_R=0.0"], "nothing has no mean");
}

#[test]
fn an_average_without_a_total_is_the_mean_that_it_is() {
    let mut polled = Polled::new("Shop", "web");
    let writer = polled.writer();
    let load: MovingAverage = add(&writer, MovingAverage::named("load").window(2));
    assert_eq!(polled.parameters(), [""; 0], "nothing has no mean");
    for value in [7.0, 1.0, 2.0] {
        load.add(value);
    }
    assert_eq!(polled.parameters(), ["load=1.5"]);
    assert_eq!(polled.parameters(), ["load=1.5"]);
}

#[test]
fn a_histogram_has_the_percentiles_of_what_is_new() {
    let mut polled = Polled::new("Shop", "web");
    let writer = polled.writer();
    let sizes: Histogram = add(&writer, Histogram::named("sizes"));
    (0..1_000).for_each(|_| sizes.record(50));
    assert_eq!(polled.parameters(), [""; 0]);
    for (value, times) in [(1, 50), (2, 40), (3, 10)] {
        (0..times).for_each(|_| sizes.record(value));
    }
    assert_eq!(polled.parameters(), ["sizes_p50=1.0", "sizes_p90=2.0", "sizes_p99=3.0"]);
    assert!(polled.poll().is_empty(), "no node without parameters");
}

#[test]
fn gauges_are_added_up_as_they_say_or_have_a_least_and_a_greatest() {
    let mut polled = Polled::new("Shop", "web");
    let writers = [polled.writer(), polled.writer()];
    let gauges = writers.each_ref().map(|writer| {
        let gauge = |label: &'static str| Gauge::<u64>::named(label);
        let sum: Gauge<u64> = add(writer, gauge("a.sum").aggregate(Aggregate::Sum));
        let least: Gauge<u64> = add(writer, gauge("b.min").aggregate(Aggregate::Min));
        let greatest: Gauge<u64> = add(writer, gauge("c.max").aggregate(Aggregate::Max));
        let each: Gauge<u64> = add(writer, gauge("d.each"));
        let busy: UpDownCounter = add(writer, UpDownCounter::named("e.busy"));
        ([sum, least, greatest, each], busy)
    });
    gauges[0].0.iter().for_each(|gauge| gauge.set(3));
    gauges[1].0.iter().for_each(|gauge| gauge.set(4));
    gauges[0].1.add(5);
    gauges[1].1.add(-7);
    let both =
        ["a.sum=7", "b.min=3", "c.max=4", "d.each_greatest=4", "d.each_least=3", "e.busy=-2"];
    assert_eq!(polled.parameters(), both);
    gauges[1].0.iter().for_each(|gauge| gauge.set(3));
    assert_eq!(polled.parameters()[3..5], ["d.each_greatest=3", "d.each_least=3"]);
    let [_ended, writer] = writers;
    drop(writer);
    assert_eq!(polled.parameters(), ["a.sum=3", "b.min=3", "c.max=3", "d.each=3", "e.busy=5"]);
}

#[test]
fn texts_are_sent_when_they_change_and_when_all_are_wanted() {
    let mut polled = Polled::new("Shop", "web");
    let (one, other) = (polled.writer(), polled.writer());
    let state: Text = add(&one, Text::named("state"));
    let _version: Fixed<u64> = add(&one, Fixed::named("version").initial(3));
    let jobs: Gauge<u64> = add(&other, Gauge::<u64>::named("jobs"));
    state.set("open");
    assert_eq!(polled.parameters(), ["jobs=0", "state='open'", "version=3"]);
    assert_eq!(polled.parameters(), ["jobs=0"]);
    state.set("closed");
    jobs.set(2);
    assert_eq!(polled.parameters(), ["jobs=2", "state='closed'"]);
    polled.all_texts = true;
    assert_eq!(polled.parameters(), ["jobs=2", "state='closed'", "version=3"]);
    polled.all_texts = false;
    let differs: Text = add(&other, Text::named("state"));
    differs.set("open");
    assert_eq!(polled.parameters(), ["jobs=2"], "no text is that of both");
    differs.set("closed");
    assert_eq!(polled.parameters(), ["jobs=2", "state='closed'"], "it is one again");
}

#[test]
fn numbers_that_are_not_finite_and_times_that_never_came_are_left_out() {
    let mut polled = Polled::new("Shop", "web");
    let writer = polled.writer();
    let load: Gauge<f64> = add(&writer, Gauge::<f64>::named("load"));
    let last: Timestamp = add(&writer, Timestamp::named("last"));
    let full: Gauge<bool> = add(&writer, Gauge::<bool>::named("full"));
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        load.set(value);
        assert_eq!(polled.parameters(), ["full=0"], "{value}");
    }
    load.set(-0.5);
    last.set(1.5);
    full.set(true);
    assert_eq!(polled.parameters(), ["full=1", "last=1.5", "load=-0.5"]);
}

#[test]
fn nodes_and_parameters_are_sorted_and_dimensions_are_part_of_a_name() {
    let mut polled = Polled::new("Shop", "{tid}");
    polled.write("c.mmstats", 12, ["b", r#"a{y="2",x="1"}"#, "a.b"].map(String::from).into_iter());
    polled.write("a.mmstats", 9, ["z".to_owned()].into_iter());
    let expected = [
        ("Shop/12", &[r#"a{y="2",x="1"}=1"#, "a.b=1", "b=1", "sys.tid=12"][..]),
        ("Shop/9", &["sys.tid=9", "z=1"]),
    ];
    let mut expected = expected.map(|(node, list)| (node.to_owned(), list.to_vec()));
    expected[0].1.sort_unstable();
    let found = polled.poll();
    let found: Vec<_> = found
        .iter()
        .map(|(node, list)| (node.clone(), list.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_label_goes_before_another_one_with_a_suffix() {
    let mut polled = Polled::new("Shop", "web");
    let writer = polled.writer();
    let jobs: Counter = add(&writer, Counter::named("jobs"));
    let _rate: Gauge<u64> = add(&writer, Gauge::<u64>::named("jobs_R").initial(7));
    polled.parameters();
    jobs.add(10);
    assert_eq!(polled.parameters(), ["jobs=10", "jobs_R=7"]);
}

#[test]
fn what_only_grows_by_its_greatest_has_no_rate() {
    let mut polled = Polled::new("Shop", "web");
    let writer = polled.writer();
    let steps: Counter = add(&writer, Counter::named("steps").aggregate(Aggregate::Max));
    let slowest: Timer = add(&writer, Timer::named("slowest").aggregate(Aggregate::Max));
    polled.parameters();
    steps.add(10);
    slowest.record_secs(2.0);
    assert_eq!(polled.parameters(), ["slowest=2.0", "steps=10"]);
}

#[test]
fn values_beyond_a_histogram_have_no_percentile() {
    let mut polled = Polled::new("Shop", "web");
    let writer = polled.writer();
    let sizes: Histogram = add(&writer, Histogram::named("sizes").max(100));
    polled.parameters();
    (0..8).for_each(|_| sizes.record(1));
    (0..2).for_each(|_| sizes.record(1_000_000));
    let found = polled.parameters();
    assert_eq!(found, ["sizes_p50=1.0"], "of those above 80 only that they are large is known");
}

#[test]
fn a_dead_program_is_not_sent_but_what_it_counted_last_is() {
    let mut polled = Polled::new("Shop", "web");
    let options = Options::dynamic("Shop").path(polled.path()).default_fields(false).keep(true);
    let killed = options.create().unwrap();
    let writer = polled.writer();
    let [last, orders] =
        [&killed, &writer].map(|writer| add::<Counter>(writer, Counter::named("orders")));
    let only: Gauge<u64> = add(&killed, Gauge::<u64>::named("only"));
    polled.parameters();
    last.add(10);
    orders.add(10);
    drop((last, only, killed));
    assert_eq!(polled.parameters(), ["orders=10", "orders_R=2.0"]);
    assert_eq!(polled.parameters(), ["orders=10", "orders_R=0.0"]);
    drop((orders, writer));
    assert_eq!(polled.parameters(), [""; 0], "nobody lives");
}

#[test]
fn a_new_program_joins() {
    let mut polled = Polled::new("Shop", "web");
    assert!(polled.poll().is_empty());
    let writer = polled.writer();
    let orders: Counter = add(&writer, Counter::named("orders"));
    orders.add(5);
    assert_eq!(polled.parameters(), ["orders=5", "orders_R=0.5"]);
}
