//! Queries of keys, tokens and executions.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::search::{SearchSession, by_key, by_time, by_token};
use crate::store::query::{
    ExecutionRecord, ExecutionsQuery, KeyRecord, KeysQuery, Page, QueryError, TokenRecord,
};

/// Number of series, or executions, per search.
const SERIES: usize = 5_000;
const EXECUTIONS: usize = 2_000;

/// The executions of a key from one sender.
#[derive(Deserialize)]
struct Series {
    key: SeriesName,
    doc_count: u64,
    first: Metric,
    last: Metric,
}

#[derive(Deserialize)]
struct SeriesName {
    key: String,
    token: String,
}

#[derive(Deserialize)]
struct Metric {
    value: f64,
}

#[derive(Deserialize)]
struct SeriesAnswer {
    series: SeriesPage,
}

#[derive(Deserialize)]
struct SeriesPage {
    buckets: Vec<Series>,
    after_key: Option<Value>,
}

/// The series, by key and token.
fn series(session: &SearchSession<'_>, filters: &[Value]) -> Result<Vec<Series>, QueryError> {
    let mut composite = json!({"size": SERIES, "sources": [
        {"key": {"terms": {"field": "key"}}}, {"token": {"terms": {"field": "token"}}},
    ]});
    let mut all = Vec::new();
    loop {
        let search = json!({"size": 0, "aggs": {"series": {"composite": composite, "aggs": {
            "first": {"min": {"field": "timestamp"}}, "last": {"max": {"field": "timestamp"}},
        }}}});
        let (_, answer) = session.search::<IgnoredAny, SeriesAnswer>(filters, search)?;
        // Where there is no index at all, some versions have no aggregations.
        let Some(SeriesAnswer { series }) = answer else {
            return Ok(all);
        };
        let SeriesPage { buckets, after_key } = series;
        let is_full = buckets.len() >= SERIES;
        all.extend(buckets);
        match after_key.filter(|_| is_full) {
            Some(after) => composite["after"] = after,
            None => return Ok(all),
        }
    }
}

/// The keys, by name.
pub fn keys(session: &SearchSession<'_>, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError> {
    let prefix = Some(&query.prefix).filter(|prefix| !prefix.is_empty());
    let prefix = prefix.map(|prefix| json!({"prefix": {"key": prefix}}));
    let filters: Vec<_> = by_token(query.token.as_ref()).into_iter().chain(prefix).collect();
    let mut records: Vec<KeyRecord> = Vec::new();
    for Series { key: SeriesName { key, token }, doc_count, first, last } in
        series(session, &filters)?
    {
        if let Some(record) = records.last_mut().filter(|record| record.key == key) {
            record.count += doc_count;
            record.first_seen = record.first_seen.min(first.value);
            record.last_seen = record.last_seen.max(last.value);
            record.tokens.push(token);
        } else {
            let (first_seen, last_seen) = (first.value, last.value);
            let tokens = vec![token];
            records.push(KeyRecord { key, count: doc_count, first_seen, last_seen, tokens });
        }
    }
    if let Some(since) = query.since {
        records.retain(|record| record.last_seen >= since);
    }
    Ok(records)
}

/// The tokens, sorted by name.
pub fn tokens(session: &SearchSession<'_>) -> Result<Vec<TokenRecord>, QueryError> {
    let mut series = series(session, &[])?;
    series.sort_by(|one, other| one.key.token.cmp(&other.key.token));
    let mut records: Vec<TokenRecord> = Vec::new();
    for Series { key: SeriesName { token, .. }, doc_count, first, last } in series {
        if let Some(record) = records.last_mut().filter(|record| record.token == token) {
            record.keys += 1;
            record.count += doc_count;
            record.first_seen = record.first_seen.min(first.value);
            record.last_seen = record.last_seen.max(last.value);
        } else {
            let (first_seen, last_seen) = (first.value, last.value);
            records.push(TokenRecord { token, keys: 1, count: doc_count, first_seen, last_seen });
        }
    }
    Ok(records)
}

/// The part of a document that is returned.
#[derive(Deserialize)]
struct Document {
    id: String,
    timestamp: f64,
    execution_time: f64,
    token: String,
    extra: Option<Box<RawValue>>,
}

/// The position of a document among those of its key: by time, then by id in order of arrival.
struct Cursor {
    timestamp: f64,
    id: String,
}

impl Cursor {
    fn of(document: &Document) -> Self {
        Self { timestamp: document.timestamp, id: document.id.clone() }
    }

    fn encode(&self) -> String {
        format!("{:x}-{}", self.timestamp.to_bits(), self.id)
    }

    fn parse(cursor: &str) -> Option<Self> {
        let (timestamp, id) = cursor.split_once('-')?;
        let timestamp = f64::from_bits(u64::from_str_radix(timestamp, 16).ok()?);
        let is_id = !id.is_empty() && id.len() <= 64 && id.bytes().all(|it| it.is_ascii_hexdigit());
        (timestamp.is_finite() && is_id).then(|| Self { timestamp, id: id.to_owned() })
    }
}

/// One page of executions.
pub fn executions(
    session: &SearchSession<'_>,
    key: &str,
    query: &ExecutionsQuery,
) -> Result<Page, QueryError> {
    let ExecutionsQuery { from, to, ref token, limit, ref cursor, descending } = *query;
    let parse = |cursor: &String| Cursor::parse(cursor).ok_or(QueryError::Cursor);
    let mut after = cursor.as_ref().map(parse).transpose()?;
    let filters = [by_key(key), by_time(from, to)].into_iter().chain(by_token(token.as_ref()));
    let filters: Vec<_> = filters.collect();
    let order = if descending { "desc" } else { "asc" };
    // An index of another program may lack these fields.
    let sort = json!([
        {"timestamp": {"order": order, "unmapped_type": "double"}},
        {"id": {"order": order, "unmapped_type": "keyword"}},
    ]);
    let mut documents: Vec<Document> = Vec::new();
    // One more than the limit shows whether there are more.
    while documents.len() <= limit {
        let size = EXECUTIONS.min(limit + 1 - documents.len());
        let mut search = json!({"size": size, "sort": sort});
        if let Some(Cursor { timestamp, id }) = &after {
            search["search_after"] = json!([timestamp, id]);
        }
        let (found, _) = session.search::<Document, IgnoredAny>(&filters, search)?;
        let is_all = found.len() < size;
        documents.extend(found);
        after = documents.last().map(Cursor::of);
        if is_all {
            break;
        }
    }
    if documents.is_empty() {
        session.check_key(key)?;
    }
    let more = documents.len() > limit;
    documents.truncate(limit);
    let next = documents.last().filter(|_| more).map(|last| Cursor::of(last).encode());
    let executions = documents.into_iter().map(|document| ExecutionRecord {
        id: Cursor::of(&document).encode(),
        timestamp: document.timestamp,
        execution_time: document.execution_time,
        token: document.token,
        extra: document.extra,
    });
    Ok(Page { executions: executions.collect(), next })
}
