//! `[transactions.rules]`: what is not a plain sale, how values are written, when to stop.

use super::dates::Dates;
use super::plan::{Decimal, Plan};
use super::render::Purpose;
use super::roles::Role;
use super::rules::Cancelled;
use super::tables::thousands;
use super::toml_text::{Text, list, quoted};
use super::trial::Trial;
use super::why::percent;

/// Writes the section.
pub(super) fn rules(text: &mut Text, plan: &Plan<'_>, purpose: Purpose<'_>) {
    text.line("[transactions.rules]", "");
    dates(text, plan, purpose);
    decimal(text, plan, purpose);
    let undecided = plan.money.repeated.is_some() || plan.lacks_a_name();
    if !plan.sales.has_money() && (!undecided || purpose.is_trial()) {
        text.entry(
            "money",
            &quoted("none"),
            "no column holds money: spending is unknown, only when and how often is counted",
        );
    }
    cancelled(text, plan);
    skipped(text, plan);
    if plan.rules.negative > 0 {
        let rows = thousands(plan.rules.negative as u64);
        let comment = format!("negative rows: {rows}; their money is subtracted, and they are no orders");
        text.entry("returns", &quoted("net"), &comment);
    }
    duplicates(text, plan);
    gate(text, plan, purpose);
    rates(text, plan);
    text.gap();
}

fn dates(text: &mut Text, plan: &Plan<'_>, purpose: Purpose<'_>) {
    let Some(at) = plan.sales.pick(Role::OrderedAt) else { return };
    let name = &at.column.name;
    match &at.profile().dates {
        Dates::Pattern(pattern) => {
            let comment =
                format!("years of two digits in `{name}`; no other order of day, month and year fits");
            text.entry("timestamp_format", &quoted(pattern), &comment);
        }
        Dates::Serial(unit) => {
            let comment = format!("`{name}` counts time; in this unit all of it falls between 1990 and 2100");
            text.entry("timestamp_format", &quoted(unit), &comment);
        }
        Dates::Ambiguous(_) | Dates::Mixed(_) if purpose.is_trial() => {
            text.entry("timestamp_format", &quoted("day_first"), "");
        }
        Dates::Ambiguous(example) => {
            let comment = format!("or \"month_first\": `{example}` is both");
            text.suggestion("timestamp_format", &quoted("day_first"), &comment);
        }
        Dates::Mixed(what) => text.suggestion("timestamp_format", &quoted("day_first"), what),
        Dates::No | Dates::Stored | Dates::Moments | Dates::Found(_) => {}
    }
}

fn decimal(text: &mut Text, plan: &Plan<'_>, purpose: Purpose<'_>) {
    match &plan.decimal {
        Decimal::Clear => {}
        Decimal::Comma(why) => text.entry("decimal", &quoted(","), why),
        Decimal::Doubtful(column, example) => {
            let comment =
                format!("if `{example}` in `{column}` has a decimal comma, or thousands parted by points");
            text.suggestion("decimal", &quoted(","), &comment);
        }
        Decimal::Mixed(..) if purpose.is_trial() => text.entry("decimal", &quoted("."), ""),
        Decimal::Mixed(column, comma, point) => {
            let comment = format!("or \".\": `{column}` has `{comma}` and `{point}`");
            text.suggestion("decimal", &quoted(","), &comment);
        }
    }
}

fn cancelled(text: &mut Text, plan: &Plan<'_>) {
    let mut conditions = Vec::new();
    let mut reasons = Vec::new();
    for cancelled in &plan.rules.cancelled {
        match cancelled {
            Cancelled::Prefix(column, prefix, rows, back) => {
                conditions.push(format!(
                    "{{ column = {}, starts_with = {} }}",
                    quoted(column),
                    quoted(prefix)
                ));
                let rows = thousands(*rows as u64);
                reasons.push(format!(
                    "rows that begin so: {rows}; {} of them take something back",
                    percent(*back)
                ));
            }
            Cancelled::Values(column, values) => {
                let names = list(values.iter().map(|(value, _)| value.as_str()));
                conditions.push(format!("{{ column = {}, in = {names} }}", quoted(column)));
                let rows = values.iter().map(|(value, rows)| format!("{value} {}", thousands(*rows as u64)));
                reasons.push(format!("rows: {}", rows.collect::<Vec<_>>().join(", ")));
            }
        }
    }
    match &conditions[..] {
        [] => {}
        [one] => text.entry("cancelled_when", one, &reasons.join("; ")),
        several => text.entry("cancelled_when", &format!("[{}]", several.join(", ")), &reasons.join("; ")),
    }
    if !plan.rules.doubtful.is_empty() {
        let rows = plan
            .rules
            .doubtful
            .iter()
            .map(|(column, value, rows)| format!("{column} = {value} {}", thousands(*rows as u64)));
        text.comment(&format!(
            "counted as sales, though perhaps some are none (rows): {}",
            rows.collect::<Vec<_>>().join(", ")
        ));
    }
}

/// Rows to skip: those that the plan cannot do without skipping, and suggestions behind a mark.
fn skipped(text: &mut Text, plan: &Plan<'_>) {
    let mut conditions = Vec::new();
    if let Some(column) = &plan.money.only_first_lines {
        text.comment("the money of an order stands on its first line only; its further lines are set aside (skipped_by_rule)");
        conditions.push(format!("{{ column = {}, is_empty = true }}", quoted(column)));
    }
    if let Some(column) = &plan.money.only_line_one {
        text.comment("the money of an order stands on each of its lines; all but the first are set aside (skipped_by_rule)");
        conditions.push(format!("{{ column = {}, at_least = 2 }}", quoted(column)));
    }
    if let ([(main, _), others @ ..], Some(currency)) =
        (&plan.rules.currencies[..], plan.sales.pick(Role::Currency))
        && !others.is_empty()
    {
        text.comment(&format!(
            "only {main} is counted until `rates` below says what the other currencies are worth; then take this rule away"
        ));
        let list = list(others.iter().map(|(code, _)| code.as_str()));
        conditions.push(format!("{{ column = {}, in = {list} }}", quoted(&currency.column.name)));
        if currency.profile().missing() > 0.0 {
            conditions.push(format!("{{ column = {}, is_empty = true }}", quoted(&currency.column.name)));
        }
    }
    if let Some((column, events)) = &plan.rules.events {
        let rows = events.iter().map(|(event, rows)| format!("{event} {}", thousands(*rows as u64)));
        text.comment(&format!(
            "events that are no purchases (rows): {}",
            rows.collect::<Vec<_>>().join(", ")
        ));
        let list = list(events.iter().map(|(event, _)| event.as_str()));
        conditions.push(format!("{{ column = {}, in = {list} }}", quoted(column)));
    }
    if !conditions.is_empty() {
        text.entry("skip_when", &format!("[{}]", conditions.join(", ")), "");
    }
    if let (false, Some(product)) = (plan.rules.codes.is_empty(), plan.sales.pick(Role::Product)) {
        let rows = plan.rules.codes.iter().map(|(code, rows)| format!("{code} {}", thousands(*rows as u64)));
        text.comment(&format!(
            "perhaps no products, but postage, fees or corrections (rows): {}",
            rows.collect::<Vec<_>>().join(", ")
        ));
        let codes = list(plan.rules.codes.iter().map(|(code, _)| code.as_str()));
        text.line(
            &format!("# skip_when = [{{ column = {}, in = {codes} }}]", quoted(&product.column.name)),
            "",
        );
    }
}

fn duplicates(text: &mut Text, plan: &Plan<'_>) {
    let repeated = plan.main().repeated;
    if repeated > 0 {
        let comment = format!(
            "rows that repeat an earlier one in every column: {}; \"drop_exact\" if the export repeats, not the customers",
            thousands(repeated as u64)
        );
        text.entry("duplicates", &quoted("keep"), &comment);
    }
}

fn gate(text: &mut Text, plan: &Plan<'_>, purpose: Purpose<'_>) {
    let Some(trial) = purpose.trial() else {
        text.entry("max_set_aside", "1.0", "");
        return;
    };
    let (limit, share) = (trial.limit(), trial.share_aside);
    let mut comment = if trial.read == 0 {
        "above this share of rows set aside the run stops".to_owned()
    } else {
        format!(
            "above this share of rows set aside the run stops; now it is {}{}",
            percent(share),
            trial.faults_in_words()
        )
    };
    if limit > Trial::USUAL_LIMIT {
        comment.push_str(&format!("; the usual {} would stop it", Trial::USUAL_LIMIT));
    }
    text.entry("max_set_aside", &format!("{limit:.2}"), &comment);
    if plan.rules.zero > 0 {
        text.comment(&format!("rows worth nothing: {}", thousands(plan.rules.zero as u64)));
    }
}

fn rates(text: &mut Text, plan: &Plan<'_>) {
    if let (Some(column), Some((code, _))) = (&plan.rules.gappy_currency, plan.rules.currencies.first()) {
        text.comment(&format!("all money is {code}, as far as `{column}` says, which is empty on some rows and therefore not used"));
    }
    if plan.rules.currencies.len() < 2 {
        return;
    }
    text.gap();
    text.comment(
        "worth of one unit of each currency in the currency of the result; remove the # and fill in:",
    );
    text.line("# [transactions.rules.rates]", "");
    for (at, (code, rows)) in plan.rules.currencies.iter().enumerate() {
        let rate = if at == 0 { "1.0" } else { "..." };
        text.suggestion(code, rate, &format!("rows: {}", thousands(*rows as u64)));
    }
}
