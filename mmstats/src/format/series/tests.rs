use super::Series;

fn found<'a>(name: &'a str, pairs: &[(&'a str, &'a str)]) -> Series<'a> {
    pairs.iter().fold(Series::new(name), |series, &(key, value)| series.with(key, value))
}

#[test]
fn a_label_says_its_name_and_its_dimensions() {
    for (label, name, pairs) in [
        (r#"r{a="1"}"#, "r", &[("a", "1")][..]),
        (r#"web.r x{a="1",b="2"}"#, "web.r x", &[("a", "1"), ("b", "2")]),
        (r#"r{"my-key"="\\\"\n,{}="}"#, "r", &[("my-key", "\\\"\n,{}=")]),
        (r#"{"odd{name",key="v"}"#, "odd{name", &[("key", "v")]),
        (r#"{"a{b=\"c\"}"}"#, r#"a{b="c"}"#, &[]),
        (r#"r{B="1",a="größer"}"#, "r", &[("B", "1"), ("a", "größer")]),
    ] {
        assert_eq!(Series::parse(label), found(name, pairs), "{label}");
        assert_eq!(Series::parse(label).compose(), label);
    }
}

#[test]
fn what_a_writer_would_write_in_another_way_is_a_plain_name() {
    for label in [
        "",
        "r",
        "r{}",
        "{}",
        "}",
        r#"{a="1"}"#,
        r#"{"",a="1"}"#,
        r#"r{a="1"} "#,
        r#"r{a="1"}x"#,
        r#"r{ a="1"}"#,
        r#"r{a= "1"}"#,
        r#"r{a="1", b="2"}"#,
        r#"r{b="1",a="2"}"#,
        r#"r{a="1",a="2"}"#,
        r#"r{a=""}"#,
        r#"r{a="1",}"#,
        r#"r{"a"="1"}"#,
        r#"r{""="1"}"#,
        r#"r{="1"}"#,
        r#"r{my-key="1"}"#,
        r#"r{1a="1"}"#,
        r#"r{a="\x"}"#,
        r#"r{a="\"}"#,
        r#"r{a="1}"#,
        "r{a=\"1\n\"}",
        "r{a=1}",
        r#"r}{a="1"}"#,
        r#"r"{a="1"}"#,
        r#"{"r",a="1"}"#,
        r#"{"odd{name"}"#,
        r#"{"odd{name",}"#,
        r#"r{{a="1"}"#,
    ] {
        assert_eq!(Series::parse(label), Series::new(label), "{label}");
        assert_eq!(Series::parse(label).compose(), label);
    }
}

#[test]
fn the_original_s_trap_is_avoided_by_a_comma() {
    for (size, ending) in [(255, r#"x"}"#), (257, r#"x",}"#), (258, r#"xxx"}"#), (513, r#"x",}"#)] {
        let value = "x".repeat(size - r#"r{a=""}"#.len() - usize::from(ending.contains(',')));
        let label = Series::new("r").with("a", &*value).compose();
        assert!(label.len() == size && label.ends_with(ending), "{} {label}", label.len());
        assert_eq!(Series::parse(&label).get("a"), Some(&*value));
    }
    let sound = format!(r#"r{{a="{}"}}"#, "x".repeat(249));
    assert!(sound.len() == 256 && Series::parse(&sound).is_plain(), "without its comma");
}

#[test]
fn the_last_value_of_a_key_counts_and_an_empty_one_is_absent() {
    let series = Series::new("r").with("b", "1").with("a", "2").with("b", "3").with("", "4");
    assert_eq!(series.compose(), r#"r{a="2",b="3"}"#);
    assert_eq!((series.get("b"), series.get("c")), (Some("3"), None));
    let series = series.with("b", "").with("c", "");
    assert_eq!(series.compose(), r#"r{a="2"}"#);
    assert_eq!(series.with("a", "").compose(), "r");
}

#[test]
fn dimensions_can_be_left_out() {
    let mut series = Series::parse(r#"r{a="1",b="2",c="3"}"#);
    series.retain(|key| key != "b");
    assert_eq!(series.into_owned().compose(), r#"r{a="1",c="3"}"#);
}
