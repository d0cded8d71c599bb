//! Checks of answers against the OpenAPI document that describes them.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::http::Answer;
use crate::server::Server;

/// The document at a path of a server.
pub struct Document(Value);

impl Document {
    /// It has nothing that client generators fail on, as Python's does on `"items": false` and on
    /// constants that aren't strings.
    #[track_caller]
    pub fn at(server: &Server, path: &str) -> Self {
        let document = server.get(path).json();
        let is_usual = |name: &str, value: &Value| match name {
            "items" => value.is_object(),
            "const" => value.is_string(),
            _ => true,
        };
        assert_members(&document, &is_usual);
        Self(document)
    }

    /// Resolves a reference; returns any other value as it is.
    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else {
            return value;
        };
        let pointer = reference.strip_prefix('#').expect("it refers to itself");
        self.0.pointer(pointer).unwrap_or_else(|| panic!("there is no {reference}"))
    }

    pub fn operation(&self, path: &str) -> &Value {
        let operation = &self.0["paths"][path]["get"];
        assert!(operation.is_object(), "{path}");
        operation
    }

    /// The documented response with this status, or the default one.
    fn response(&self, path: &str, status: u16) -> &Value {
        let responses = &self.operation(path)["responses"];
        let found = responses.get(status.to_string()).or_else(|| responses.get("default"));
        self.resolve(found.unwrap_or_else(|| panic!("{path}: {status} isn't documented")))
    }

    /// The documented responses: `PATH STATUS`.
    pub fn answers(&self) -> BTreeSet<String> {
        let statuses = |(path, item): (&String, &Value)| -> Vec<String> {
            let responses: &Map<String, Value> = item["get"]["responses"].as_object().unwrap();
            let numbers = responses.keys().filter(|status| *status != "default");
            numbers.map(|status| format!("{path} {status}")).collect()
        };
        self.0["paths"].as_object().unwrap().iter().flat_map(statuses).collect()
    }

    /// The names of an operation's query parameters.
    pub fn parameters(&self, path: &str) -> Vec<&str> {
        let parameters = self.operation(path)["parameters"].as_array();
        let parameters = parameters.into_iter().flatten().map(|given| self.resolve(given));
        parameters
            .filter(|given| given["in"] == "query")
            .filter_map(|given| given["name"].as_str())
            .collect()
    }

    /// Whether the schema of a parameter allows a text, as a number if it is one in JSON or as a
    /// string.
    #[track_caller]
    pub fn allowed(&self, path: &str, parameter: &str) -> impl Fn(&str) -> bool + use<> {
        let parameters = self.operation(path)["parameters"].as_array().expect("it has some");
        let mut named = parameters.iter().map(|given| self.resolve(given));
        let found = named.find(|given| given["name"] == parameter).expect("it is documented");
        let options = jsonschema::options().should_validate_formats(true);
        let schema = options.build(self.resolve(&found["schema"])).expect("a schema");
        move |text| {
            let number = serde_json::from_str(text).ok().filter(Value::is_number);
            let number = number.filter(|_| text.trim() == text);
            number.is_some_and(|number| schema.is_valid(&number)) || schema.is_valid(&json!(text))
        }
    }

    /// A validator of a schema that allows no undocumented members.
    pub fn validator(&self, schema: &Value) -> Validator {
        let mut root = schema.clone();
        root["components"] = self.0["components"].clone();
        close(&mut root);
        jsonschema::draft202012::new(&root).expect("a schema")
    }

    /// Checks a response's type and content against the document.
    #[track_caller]
    pub fn check(&self, path: &str, target: &str, answer: &Answer) {
        let Some(contents) = self.response(path, answer.status)["content"].as_object() else {
            return assert_eq!(answer.body, "", "{target}");
        };
        let kind = answer.header("content-type").expect(target);
        let content = contents.get(kind).unwrap_or_else(|| panic!("{target}: {kind}"));
        if kind == "application/json" {
            assert_valid(&self.validator(&content["schema"]), &answer.json(), target);
        }
    }
}

#[track_caller]
fn assert_members(value: &Value, is_usual: &impl Fn(&str, &Value) -> bool) {
    if let Value::Object(members) = value {
        for (name, member) in members {
            assert!(is_usual(name, member), "{name:?}: {member}");
            assert_members(member, is_usual);
        }
    }
    value.as_array().into_iter().flatten().for_each(|element| assert_members(element, is_usual));
}

/// Members may be added at any time, but each existing one must be documented.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") {
                members.entry("additionalProperties").or_insert(json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(elements) => elements.iter_mut().for_each(close),
        _ => {}
    }
}

#[track_caller]
pub fn assert_valid(validator: &Validator, value: &Value, what: &str) {
    let errors: Vec<_> = validator.iter_errors(value).collect();
    let messages: Vec<_> =
        errors.iter().map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(messages.is_empty(), "{what}: {}", messages.join("\n"));
}
