//! Watchlist: who needs a call tonight, why, and what to do about it.
//!
//! A rule is a condition on the customers table with an action ([`params`]); the built-in ones ([`rules`]) are about
//! anger, complaints that wait, hostages who are about to go, advocates who fade, and what was better in the previous
//! result. A customer stands in the list once,
//! with the first rule that holds; all that hold are in `reasons` and in the customers' `watch`.
//!
//! The list is in the order of calls: by the priority of the rule, then tier, then value (`monetary`), then id. Built-in
//! rules whose columns no stage of the run made do not apply; an own rule of that kind is an error.

mod params;
pub mod rules;

use polars::prelude::*;
use rayon::prelude::*;

pub use self::params::{WatchRule, WatchlistParams};
pub use self::rules::Tonight;

use self::params::within;
use crate::condition::{Checked, Condition};
use crate::error::all;
use crate::schema::{Kind, customers as c, watchlist as w};
use crate::zone::Zone;
use crate::{Error, Result, table};

/// What the stage hands on.
#[derive(Clone, Debug)]
pub struct Watchlist {
    /// The customers with `watch`.
    pub customers: DataFrame,
    /// The list (`schema::watchlist`).
    pub list: DataFrame,
}

/// A rule ready to be asked.
struct Ready {
    rule: WatchRule,
    condition: Checked,
}

/// A customer of the list.
struct Entry {
    row: usize,
    /// Rules that hold, by place.
    rules: Vec<usize>,
}

/// Finds the customers whom a rule puts on the list.
///
/// # Errors
/// `Config` when an own rule reads a column that no stage of the run made.
pub fn run(
    customers: DataFrame,
    params: &WatchlistParams,
    tonight: &Tonight,
    zone: Zone,
) -> Result<Watchlist> {
    params.check()?;
    let rules = ready(&customers, params, tonight, zone)?;
    let mut held: Vec<Vec<usize>> = vec![Vec::new(); customers.height()];
    let masks = all(rules.par_iter().map(|ready| ready.condition.mask(&customers)))?;
    for (place, mask) in masks.into_iter().enumerate() {
        for (row, holds) in mask.into_iter().enumerate() {
            if holds {
                held[row].push(place);
            }
        }
    }
    let mut entries: Vec<Entry> = held
        .iter()
        .enumerate()
        .filter(|(_, rules)| !rules.is_empty())
        .map(|(row, rules)| Entry { row, rules: rules.clone() })
        .collect();
    rank(&mut entries, &rules, &customers)?;
    let list = frame(&entries, &rules, &customers)?;
    let names = |held: &Vec<usize>| -> Option<Series> {
        (!held.is_empty()).then(|| held.iter().map(|place| rules[*place].rule.name.as_str()).collect())
    };
    let mut watch: ListChunked = held.iter().map(names).collect();
    if entries.is_empty() {
        watch = ListChunked::full_null_with_dtype(c::WATCH.into(), customers.height(), &DataType::String);
    }
    let watch = watch.into_series().with_name(c::WATCH.into()).into_column();
    Ok(Watchlist { customers: table::with(customers, vec![watch])?, list })
}

/// Own rules, then the built-in ones that this run can answer; by priority.
fn ready(
    customers: &DataFrame,
    params: &WatchlistParams,
    tonight: &Tonight,
    zone: Zone,
) -> Result<Vec<Ready>> {
    let known = rules::columns(zone);
    let missing =
        |names: &[&str]| names.iter().find(|name| customers.column(name).is_err()).map(|n| (*n).to_owned());
    let mut ready = Vec::new();
    for rule in &params.rules {
        let who = format!("`[[watchlist.rules]]` `{}`", rule.name);
        let condition = Condition::parse(&rule.when)?.check(&known).map_err(|e| within(&who, e))?;
        let mut read = condition.columns();
        read.extend(rule.since.as_deref());
        if let Some(name) = missing(&read) {
            return Err(Error::config(format!(
                "{who} reads the column `{name}`, which no stage of this run makes"
            ))
            .hint("add the stage that makes it to `[run] stages`, or leave `stages` out"));
        }
        ready.push(Ready { rule: rule.clone(), condition });
    }
    if params.defaults {
        for rule in rules::built_in(tonight) {
            let condition = Condition::parse(&rule.when)?.check(&known)?;
            let mut read = condition.columns();
            read.extend(rule.since.as_deref());
            let replaced = params.rules.iter().any(|own| own.name == rule.name);
            if missing(&read).is_none() && !replaced {
                ready.push(Ready { rule, condition });
            }
        }
    }
    ready.sort_by_key(|ready| ready.rule.priority);
    Ok(ready)
}

/// Puts the entries in the order of calls.
fn rank(entries: &mut [Entry], rules: &[Ready], customers: &DataFrame) -> Result<()> {
    let tiers = match customers.column(c::TIER) {
        Ok(_) => table::texts(customers, c::TIER)?,
        Err(_) => vec![None; customers.height()],
    };
    let values = table::f64s(customers, c::MONETARY)?;
    let place = |tier: Option<&str>| match tier {
        Some("key") => 0,
        Some("growing") => 1,
        Some(_) => 2,
        None => 3,
    };
    // Rows are in the order of the ids.
    entries.sort_by(|a, b| {
        let priority = |entry: &Entry| rules[entry.rules[0]].rule.priority;
        let value = |entry: &Entry| values[entry.row].unwrap_or(f64::NEG_INFINITY);
        priority(a)
            .cmp(&priority(b))
            .then_with(|| place(tiers[a.row]).cmp(&place(tiers[b.row])))
            .then_with(|| value(b).total_cmp(&value(a)))
            .then_with(|| a.row.cmp(&b.row))
    });
    Ok(())
}

fn frame(entries: &[Entry], rules: &[Ready], customers: &DataFrame) -> Result<DataFrame> {
    let ids = table::texts(customers, c::CUSTOMER_ID)?;
    let values = table::f64s(customers, c::MONETARY)?;
    let first = |entry: &Entry| &rules[entry.rules[0]];
    let mut since: Vec<Option<i64>> = Vec::with_capacity(entries.len());
    let mut why: Vec<String> = Vec::with_capacity(entries.len());
    for entry in entries {
        let ready = first(entry);
        let at = match &ready.rule.since {
            Some(column) => table::timestamp(customers, column, entry.row)?,
            None => None,
        };
        since.push(at);
        why.push(explain(ready, customers, entry.row)?);
    }
    let ranks: Vec<u32> = (1..).take(entries.len()).collect();
    let joined = |entry: &Entry| {
        entry.rules.iter().map(|place| rules[*place].rule.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut columns = vec![
        Column::new(w::RANK.into(), ranks),
        Column::new(w::CUSTOMER_ID.into(), entries.iter().map(|e| ids[e.row]).collect::<Vec<_>>()),
        Column::new(
            w::REASON.into(),
            entries.iter().map(|e| first(e).rule.name.as_str()).collect::<Vec<_>>(),
        ),
        table::timestamp_column(w::SINCE, since)?,
        Column::new(
            w::ACTION.into(),
            entries.iter().map(|e| first(e).rule.then.as_str()).collect::<Vec<_>>(),
        ),
        Column::new(w::MONETARY.into(), entries.iter().map(|e| values[e.row]).collect::<Vec<_>>()),
        Column::new(w::REASONS.into(), entries.iter().map(joined).collect::<Vec<_>>()),
        Column::new(w::WHY.into(), why),
    ];
    if customers.column(c::TIER).is_ok() {
        let tiers = table::texts(customers, c::TIER)?;
        let tiers: Vec<Option<&str>> = entries.iter().map(|entry| tiers[entry.row]).collect();
        columns.push(Column::new(w::TIER.into(), tiers));
    }
    table::new(columns)
}

/// The values that the rule looked at: `quadrant hostage, tier key`.
fn explain(ready: &Ready, customers: &DataFrame, row: usize) -> Result<String> {
    let mut parts = Vec::new();
    for name in ready.condition.columns() {
        let value = customers.column(name)?.get(row)?;
        let unit = c::TABLE.column(name).map_or(Kind::Text, |column| column.kind);
        let shown = match (&value, unit) {
            (AnyValue::Null, _) => "unknown".to_owned(),
            (AnyValue::Float64(value), _) => format!("{value:.2}"),
            (text, Kind::Text) => text.get_str().unwrap_or_default().to_owned(),
            (other, Kind::Timestamp) => other.to_string().chars().take(16).collect(),
            (other, _) => other.to_string(),
        };
        parts.push(format!("{name} {shown}"));
    }
    Ok(parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customers() -> DataFrame {
        table::new(vec![
            Column::new(c::CUSTOMER_ID.into(), ["a", "b", "c", "d", "e"]),
            Column::new(c::MONETARY.into(), [Some(10.0), Some(90.0), Some(50.0), None, Some(7.0)]),
            table::timestamp_column(c::LAST_ORDER_AT, vec![Some(1), Some(2), None, Some(4), Some(5)])
                .unwrap(),
            Column::new(
                c::QUADRANT.into(),
                [Some("hostage"), Some("hostage"), Some("advocate"), None, Some("hostage")],
            ),
            Column::new(c::R_SCORE.into(), [1_u8, 2, 1, 1, 5]),
        ])
        .unwrap()
    }

    fn found(params: &str) -> Result<Watchlist> {
        let params: WatchlistParams = toml::from_str(params).unwrap();
        let tonight = Tonight { day: 20_000, answer_days: 90, sla_hours: 72.0, scores_k: 5 };
        run(customers(), &params, &tonight, Zone::utc())
    }

    #[test]
    fn built_in_rules_apply_as_far_as_their_columns_are_there() {
        let found = found("").unwrap();
        let ids = table::texts(&found.list, w::CUSTOMER_ID).unwrap();
        assert_eq!(ids, [Some("b"), Some("c"), Some("a")]);
        let reasons = table::texts(&found.list, w::REASON).unwrap();
        assert_eq!(reasons, [Some("hostage_leaving"), Some("advocate_fading"), Some("hostage_leaving")]);
        assert_eq!(table::timestamps(&found.list, w::SINCE).unwrap(), [Some(2), None, Some(1)]);
        assert_eq!(table::texts(&found.list, w::WHY).unwrap()[0], Some("quadrant hostage, r_score 2"));
    }

    #[test]
    fn own_rules_come_by_their_priority_and_a_customer_comes_once() {
        let rules = r#"
            [[rules]]
            name = "big hostage"
            when = "quadrant = 'hostage' and monetary >= 10"
            then = "call within 48 hours"
            priority = 1
        "#;
        let made = found(rules).unwrap();
        assert_eq!(table::texts(&made.list, w::CUSTOMER_ID).unwrap(), [Some("b"), Some("a"), Some("c")]);
        assert_eq!(table::texts(&made.list, w::REASONS).unwrap()[0], Some("big hostage, hostage_leaving"));
        assert_eq!(table::texts(&made.list, w::ACTION).unwrap()[0], Some("call within 48 hours"));
        let watch = made.customers.column(c::WATCH).unwrap();
        assert_eq!(watch.null_count(), 2);
        let own_only = format!("defaults = false\n{rules}");
        assert_eq!(found(&own_only).unwrap().list.height(), 2);
    }

    #[test]
    fn an_own_rule_needs_its_columns() {
        let rules = "[[rules]]\nname = \"x\"\nwhen = \"tier = 'key'\"\nthen = \"call\"";
        let error = found(rules).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`[[watchlist.rules]]` `x` reads the column `tier`, which no stage of this run makes"
        );
    }

    #[test]
    fn nobody_to_watch_is_an_empty_list() {
        let found = found("defaults = false").unwrap();
        assert_eq!(found.list.height(), 0);
        assert_eq!(found.customers.column(c::WATCH).unwrap().null_count(), 5);
    }
}
