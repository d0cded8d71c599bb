//! What the derive macros make of dimensions and families, read back from the file.
//!
//! The strictest lints apply here as in a user's crate: the macros' output must pass them.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic, clippy::nursery)]
#![deny(rust_2018_idioms, single_use_lifetimes, unused_lifetimes, trivial_casts)]

use std::borrow::Cow;
use std::sync::Arc;

use mmstats::{
    Aggregate, Average, Counter, DimensionRef, DimensionValue, Dimensions, EveryValue, Family,
    Gauge, Histogram, MmStats, MovingAverage, Published, StatsFile, Timer, UpDownCounter,
    WindowedAverage,
};
use tempfile::TempDir;

/// Stats and where their file is.
struct Created<T: MmStats> {
    stats: Published<T>,
    _directory: TempDir,
}

fn created<T: MmStats>() -> Created<T> {
    let directory = tempfile::tempdir().unwrap();
    let stats = T::options().path(directory.path()).default_fields(false).create().unwrap();
    Created { stats, _directory: directory }
}

impl<T: MmStats> Created<T> {
    fn file(&self) -> StatsFile {
        StatsFile::read(self.stats.path().unwrap()).unwrap()
    }

    /// Labels and values, sorted.
    fn values(&self) -> Vec<(String, String)> {
        let file = self.file();
        let stats = file.stats().map(|stat| (stat.label().into_owned(), stat.value().to_string()));
        let mut values: Vec<_> = stats.collect();
        values.sort();
        values
    }
}

#[derive(DimensionValue, Clone, Copy)]
enum Method {
    #[mmstats(value = "GET")]
    Get,
    #[mmstats(value = "POST")]
    Post,
    Other,
}

#[derive(Dimensions)]
struct Request<'a> {
    tenant: &'a str,
    method: Method,
    status: u16,
}

#[derive(MmStats)]
#[mmstats(prefix = "http.")]
struct HttpStats {
    /// Requests that were answered.
    requests: Family<Counter, Request<'static>>,
    #[mmstats(unit = "jobs")]
    pairs: Family<UpDownCounter>,
}

#[test]
fn the_fields_become_the_label_s_dimensions() {
    let http = created::<HttpStats>();
    let tenant = String::from("acme");
    for status in [200, 404, 200] {
        http.stats.requests.get(&Request { tenant: &tenant, method: Method::Get, status }).incr();
    }
    http.stats.requests.get(&Request { tenant: "b", method: Method::Other, status: 0 }).incr();
    http.stats.pairs.get(&[("of", &tenant)]).decr();
    let expected = [
        (r#"http.pairs{of="acme"}"#, "-1"),
        (r#"http.requests{method="GET",status="200",tenant="acme"}"#, "2"),
        (r#"http.requests{method="GET",status="404",tenant="acme"}"#, "1"),
        (r#"http.requests{method="Other",status="0",tenant="b"}"#, "1"),
    ];
    assert_eq!(http.values(), expected.map(|(label, value)| (label.into(), value.into())));
    let file = http.file();
    assert_eq!(file.get(expected[1].0).unwrap().help(), "Requests that were answered.");
    assert_eq!(file.get(expected[0].0).unwrap().unit(), "jobs");
}

#[test]
fn a_field_has_its_dimensions() {
    #[derive(MmStats)]
    struct Web {
        #[mmstats(label = "requests", dimensions(status = "2xx", code = 200, secure = true))]
        fine: Counter,
        #[mmstats(label = "requests", dimensions(r#type = -1, "match" = 0x1F_u8, none = "",))]
        failed: Counter,
        #[mmstats(label = "requests")]
        other: Counter,
    }

    let web = created::<Web>();
    web.stats.fine.add(3);
    web.stats.failed.add(2);
    web.stats.other.incr();
    let expected = [
        ("requests", "1"),
        (r#"requests{code="200",secure="true",status="2xx"}"#, "3"),
        (r#"requests{match="31",type="-1"}"#, "2"),
    ];
    assert_eq!(web.values(), expected.map(|(label, value)| (label.into(), value.into())));
}

#[test]
fn all_combinations_begin_at_0() {
    #[derive(Dimensions)]
    struct Route {
        method: Method,
        cached: bool,
    }

    #[derive(MmStats)]
    struct Web {
        #[mmstats(all, max = 6)]
        routes: Family<Counter, Route>,
    }

    let web = created::<Web>();
    web.stats.routes.get(&Route { method: Method::Post, cached: true }).incr();
    let expected = [
        (r#"routes{cached="false",method="GET"}"#, "0"),
        (r#"routes{cached="false",method="Other"}"#, "0"),
        (r#"routes{cached="false",method="POST"}"#, "0"),
        (r#"routes{cached="true",method="GET"}"#, "0"),
        (r#"routes{cached="true",method="Other"}"#, "0"),
        (r#"routes{cached="true",method="POST"}"#, "1"),
    ];
    assert_eq!(web.values(), expected.map(|(label, value)| (label.into(), value.into())));
}

#[test]
fn a_value_may_be_of_many_types() {
    /// A number that is shown as a text.
    struct Code(u8);

    impl DimensionValue for Code {
        fn value(&self) -> DimensionRef<'_> {
            DimensionRef::Named(self.0.into(), if self.0 == 0 { "ok" } else { "failed" })
        }
    }

    #[derive(Dimensions)]
    struct Many<'a, 'b> {
        borrowed: &'a str,
        nested: Option<&'a &'b String>,
        owned: String,
        cow: Cow<'b, str>,
        shared: Arc<str>,
        optional: Option<Method>,
        boxed: Box<Option<bool>>,
        #[mmstats(key = "as_")]
        r#as: i64,
        r#type: u64,
        code: Code,
    }

    #[derive(MmStats)]
    struct Stats {
        most: Family<Counter, Many<'static, 'static>>,
    }

    let stats = created::<Stats>();
    let text = String::from("n\"\\\n");
    let nested = Some(&&text);
    let set = Many {
        borrowed: &text[..1],
        nested,
        owned: "o".into(),
        cow: Cow::Borrowed("c"),
        shared: "s".into(),
        optional: Some(Method::Post),
        boxed: Box::new(Some(true)),
        r#as: i64::MIN,
        r#type: u64::MAX,
        code: Code(1),
    };
    stats.stats.most.get(&set).incr();
    let owned = Many { cow: Cow::Owned("c".into()), borrowed: "n", ..set };
    stats.stats.most.get(&owned).incr();
    let none = Many {
        borrowed: "",
        nested: None,
        owned: String::new(),
        cow: "".into(),
        shared: "".into(),
        optional: None,
        boxed: Box::new(None),
        r#as: 0,
        r#type: 0,
        code: Code(0),
    };
    stats.stats.most.get(&none).incr();
    let max = "18446744073709551615";
    let full = format!(
        r#"most{{as_="{}",borrowed="n",boxed="true",code="failed",cow="c",nested="n\"\\\n",optional="POST",owned="o",shared="s",type="{max}"}}"#,
        i64::MIN
    );
    let expected = [
        (full, "2".to_owned()),
        (r#"most{as_="0",code="ok",type="0"}"#.to_owned(), "1".to_owned()),
    ];
    assert_eq!(stats.values(), expected);
}

/// Fields are found by their names and pairs by their keys: no order gives other series.
#[test]
fn no_order_of_values_makes_another_series() {
    let http = created::<HttpStats>();
    let HttpStats { requests, pairs } = &*http.stats;
    requests.get(&Request { tenant: "a", method: Method::Get, status: 1 }).incr();
    requests.get(&Request { status: 1, tenant: "a", method: Method::Get }).incr();
    pairs.get(&[("a", "1"), ("b", "2")]).incr();
    pairs.get(&[("b", "2"), ("c", ""), ("a", "1")]).incr();
    let expected = [
        (r#"http.pairs{a="1",b="2"}"#, "2"),
        (r#"http.requests{method="GET",status="1",tenant="a"}"#, "2"),
    ];
    assert_eq!(http.values(), expected.map(|(label, value)| (label.into(), value.into())));
    assert!(std::ptr::eq(pairs.get(&[("a", "1")]), pairs.get(&[("a", "2"), ("a", "1")])));
}

#[test]
fn a_set_without_values_is_the_plain_name() {
    #[derive(Dimensions)]
    struct Nothing;

    #[derive(Dimensions)]
    struct NothingEither {}

    #[derive(MmStats)]
    struct Stats {
        #[mmstats(all)]
        unit: Family<Counter, Nothing>,
        empty: Family<Counter, NothingEither>,
        pairs: Family<Counter>,
    }

    let stats = created::<Stats>();
    assert_eq!(stats.values(), [("unit".into(), "0".into())]);
    stats.stats.unit.get(&Nothing).incr();
    stats.stats.empty.get(&NothingEither {}).incr();
    stats.stats.pairs.get(&[]).incr();
    let expected = ["empty", "pairs", "unit"].map(|label| (label.to_owned(), "1".to_owned()));
    assert_eq!(stats.values(), expected);
}

#[test]
fn families_take_the_settings_of_their_kinds() {
    #[derive(MmStats)]
    struct Every {
        #[mmstats(initial = 5, keep = true, aggregate = "max")]
        gauge: Family<Gauge<u8>>,
        #[mmstats(initial = 5)]
        reset: Family<Gauge<u8>>,
        #[mmstats(window = 2)]
        moving: Family<MovingAverage>,
        #[mmstats(window = 60)]
        windowed: Family<WindowedAverage>,
        #[mmstats(window = 2, aggregate = "each")]
        timer: Family<Timer>,
        #[mmstats(error = 0.5, max_value = 1, max = 1)]
        histogram: Family<Histogram>,
        #[mmstats(max = 1, aggregate = "sum")]
        bounded: Family<UpDownCounter>,
        average: Family<Average>,
    }

    let every = created::<Every>();
    let a: &[(&str, &str)] = &[("of", "a")];
    let b: &[(&str, &str)] = &[("of", "b")];
    let Every { gauge, reset, moving, windowed, timer, histogram, bounded, average } =
        &*every.stats;
    assert_eq!((gauge.get(a).get(), reset.get(a).get()), (5, 5));
    gauge.get(a).set(7);
    reset.get(a).set(7);
    MmStats::retire(&*every.stats);
    assert_eq!((gauge.get(a).get(), reset.get(a).get()), (7, 5));
    for value in [1.0, 2.0, 4.0] {
        moving.get(a).add(value);
        timer.get(a).record_secs(value);
        windowed.get(a).add(value);
        average.get(a).add(value);
    }
    histogram.get(a).record(1 << 30);
    for set in [a, b, b] {
        bounded.get(set).incr();
    }
    let file = every.file();
    let shown = |label: &str| {
        let stat =
            file.get(label).unwrap_or_else(|| panic!("{label} isn't in {:?}", every.values()));
        stat.value().to_string()
    };
    assert_eq!(shown(r#"moving{of="a"}"#), "3.0", "of the last two");
    assert_eq!(shown(r#"timer{of="a"}"#), "3.0");
    assert_eq!(shown(r#"bounded{of="a"}"#), "1");
    assert_eq!(shown(r#"bounded{overflow="true"}"#), "2");
    let aggregate = |label: &str| file.get(label).unwrap().aggregate().unwrap();
    assert_eq!(aggregate(r#"gauge{of="a"}"#), Aggregate::Max);
    assert_eq!(aggregate(r#"timer{of="a"}"#), Aggregate::Each);
    let buckets = file.get(r#"histogram{of="a"}"#).unwrap().components().count();
    assert!(buckets < 10, "{buckets}");
}

#[test]
fn an_enum_s_values_are_all_known() {
    let texts = |count, nth: fn(u32) -> Option<Method>| {
        let text = |number| match nth(number).value() {
            DimensionRef::Named(_, name) => name,
            _ => "",
        };
        (0..count).map(text).collect::<Vec<_>>()
    };
    let nth = <Option<Method> as EveryValue>::nth;
    assert_eq!(texts(<Option<Method> as EveryValue>::COUNT, nth), ["", "GET", "POST", "Other"]);
    assert_eq!(Method::Post.value(), DimensionRef::Named(1, "POST"));
}

#[test]
fn all_combinations_of_optional_values_are_there() {
    #[derive(Dimensions)]
    struct Route {
        method: Option<Method>,
    }

    #[derive(MmStats)]
    struct Web {
        #[mmstats(all)]
        methods: Family<Gauge<i8>, Route>,
    }

    let web = created::<Web>();
    let labels: Vec<_> = web.values().into_iter().map(|(label, _)| label).collect();
    let expected = [
        "methods",
        r#"methods{method="GET"}"#,
        r#"methods{method="Other"}"#,
        r#"methods{method="POST"}"#,
    ];
    assert_eq!(labels, expected);
}

/// Derived from what a macro makes.
mod made {
    use super::{Counter, DimensionValue, Dimensions, Family, MmStats, created};

    macro_rules! family {
        ($set:ident, $values:ident:
         $($field:ident: $type:ty = $key:literal)* | $($variant:ident = $value:literal $stat:ident)*) => {
            #[derive(DimensionValue)]
            enum $values {
                $(#[mmstats(value = $value)] $variant,)*
            }

            #[derive(Dimensions)]
            struct $set<'a> {
                $(#[mmstats(key = $key)] $field: $type,)*
                value: $values,
                text: &'a str,
            }

            #[derive(MmStats)]
            struct Stats {
                family: Family<Counter, $set<'static>>,
                $(#[mmstats(label = "stat", dimensions(value = $value, key = "k"))] $stat: Counter,)*
            }
        };
    }

    family!(Set, Values: number: u8 = "n" flag: Option<bool> = "f" | One = "1" one Two = "2" two);

    #[test]
    fn sets_and_values_may_come_from_a_macro() {
        let made = created::<Stats>();
        for value in [Values::One, Values::Two] {
            made.stats.family.get(&Set { number: 1, flag: None, value, text: "t" }).incr();
        }
        made.stats.one.incr();
        made.stats.two.add(2);
        let expected = [
            (r#"family{n="1",text="t",value="1"}"#, "1"),
            (r#"family{n="1",text="t",value="2"}"#, "1"),
            (r#"stat{key="k",value="1"}"#, "1"),
            (r#"stat{key="k",value="2"}"#, "2"),
        ];
        assert_eq!(made.values(), expected.map(|(label, value)| (label.into(), value.into())));
    }
}

#[test]
fn lifetimes_may_have_bounds() {
    #[derive(DimensionValue, Clone, Copy)]
    #[repr(u16)]
    enum Only {
        One = 200,
    }

    #[derive(Dimensions)]
    struct Bounded<'a, 'b: 'a>
    where
        'b: 'a,
        Only: Copy,
    {
        short: &'a (dyn DimensionValue + 'a),
        long: Option<&'b str>,
        only: Only,
        forever: Cow<'static, str>,
    }

    #[derive(MmStats)]
    struct Stats {
        borrowed: Family<Counter, Bounded<'static, 'static>>,
    }

    let stats = created::<Stats>();
    let text = String::from("text");
    let set = Bounded { short: &1, long: Some(&text), only: Only::One, forever: "f".into() };
    stats.stats.borrowed.get(&set).incr();
    let label = r#"borrowed{forever="f",long="text",only="One",short="1"}"#;
    assert_eq!(stats.values(), [(label.into(), "1".into())]);
}

/// Names of the language and the library that mean something else in the user's module.
pub mod shadowed {
    /// Not the trait of the library.
    pub trait DimensionValue {
        /// Not the library's method, which has the same name.
        fn value(&self) {}
    }
    impl<T> DimensionValue for T {}
    /// Not the trait of the library.
    pub trait Dimensions {}
    /// Not the type of the library.
    pub enum DimensionRef {}
    /// Not the trait of the language.
    pub trait FnMut {}
    /// Not the type of the language.
    #[expect(non_camel_case_types)]
    pub struct u32;
    /// Not the type of the language.
    #[expect(non_camel_case_types)]
    pub struct u64;
    /// Not the type of the language.
    #[expect(non_camel_case_types)]
    pub struct str;
    /// Not the crate.
    pub mod core {}
    /// Not the crate.
    pub mod mmstats {}

    /// The derive has to find its own names.
    #[derive(::mmstats::DimensionValue)]
    pub enum Value {
        /// One.
        Some,
        /// Two.
        None,
        /// Three.
        #[deprecated]
        Ok,
    }

    /// The derive has to find its own names.
    #[derive(::mmstats::Dimensions)]
    pub struct Set {
        /// One.
        pub set: Value,
        /// Two.
        pub each: bool,
        /// Three.
        #[deprecated]
        pub number: bool,
    }

    /// The derive has to find its own names.
    #[derive(::mmstats::MmStats)]
    #[mmstats(prefix = "shadowed.")]
    pub struct Stats {
        /// A family.
        #[mmstats(all, max = 12)]
        pub family: ::mmstats::Family<::mmstats::Counter, Set>,
    }
}

#[test]
fn user_names_do_not_clash_with_the_macros() {
    let stats = created::<shadowed::Stats>();
    assert_eq!(stats.values().len(), 12);
    assert_eq!(stats.values()[0].0, r#"shadowed.family{each="false",number="false",set="None"}"#);
}
