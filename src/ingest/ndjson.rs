//! One JSON object per line. A column is a key; `customer.id` reaches into a nested object.

use serde_json::Value as Json;

use super::block::{Block, Broken, Column, Raw, Value};
use crate::schema::Reason;

/// Reads the requested keys of every line of a piece that ends with a line.
pub fn split(bytes: Vec<u8>, names: &[Option<String>]) -> Block {
    let mut columns: Vec<Vec<Value>> = vec![Vec::new(); names.len()];
    let (mut raw, mut lines, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    let (mut start, mut line) = (0, 0_u32);
    while start < bytes.len() {
        let next = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n + 1);
        let text = bytes[start..next].trim_ascii();
        if !text.is_empty() {
            let row = raw.len();
            let parsed = object(text);
            if let Err((reason, what)) = &parsed {
                broken.push(Broken { row, reason: *reason, what: what.clone() });
            }
            let parsed = parsed.ok();
            for (column, name) in columns.iter_mut().zip(names) {
                let found = parsed.as_ref().zip(name.as_ref()).and_then(|(o, n)| lookup(o, n));
                column.push(found.map_or(Value::Null, value));
            }
            let from = start + (bytes[start..next].len() - bytes[start..next].trim_ascii_start().len());
            raw.push((from as u32, (from + text.len()) as u32));
            lines.push(line);
        }
        line += 1;
        start = next;
    }
    Block {
        rows: raw.len(),
        columns: columns.into_iter().map(Column::Mixed).collect(),
        bytes,
        lines,
        line_count: u64::from(line),
        raw: Raw::Spans(raw),
        broken,
    }
}

/// A line as a JSON object, or why it is none.
///
/// # Errors
/// The reason to set the line aside for, and what is wrong.
pub fn object(text: &[u8]) -> Result<Json, (Reason, String)> {
    if std::str::from_utf8(text).is_err() {
        return Err((Reason::BadEncoding, "bytes that are not UTF-8".into()));
    }
    match serde_json::from_slice::<Json>(text) {
        Ok(object @ Json::Object(_)) => Ok(object),
        Ok(_) => Err((Reason::WrongFieldCount, "not a JSON object".into())),
        Err(e) => Err((Reason::WrongFieldCount, format!("not JSON: {e}"))),
    }
}

/// Keys of an object, nested ones with a dot.
pub fn keys(object: &Json) -> Vec<String> {
    let mut out = Vec::new();
    if let Json::Object(map) = object {
        for (key, value) in map {
            match value {
                Json::Object(_) => out.extend(keys(value).into_iter().map(|k| format!("{key}.{k}"))),
                _ => out.push(key.clone()),
            }
        }
    }
    out
}

fn lookup<'a>(object: &'a Json, name: &str) -> Option<&'a Json> {
    object.get(name).or_else(|| {
        let (head, tail) = name.split_once('.')?;
        lookup(object.get(head)?, tail)
    })
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(v) => Value::Bool(*v),
        // Ids beyond 2^63 must not pass through a float.
        Json::Number(n) if n.is_u64() && !n.is_i64() => Value::Text(n.to_string()),
        Json::Number(n) => {
            n.as_i64().map_or_else(|| n.as_f64().map_or(Value::Null, Value::Float), Value::Int)
        }
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Text(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_be_missing_nested_or_in_another_order() {
        let text =
            b"{\"id\":1,\"who\":{\"name\":\"a\"}}\n\n{\"who\":{\"name\":null},\"id\":\"x\"}\nnot json\n";
        let block = split(text.to_vec(), &[Some("who.name".into()), Some("id".into()), None]);
        assert_eq!(block.rows, 3);
        assert_eq!(block.cell(0, 0).shown(), "a");
        assert_eq!(block.cell(1, 1).shown(), "x");
        assert_eq!(block.cell(0, 1).shown(), "");
        assert_eq!(block.lines, [0, 2, 3]);
        assert_eq!(block.broken[0].row, 2);
        assert_eq!(block.raw(2), b"not json");
    }
}
