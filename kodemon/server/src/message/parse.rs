//! Takes a datagram apart.

use std::borrow::Cow;
use std::fmt;

use mmstats_cli::json;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::compact::compact;
use super::{
    DEEPEST, LONGEST_EXECUTION, LONGEST_KEY, LONGEST_TOKEN, MOST_FIELDS, Malformed, Message,
};

/// The message in a datagram.
///
/// # Errors
///
/// What isn't a JSON object with the four fields, each once and of its type, in its bounds.
pub fn parse(datagram: &[u8]) -> Result<Message<'_>, Malformed> {
    let Fields { key, token, timestamp, execution_time, extra } =
        serde_json::from_slice(datagram).map_err(|error| Malformed(error.to_string()))?;
    within("key", &key, LONGEST_KEY)?;
    within("token", &token, LONGEST_TOKEN)?;
    if key.is_empty() {
        return Err(Malformed("key: it is empty".to_owned()));
    }
    if !(0.0..=LONGEST_EXECUTION).contains(&execution_time) {
        let reason = "not from 0 to a year of seconds";
        return Err(Malformed(format!("execution_time: {execution_time}: {reason}")));
    }
    // To a histogram, a negative zero would be the greatest of all.
    let execution_time = execution_time.abs();
    let extra = extra.as_deref().map(object).transpose()?;
    Ok(Message { key, token, timestamp, execution_time, extra })
}

fn within(name: &str, text: &str, longest: usize) -> Result<(), Malformed> {
    if text.len() <= longest {
        return Ok(());
    }
    Err(Malformed(format!("{name}: {} bytes, at most {longest} are taken", text.len())))
}

/// The further fields as an object.
fn object(fields: &[(Cow<'_, str>, &RawValue)]) -> Result<Box<str>, Malformed> {
    if fields.len() > MOST_FIELDS {
        let found = fields.len();
        return Err(Malformed(format!("{found} further fields, at most {MOST_FIELDS} are taken")));
    }
    let mut text = String::from("{");
    for (at, (name, value)) in fields.iter().enumerate() {
        if fields[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(Malformed(format!("{name:?}: given twice")));
        }
        let Some(value) = compact(value.get(), DEEPEST) else {
            return Err(Malformed(format!("{name:?}: nested more than {DEEPEST} deep")));
        };
        if at > 0 {
            text.push(',');
        }
        text += &json::text(name);
        text.push(':');
        text += &value;
    }
    text.push('}');
    // A number that no float reaches or half of a surrogate pair is JSON by its grammar, but most
    // parsers would refuse every answer that it stands in.
    serde_json::from_str::<Value>(&text).map_err(|error| Malformed(error.to_string()))?;
    Ok(text.into_boxed_str())
}

/// The fields as they stand.
struct Fields<'a> {
    key: Cow<'a, str>,
    token: Cow<'a, str>,
    timestamp: f64,
    execution_time: f64,
    /// Nearly no message has any.
    extra: Option<Vec<(Cow<'a, str>, &'a RawValue)>>,
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut key, mut token, mut timestamp, mut execution_time) = (None, None, None, None);
        let mut extra = None;
        while let Some(Text(name)) = map.next_key()? {
            match &*name {
                "key" => once("key", &mut key, map.next_value::<Text<'_>>()?.0)?,
                "token" => once("token", &mut token, map.next_value::<Text<'_>>()?.0)?,
                "timestamp" => once("timestamp", &mut timestamp, map.next_value()?)?,
                "execution_time" => once("execution_time", &mut execution_time, map.next_value()?)?,
                _ => extra.get_or_insert_with(Vec::new).push((name, map.next_value()?)),
            }
        }
        Ok(Fields {
            key: key.ok_or_else(|| de::Error::missing_field("key"))?,
            token: token.ok_or_else(|| de::Error::missing_field("token"))?,
            timestamp: timestamp.ok_or_else(|| de::Error::missing_field("timestamp"))?,
            execution_time: (execution_time)
                .ok_or_else(|| de::Error::missing_field("execution_time"))?,
            extra,
        })
    }
}

fn once<T, E: de::Error>(name: &'static str, place: &mut Option<T>, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(name)),
    }
}

/// A text of the datagram, copied only where it has escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(datagram: impl AsRef<[u8]>) -> String {
        match parse(datagram.as_ref()) {
            Ok(message) => panic!("{message:?}"),
            Err(malformed) => malformed.to_string(),
        }
    }

    #[test]
    fn the_four_fields_are_taken_in_any_order() {
        let message = parse(
            br#" {"execution_time": 0.031948089599609375, "timestamp": 1413404125,
            "token": "test-token", "key": "foo.py-foobar"} "#,
        );
        let expected = Message {
            key: "foo.py-foobar".into(),
            token: "test-token".into(),
            timestamp: 1_413_404_125.0,
            execution_time: 0.031_948_089_599_609_375,
            extra: None,
        };
        assert_eq!(message, Ok(expected.clone()));
        let turned = r#"{"key":"foo.py-foobar","token":"test-token","timestamp":1413404125.0,
            "execution_time":3.1948089599609375e-2}"#;
        assert_eq!(parse(turned.as_bytes()), Ok(expected));
    }

    #[test]
    fn a_negative_zero_is_zero() {
        for zero in ["-0", "-0.0", "-0e5", "-1e-999"] {
            let datagram =
                format!(r#"{{"key":"k","token":"t","timestamp":1,"execution_time":{zero}}}"#);
            let time = parse(datagram.as_bytes()).unwrap().execution_time;
            assert_eq!((time, time.is_sign_negative()), (0.0, false), "{zero}");
        }
    }

    #[test]
    fn texts_may_have_any_character() {
        let message = parse(
            br#"{"execution_time":0,"timestamp":1e9,"token":"","key":"a b/%\u00e9\ud83d\ude00\n"}"#,
        )
        .unwrap();
        assert_eq!((&*message.key, &*message.token), ("a b/%é😀\n", ""));
    }

    #[test]
    fn further_fields_are_kept_as_they_stand() {
        let message = parse(
            br#"{"customer" : 12345678901234567890123, "execution_time":1,"timestamp":1,"ph\"ase":[1, {"x":null}],
            "token":"t","key":"k"}"#,
        )
        .unwrap();
        let expected = r#"{"customer":12345678901234567890123,"ph\"ase":[1,{"x":null}]}"#;
        assert_eq!(message.extra.as_deref(), Some(expected));
    }

    /// Found by fuzzing: a raw value is only looked at for its grammar.
    #[test]
    fn further_fields_that_other_parsers_would_refuse_are_refused() {
        for (value, expected) in [
            ("1e999", "out of range"),
            ("[{\"y\":-1.5e6182989}]", "out of range"),
            ("\"\\ud800\"", "hex escape"),
        ] {
            let start = r#"{"key":"k","token":"t","timestamp":1,"execution_time":1,"x":"#;
            let reason = reason(format!("{start}{value}}}"));
            assert!(reason.contains(expected), "{value}: {reason}");
        }
    }

    #[test]
    fn what_is_no_message_is_told() {
        for (datagram, expected) in [
            ("", "EOF"),
            ("x", "expected value"),
            ("[]", "expected an object"),
            ("3", "expected an object"),
            ("{}", "missing field `key`"),
            (r#"{"key":"k","token":"t","timestamp":1}"#, "missing field `execution_time`"),
            (r#"{"key":"k","token":"t","timestamp":"1","execution_time":1}"#, "invalid type"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":true}"#, "invalid type"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":NaN}"#, "expected value"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":1e999}"#, "out of range"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":-0.1}"#, "execution_time"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":4e7}"#, "execution_time"),
            (r#"{"key":7,"token":"t","timestamp":1,"execution_time":1}"#, "expected a string"),
            (r#"{"key":"","token":"t","timestamp":1,"execution_time":1}"#, "key: it is empty"),
            (r#"{"key":"k","key":"l","token":"t"}"#, "duplicate field `key`"),
            (
                r#"{"a":1,"a":2,"key":"k","token":"t","timestamp":1,"execution_time":1}"#,
                "\"a\": given twice",
            ),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":1} x"#, "trailing"),
        ] {
            let reason = reason(datagram);
            assert!(reason.contains(expected), "{datagram}: {reason}");
        }
        assert!(reason(b"{\"key\":\"\xff\"}").contains("unicode"));
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_told() {
        let with = |key: &str, token: &str, more: &str| {
            format!(r#"{{"key":"{key}","token":"{token}","timestamp":1,"execution_time":1{more}}}"#)
        };
        let fits = with(&"k".repeat(LONGEST_KEY), &"t".repeat(LONGEST_TOKEN), "");
        assert!(parse(fits.as_bytes()).is_ok());
        assert!(reason(with(&"k".repeat(LONGEST_KEY + 1), "t", "")).starts_with("key: 513 bytes"));
        assert!(reason(with("k", &"t".repeat(LONGEST_TOKEN + 1), "")).starts_with("token: 257"));
        let nested = |depth| format!(",\"x\":{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(with("k", "t", &nested(DEEPEST)).as_bytes()).is_ok());
        for depth in [DEEPEST + 1, 10_000] {
            assert!(reason(with("k", "t", &nested(depth))).contains("nested"), "{depth}");
        }
    }
}
