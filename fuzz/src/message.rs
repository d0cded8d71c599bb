//! Kodemon's datagrams, compared with what a full JSON parser finds in them.

use kodemon::limits::{EXECUTION_SECONDS, KEY_BYTES, TOKEN_BYTES};
use kodemon_server::internals::{Message, parse};
use serde_json::{Map, Value};

/// The fields that each message has.
const FIELDS: [&str; 4] = ["key", "token", "timestamp", "execution_time"];

/// # Panics
///
/// If a message is accepted that exceeds the limits or differs from its JSON, or whose
/// further fields aren't one line that is safe on a terminal.
pub fn check(datagram: &[u8]) {
    let Ok(Message { key, token, timestamp, execution_time, extra }) = parse(datagram) else {
        return;
    };
    assert!((1..=KEY_BYTES).contains(&key.len()) && token.len() <= TOKEN_BYTES);
    assert!(timestamp.is_finite() && (0.0..=EXECUTION_SECONDS).contains(&execution_time));
    let mut fields: Map<String, Value> =
        serde_json::from_slice(datagram).expect("a message is an object");
    let [of_key, of_token, of_timestamp, of_execution_time] =
        FIELDS.map(|name| fields.remove(name).expect("each message has it"));
    assert_eq!((of_key.as_str(), of_token.as_str()), (Some(&*key), Some(&*token)));
    assert_eq!(of_timestamp.as_f64(), Some(timestamp));
    assert_eq!(of_execution_time.as_f64(), Some(execution_time));
    let Some(extra) = extra else {
        return assert!(fields.is_empty(), "{fields:?}");
    };
    assert!(!extra.contains(mmstats_cli::escape::is_harmful), "{extra:?}");
    let kept: Value = serde_json::from_str(&extra).expect("further fields are JSON");
    assert_eq!(kept, Value::Object(fields));
}
