//! Deserializes the fields of a message.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of a message, as they are in the datagram.
pub struct Fields<'a> {
    pub key: Cow<'a, str>,
    pub token: Cow<'a, str>,
    pub timestamp: f64,
    pub execution_time: f64,
    /// The further fields; few messages have any.
    pub extra: Option<Vec<(Cow<'a, str>, &'a RawValue)>>,
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

fn once<T, E: de::Error>(name: &'static str, slot: &mut Option<T>, value: T) -> Result<(), E> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(name)),
    }
}

/// A string of the datagram, copied only if it has escapes.
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
