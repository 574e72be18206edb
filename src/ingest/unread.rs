//! Raw rows without what nobody reads: columns that the configuration does not name may hold names, addresses and free
//! text, so only their shape is shown.

use serde_json::Value;

use super::block::{Block, Column, Raw};
use crate::privacy::mask::{push_shape, shape};

/// The part of a raw row that holds columns which somebody reads.
#[derive(Clone, Debug, Default)]
pub(super) enum Read {
    /// All of it: the row was put together from these columns.
    #[default]
    All,
    /// These bytes, in ascending order.
    Spans(Vec<(u32, u32)>),
    /// The values of these keys of a JSON object.
    Keys,
}

impl Read {
    pub(super) fn of(block: &Block, row: usize) -> Self {
        let Raw::Spans(records) = &block.raw else { return Self::All };
        let (start, end) = records[row];
        let mut spans = Vec::with_capacity(block.columns.len());
        for column in &block.columns {
            let Column::Spans(cells) = column else { return Self::Keys };
            // A cell whose quotes were taken out stands elsewhere.
            let (from, to) = cells[row];
            if start <= from && to <= end {
                spans.push((from - start, to - start));
            }
        }
        spans.sort_unstable();
        Self::Spans(spans)
    }

    /// The cells that somebody reads.
    pub(super) fn cells(&self, raw: &[u8]) -> Vec<Vec<u8>> {
        match self {
            Self::Spans(spans) => spans
                .iter()
                .filter_map(|(from, to)| raw.get(*from as usize..*to as usize))
                .map(<[u8]>::to_vec)
                .collect(),
            Self::All | Self::Keys => match serde_json::from_slice(raw) {
                Ok(Value::Object(object)) => object.into_iter().map(|(_, value)| plain(value)).collect(),
                _ => Vec::new(),
            },
        }
    }

    /// Appends the row with the shape of everything else; `names` are the columns that somebody reads.
    pub(super) fn push_masked(&self, out: &mut Vec<u8>, raw: &str, names: &[String]) {
        match self {
            Self::All => out.extend_from_slice(raw.as_bytes()),
            Self::Keys => match serde_json::from_str(raw) {
                Ok(Value::Object(mut object)) => {
                    object.iter_mut().filter(|(key, _)| !names.contains(key)).for_each(|(_, v)| mask(v));
                    out.extend_from_slice(Value::Object(object).to_string().as_bytes());
                }
                _ => push_shape(out, raw),
            },
            Self::Spans(spans) => {
                let mut at = 0;
                for (from, to) in spans {
                    let (from, to) = (*from as usize, *to as usize);
                    push_shape(out, &raw[at..from]);
                    out.extend_from_slice(&raw.as_bytes()[from..to]);
                    at = to;
                }
                push_shape(out, &raw[at..]);
            }
        }
    }
}

/// A JSON value as a cell.
fn plain(value: Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.into_bytes(),
        other => other.to_string().into_bytes(),
    }
}

/// The shape of every text and number of a JSON value.
fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(object) => object.values_mut().for_each(mask),
        Value::String(text) => *text = shape(text),
        Value::Number(number) => *value = Value::String(shape(&number.to_string())),
        Value::Null | Value::Bool(_) => {}
    }
}
