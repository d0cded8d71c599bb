//! `--add-label NAME=VALUE`: a label of every sample, such as `job="backup"`.

use std::str::FromStr;

use mmstats_exposition::{is_label_name, push_label};

/// Labels that samples have already.
const RESERVED: [&str; 4] = ["file", "le", "pid", "value"];

/// A label that the user adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedLabel {
    name: String,
    value: String,
}

impl AddedLabel {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As it stands in a sample: `job="backup"`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        push_label(&mut text, &self.name, &self.value);
        text
    }
}

impl FromStr for AddedLabel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
        if !is_label_name(name) {
            return Err(
                "a name consists of ASCII letters, digits and _, and doesn't begin with a digit"
                    .into(),
            );
        }
        if name.starts_with("__") {
            return Err("names that begin with __ are reserved by Prometheus".into());
        }
        if RESERVED.contains(&name) {
            return Err(format!("samples already have a label {name}"));
        }
        if value.is_empty() {
            return Err("an empty value means no label".into());
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_a_name_of_prometheus_and_any_value() {
        for (text, expected) in [
            ("job=backup", "job=\"backup\""),
            ("_j0b=a=b", "_j0b=\"a=b\""),
            ("a=say \"hi\"\\\n", "a=\"say \\\"hi\\\"\\\\\\n\""),
            ("a=grüße", "a=\"grüße\""),
        ] {
            assert_eq!(text.parse::<AddedLabel>().unwrap().text(), expected);
        }
        for wrong in ["", "job", "=x", "1a=x", "a-b=x", "ä=x", "__name__=x", "pid=1", "le=1", "a="]
        {
            assert!(wrong.parse::<AddedLabel>().is_err(), "{wrong}");
        }
    }
}
