//! `moshtari explain`

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use moshtari::config::Config;
use moshtari::ingest::id::canonical_id;
use moshtari::ingest::published::Published;
use moshtari::schema::{customers as c, responses as r};
use moshtari::{Error, Result};

use super::DONE;
use super::args::ExplainArgs;
use super::printer::Printer;

pub(super) fn run(args: &ExplainArgs, printer: Printer) -> Result<u8> {
    let published = Published::open(&args.result)?;
    let id = id_in(&published, &args.id);
    let customer = published.customer(&id)?.ok_or_else(|| nobody(&args.id))?;
    let value = |column: &str| customer.get(column).map(String::as_str);
    let mut text = format!("customer {id} as of {}\n", published.as_of());
    let shown = |column: &str| value(column).unwrap_or("unknown");
    let _ = match value(c::ORDER_COUNT) {
        None => writeln!(text, "  orders        unknown: the run had no transactions"),
        Some(orders) => writeln!(
            text,
            "  orders        {orders} counting, on {}, {} to {}; spend {}, {} returned worth {}",
            counted(shown(c::ACTIVE_DAYS), "day"),
            value(c::FIRST_ORDER_AT).unwrap_or("never"),
            value(c::LAST_ORDER_AT).unwrap_or("never"),
            shown(c::SPEND_TOTAL),
            counted(shown(c::RETURN_COUNT), "row"),
            shown(c::RETURN_TOTAL),
        ),
    };
    if published.has(c::RFM_WHY) {
        let _ = writeln!(
            text,
            "  values        recency_days {}, frequency {}, monetary {}",
            shown(c::RECENCY_DAYS),
            shown(c::FREQUENCY),
            shown(c::MONETARY)
        );
    }
    let labels = [
        ("segment", c::RFM_SEGMENT, c::RFM_WHY),
        ("satisfaction", c::SATISFACTION_LEVEL, c::SATISFACTION_WHY),
        ("complaints", c::COMPLAINT_COUNT, c::COMPLAINT_WHY),
        ("quadrant", c::QUADRANT, c::QUADRANT_WHY),
        ("tier", c::TIER, c::TIER_WHY),
        ("cluster", c::CLUSTER_NAME, c::CLUSTER_WHY),
    ];
    for (name, label, why) in labels {
        if label == c::SATISFACTION_LEVEL {
            for response in published.responses(&id)? {
                let _ = writeln!(text, "  {:<12}  {}", "answer", answer(&response));
            }
        }
        if published.has(label) {
            let own = match label {
                c::SATISFACTION_LEVEL => figure("score", 3, value(c::SATISFACTION_SCORE)),
                c::CLUSTER_NAME => figure("distance", 2, value(c::CLUSTER_DISTANCE)),
                _ => String::new(),
            };
            let (label, why) = (value(label).unwrap_or("none"), value(why).unwrap_or("no reason recorded"));
            let _ = writeln!(text, "  {name:<12}  {label}: {why}{own}");
        }
    }
    if published.has(c::WATCH) {
        let _ =
            writeln!(text, "  {:<12}  {}", "watch", value(c::WATCH).unwrap_or("no reason to call tonight"));
    }
    printer.out(&text)?;
    Ok(DONE)
}

fn nobody(asked: &str) -> Error {
    Error::config(format!("the result has no customer `{asked}`"))
        .hint("ids are compared as written in `customers.parquet`; a customer whose rows were all set aside is in `rejects`")
}

/// An id that was asked for, as the rule of the run writes ids.
fn id_in<'a>(published: &Published, asked: &'a str) -> Cow<'a, str> {
    let config = Config::parse(published.config(), published.folder()).ok();
    let rule = config.as_ref().and_then(|config| {
        let of_transactions = config.transactions.as_ref().map(|transactions| transactions.rules.ids);
        of_transactions.or_else(|| config.surveys.first().map(|survey| survey.rules.ids))
    });
    let id = canonical_id(asked.as_bytes(), rule.unwrap_or_default());
    id.map_or(Cow::Borrowed(asked), |id| Cow::Owned(String::from_utf8_lossy(&id).into_owned()))
}

/// `1 day`, `2 days`
fn counted(n: &str, noun: &str) -> String {
    format!("{n} {noun}{}", if n == "1" { "" } else { "s" })
}

/// The customer's own figure behind a reason that others share.
fn figure(name: &str, decimals: usize, value: Option<&str>) -> String {
    let figure = value.and_then(|text| text.parse::<f64>().ok());
    figure.map_or_else(String::new, |figure| format!("; {name} {figure:.decimals$}"))
}

/// `2025-03-31 09:12:00Z, 274 days ago: satisfaction 0.75, attitude 0.9; weighs 0.12, still says 0.65`
fn answer(response: &BTreeMap<String, String>) -> String {
    let value = |column: &str| response.get(column).map(String::as_str);
    let number = |column: &str| value(column).and_then(|text| text.parse::<f64>().ok());
    let when = match (value(r::ANSWERED_AT), value(r::AGE_DAYS)) {
        (Some(at), Some(days)) => format!("{at}, {} ago", counted(days, "day")),
        _ => "undated".to_owned(),
    };
    let figure = |name: &str, column: &str| number(column).map(|figure| format!("{name} {figure:.3}"));
    let said = [figure("satisfaction", r::SATISFACTION), figure("attitude", r::ATTITUDE)];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let said = if said.is_empty() { "neither satisfaction nor attitude".to_owned() } else { said.join(", ") };
    let weight = number(r::WEIGHT).unwrap_or(0.0);
    let counts = match number(r::FADED) {
        _ if weight <= 0.0 => "too old to count".to_owned(),
        Some(faded) => format!("weighs {weight:.3}, satisfaction faded to {faded:.3}"),
        None => format!("weighs {weight:.3}"),
    };
    format!("{} of {when}: {said}; {counts}", value(r::SURVEY).unwrap_or("a survey"))
}
