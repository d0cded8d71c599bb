//! Every form of a timed function behaves as before and sends its message.

use std::fmt::Display;
use std::panic::catch_unwind;
use std::time::{Duration, SystemTime};

use kodemon::kodemon;
use mmstats_testing::receiver::Receiver;
use serde_json::Value;

use crate::futures::{finished, wait};
use crate::program::Program;

/// Calls a function and returns its result.
pub fn call(function: &str) -> Option<String> {
    let shop = Shop { id: 7 };
    Some(match function {
        "plain" => plain(20).to_string(),
        "generic" => generic::<_, 3>(&["a", "b"], |text| text.len()),
        "borrowed" => borrowed("one two", "three").to_owned(),
        "opaque" => opaque(3).map(|number| number.to_string()).collect(),
        "fails" => fails("x").unwrap_err().to_string(),
        "returns_early" => returns_early(true).to_string(),
        "panics" => catch_unwind(panics).unwrap_err().downcast_ref::<&str>().unwrap().to_string(),
        "r#match" => r#match((1, 2)).to_string(),
        "recursive" => recursive(2).to_string(),
        "inner_attribute" => inner_attribute(),
        "made_by_a_macro" => made_by_a_macro(),
        "foreign" => foreign(4).to_string(),
        "by_reference" => shop.by_reference().to_string(),
        "by_mutable_reference" => {
            let mut shop = shop;
            shop.by_mutable_reference().to_string()
        }
        "by_value" => shop.by_value().to_string(),
        "associated" => Shop::associated().id.to_string(),
        "of_a_trait" => shop.of_a_trait(),
        "default_of_a_trait" => shop.default_of_a_trait(),
        "async_of_a_trait" => finished(shop.async_of_a_trait()),
        "a guard" => {
            let timing = kodemon::timing!("a guard");
            (timing.elapsed() < Duration::MAX).to_string()
        }
        "a closure" => kodemon::time(format!("a {}", "closure"), || "closed".to_owned()),
        _ => return None,
    })
}

#[kodemon]
fn plain(number: u32) -> u32 {
    number + 1
}

#[kodemon()]
fn generic<'a, T, const TIMES: usize>(items: &'a [T], size: impl Fn(&'a T) -> usize) -> String
where
    T: Display + 'a,
{
    let sizes: Vec<_> = items.iter().map(|item| (size(item) * TIMES).to_string()).collect();
    items.iter().zip(sizes).fold(String::new(), |text, (item, size)| format!("{text}{item}{size}"))
}

#[kodemon]
fn borrowed<'a>(first: &'a str, _second: &str) -> &'a str {
    let owned = first.to_owned();
    let word = owned.split(' ').next().map_or(0, str::len);
    &first[..word]
}

#[kodemon]
fn opaque(count: u8) -> impl Iterator<Item = u8> {
    let doubled = move |number| number * 2;
    (0..count).map(doubled)
}

#[kodemon]
fn fails(text: &str) -> Result<u32, std::num::ParseIntError> {
    let number: u32 = text.parse()?;
    Ok(number)
}

#[kodemon]
fn returns_early(early: bool) -> &'static str {
    if early {
        return "early";
    }
    "late"
}

#[kodemon]
fn panics() {
    panic!("as it should");
}

#[kodemon]
fn r#match((one, two): (u32, u32)) -> u32 {
    one + two
}

#[kodemon]
fn recursive(depth: u32) -> u32 {
    if depth == 0 { 0 } else { 1 + recursive(depth - 1) }
}

#[kodemon]
fn inner_attribute() -> String {
    #![allow(unused_variables, reason = "it is under test")]
    //! A comment of the inner kind.
    let unused = 1;
    "inner".to_owned()
}

macro_rules! function {
    ($name:ident $body:block) => {
        #[kodemon]
        fn $name() -> String $body
    };
}

function!(made_by_a_macro { "made".to_owned() });

#[kodemon]
extern "C" fn foreign(number: i32) -> i32 {
    -number
}

struct Shop {
    id: u32,
}

impl Shop {
    #[kodemon]
    fn by_reference(&self) -> u32 {
        self.id
    }

    /// Its documentation and other attributes stay.
    #[kodemon]
    #[inline]
    #[must_use]
    pub fn by_mutable_reference(&mut self) -> u32 {
        self.id += 1;
        self.id
    }

    #[kodemon]
    fn by_value(self) -> u32 {
        let Self { id } = self;
        id
    }

    #[kodemon]
    fn associated() -> Self {
        Self { id: 3 }
    }
}

trait Sells {
    fn of_a_trait(&self) -> String;

    #[kodemon]
    fn default_of_a_trait(&self) -> String {
        format!("default {}", self.of_a_trait())
    }

    async fn async_of_a_trait(&self) -> String;
}

impl Sells for Shop {
    #[kodemon]
    fn of_a_trait(&self) -> String {
        self.id.to_string()
    }

    #[kodemon]
    async fn async_of_a_trait(&self) -> String {
        wait(1).await;
        self.id.to_string()
    }
}

#[test]
fn a_call_sends_one_message_of_four_fields() {
    let server = Receiver::start();
    let before = now();
    assert_eq!(Program::of(&server).call("plain"), "21");
    let Value::Object(message) = server.message() else { panic!("an object") };
    let names: Vec<_> = message.keys().map(String::as_str).collect();
    assert_eq!(names, ["execution_time", "key", "timestamp", "token"]);
    assert_eq!(message["key"], "forms.rs-plain");
    assert_eq!(message["token"], "test-token");
    let took = message["execution_time"].as_f64().unwrap();
    assert!((0.0..10.0).contains(&took), "{took} s");
    let began = message["timestamp"].as_f64().unwrap();
    assert!((before..now()).contains(&began), "{began} is after {before}");
    assert!(server.is_quiet());
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

#[test]
fn every_form_behaves_as_before_and_sends_its_message() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    for (form, result) in [
        ("plain", "21"),
        ("generic", "a3b3"),
        ("borrowed", "one"),
        ("opaque", "024"),
        ("fails", "invalid digit found in string"),
        ("returns_early", "early"),
        ("panics", "as it should"),
        ("inner_attribute", "inner"),
        ("made_by_a_macro", "made"),
        ("foreign", "-4"),
        ("by_reference", "7"),
        ("by_mutable_reference", "8"),
        ("by_value", "7"),
        ("associated", "3"),
        ("of_a_trait", "7"),
        ("async_of_a_trait", "7"),
    ] {
        assert_eq!(program.call(form), result, "{form}");
        assert_eq!(server.message()["key"], format!("forms.rs-{form}"));
    }
    for form in ["a guard", "a closure"] {
        program.call(form);
        assert_eq!(server.message()["key"], form);
    }
    assert!(server.is_quiet());
    assert_eq!(program.call("statistics"), "sent 18");
}

#[test]
fn a_raw_identifier_is_sent_without_its_prefix() {
    let server = Receiver::start();
    assert_eq!(Program::of(&server).call("r#match"), "3");
    assert_eq!(server.message()["key"], "forms.rs-match");
}

#[test]
fn a_call_within_a_call_sends_its_own_message_first() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    program.call("default_of_a_trait");
    let keys = [server.message(), server.message()].map(|message| message["key"].clone());
    assert_eq!(keys, ["forms.rs-of_a_trait", "forms.rs-default_of_a_trait"]);
    assert_eq!(program.call("recursive"), "2");
    let calls = [server.message(), server.message(), server.message()];
    let figures = |name: &str| calls.each_ref().map(|call| call[name].as_f64().unwrap());
    assert!(figures("execution_time").is_sorted(), "the innermost is the shortest: {calls:?}");
    assert!(figures("timestamp").iter().rev().is_sorted(), "and began last: {calls:?}");
}
