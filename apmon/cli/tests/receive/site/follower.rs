//! A page of mmash that is open.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::time::Instant;

use mmstats_testing::TIMEOUT;
use mmstats_testing::http::{Chunks, connect, receive_head};
use mmstats_testing::server::Server;
use serde_json::{Value, json};

use super::generator::{Node, figures};

/// A row's name, cluster and node, and its values.
type Row = ([String; 3], Value);

/// Follows mmash's stream of events.
pub struct Follower {
    lines: BufReader<Chunks>,
    /// By id.
    rows: BTreeMap<u64, Row>,
}

impl Follower {
    pub fn of(mmash: &Server) -> Self {
        let mut stream = connect(mmash.address);
        let request = "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        assert_eq!(receive_head(&mut stream).expect("an answer").status, 200);
        Self { lines: BufReader::new(Chunks::of(stream)), rows: BTreeMap::new() }
    }

    /// Reads events until the figures of these nodes are those of a round, and no other node has any.
    #[track_caller]
    pub fn until(&mut self, nodes: &[Node], round: u32) {
        let expected: BTreeMap<_, _> = figures()
            .iter()
            .flat_map(|figure| {
                nodes.iter().map(move |node| {
                    let key = [figure.name, node.cluster, &node.name].map(str::to_owned);
                    (key, json!({"value": figure.json(node, round)}))
                })
            })
            .collect();
        let names = figures().map(|figure| figure.name);
        let began = Instant::now();
        loop {
            self.read_event();
            let rows = self.rows.values().cloned();
            let shown: BTreeMap<_, _> = rows.filter(|(key, _)| names.contains(&&*key[0])).collect();
            if shown == expected {
                return;
            }
            assert!(began.elapsed() < TIMEOUT, "{shown:?}\nnot {expected:?}");
        }
    }

    fn read_event(&mut self) {
        let name = self.line("event: ");
        let step: Value = serde_json::from_str(&self.line("data: ")).expect("JSON");
        if name == "whole" {
            self.rows.clear();
        }
        let of = |part: &str| step[part].as_array().into_iter().flatten();
        for id in of("gone") {
            self.rows.remove(&id.as_u64().unwrap());
        }
        for row in of("new") {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let labels = &row["labels"];
            let key = [&row["name"], &labels["cluster"], &labels["node"]].map(text);
            self.rows.insert(row["id"].as_u64().unwrap(), (key, Value::Null));
        }
        for value in of("values") {
            let row = self.rows.get_mut(&value[0].as_u64().unwrap()).expect("a known row");
            row.1 = value[1].clone();
        }
    }

    /// What the next line of this field says.
    fn line(&mut self, field: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "it ended before {field:?}");
            if let Some(content) = line.trim_end().strip_prefix(field) {
                return content.to_owned();
            }
        }
    }
}
