//! `moshtari explain`

use std::fmt::Write;

use moshtari::ingest::published::Published;
use moshtari::schema::customers as c;
use moshtari::{Error, Result};

use super::DONE;
use super::args::ExplainArgs;
use super::printer::Printer;

pub(super) fn run(args: &ExplainArgs, printer: Printer) -> Result<u8> {
    let published = Published::open(&args.result)?;
    let Some(customer) = published.customer(&args.id)? else {
        return Err(Error::config(format!("the result has no customer `{}`", args.id))
            .hint("ids are compared as written in `customers.parquet`; a customer whose rows were all set aside is in `rejects`"));
    };
    let value = |column: &str| customer.get(column).map(String::as_str);
    let mut text = format!("customer {} as of {}\n", args.id, published.as_of());
    let shown = |column: &str| value(column).unwrap_or("unknown");
    let _ = match value(c::ORDER_COUNT) {
        None => writeln!(text, "  orders        unknown: the run had no transactions"),
        Some(orders) => writeln!(
            text,
            "  orders        {orders} counting, on {} days, {} to {}; spend {}, {} rows returned worth {}",
            shown(c::ACTIVE_DAYS),
            value(c::FIRST_ORDER_AT).unwrap_or("never"),
            value(c::LAST_ORDER_AT).unwrap_or("never"),
            shown(c::SPEND_TOTAL),
            shown(c::RETURN_COUNT),
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
        if published.has(label) {
            let _ = writeln!(
                text,
                "  {name:<12}  {}: {}",
                value(label).unwrap_or("none"),
                value(why).unwrap_or("no reason recorded")
            );
        }
    }
    if published.has(c::WATCH) {
        let _ =
            writeln!(text, "  {:<12}  {}", "watch", value(c::WATCH).unwrap_or("no reason to call tonight"));
    }
    printer.out(&text)?;
    Ok(DONE)
}
