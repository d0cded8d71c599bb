//! Fields in addition to a message's standard ones, or instead of them.

use std::cell::Cell;

use kodemon::kodemon;
use mmstats_testing::receiver::Receiver;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::program::Program;

/// Makes calls with fields and returns their results.
pub fn call(what: &str) -> Option<String> {
    Some(match what {
        "of_every_type" => of_every_type("shop", Some(&Order { lines: 3, paid: false })),
        "of_self" => Customer { id: 42, name: "Ünal".to_owned() }.of_self(),
        "evaluated_before" => evaluated_before(vec![1, 2, 3]),
        "own_replaced" => own_replaced(7),
        "dynamic_key" => dynamic_key("two/ways"),
        "of_a_guard" => {
            let customer = 42;
            let _timing = kodemon::timing!("checkout", customer = customer, phase = "paying");
            customer.to_string()
        }
        "calls_in_a_field" => calls_in_a_field(),
        _ => {
            return what
                .strip_prefix("of key ")
                .map(|key| kodemon::time(key, || key.len().to_string()));
        }
    })
}

#[derive(Serialize)]
struct Order {
    lines: u32,
    paid: bool,
}

#[kodemon(
    key = "orders \\ \"new\"",
    customer = 42,
    shop = shop,
    order = order,
    nothing = None::<u8>,
    list = [1.5, f64::NAN],
    sum = { let one = 1; one + 1 },
    "user agent" = format!("{shop}/1.0"),
    "stats" = true,
    r#type = 'x',
)]
fn of_every_type(shop: &str, order: Option<&Order>) -> String {
    format!("{shop} {}", order.is_some())
}

struct Customer {
    id: u64,
    name: String,
}

impl Customer {
    #[kodemon(customer = self.id, name = self.name.clone())]
    fn of_self(mut self) -> String {
        self.name.push('!');
        self.name
    }
}

#[kodemon(size = items.len(), sorted = items.is_sorted())]
fn evaluated_before(mut items: Vec<u32>) -> String {
    items.reverse();
    items.pop();
    format!("{items:?}")
}

#[kodemon(
    execution_time = 0.25,
    timestamp = 1_413_404_125,
    token = format!("shop-{number}"),
    key = "in the place of all",
)]
fn own_replaced(number: u32) -> String {
    number.to_string()
}

#[kodemon(key = ["pages", page].join("/"))]
fn dynamic_key(page: &str) -> String {
    page.to_uppercase()
}

/// A field whose serialization is itself timed and then continues.
struct Timed(Cell<u32>);

impl Serialize for Timed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let _timing = kodemon::timing!("within");
        self.0.set(self.0.get() + 1);
        serializer.serialize_u32(self.0.get())
    }
}

#[kodemon(before = Timed(Cell::new(1)), after = "still there")]
fn calls_in_a_field() -> String {
    "called".to_owned()
}

/// The message without the standard fields.
fn extra(mut message: Value) -> Value {
    for field in ["execution_time", "timestamp", "token", "key"] {
        message.as_object_mut().unwrap().remove(field).expect("a standard field");
    }
    message
}

fn message_of(what: &str, result: &str) -> Value {
    let server = Receiver::start();
    assert_eq!(Program::of(&server).call(what), result);
    let message = server.message();
    assert!(server.is_quiet());
    message
}

#[test]
fn fields_are_of_any_type_and_any_name() {
    let message = message_of("of_every_type", "shop true");
    assert_eq!(message["key"], "orders \\ \"new\"");
    let expected = json!({
        "customer": 42,
        "shop": "shop",
        "order": {"lines": 3, "paid": false},
        "nothing": null,
        "list": [1.5, null],
        "sum": 2,
        "user agent": "shop/1.0",
        "stats": true,
        "type": "x",
    });
    assert_eq!(extra(message), expected);
}

#[test]
fn fields_are_evaluated_before_the_call_with_its_arguments() {
    let message = message_of("of_self", "Ünal!");
    assert_eq!(extra(message), json!({"customer": 42, "name": "Ünal"}));
    let message = message_of("evaluated_before", "[3, 2]");
    assert_eq!(extra(message), json!({"size": 3, "sorted": true}));
}

#[test]
fn a_field_may_replace_a_standard_one() {
    let message = message_of("own_replaced", "7");
    let expected = json!({
        "execution_time": 0.25,
        "timestamp": 1_413_404_125,
        "token": "shop-7",
        "key": "in the place of all",
    });
    assert_eq!(message, expected);
    let message = message_of("dynamic_key", "TWO/WAYS");
    assert_eq!(message["key"], "pages/two/ways");
}

/// A JSON parser keeps the last of two, so the text is checked.
#[test]
fn no_name_appears_twice_in_a_message() {
    let server = Receiver::start();
    Program::of(&server).call("own_replaced");
    let text = server.text();
    for name in ["execution_time", "timestamp", "token", "key"] {
        assert_eq!(text.matches(&format!("\"{name}\":")).count(), 1, "{text}");
    }
}

#[test]
fn a_guard_has_fields_too() {
    let message = message_of("of_a_guard", "42");
    assert_eq!(message["key"], "checkout");
    assert_eq!(extra(message), json!({"customer": 42, "phase": "paying"}));
}

#[test]
fn a_key_may_contain_any_character() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    for key in ["pages/front 100%", "\"quoted\" \\", "\u{1f980} ß\u{0}\u{7f}\t", " ", "<b>&amp;"] {
        assert_eq!(program.call(&format!("of key {key}")), key.len().to_string());
        assert_eq!(server.message()["key"], key);
    }
}

#[test]
fn a_field_may_make_timed_calls_while_it_is_written() {
    let server = Receiver::start();
    Program::of(&server).call("calls_in_a_field");
    assert_eq!(server.message()["key"], "within");
    let message = server.message();
    assert_eq!(message["key"], "fields.rs-calls_in_a_field");
    assert_eq!(extra(message), json!({"before": 2, "after": "still there"}));
}
