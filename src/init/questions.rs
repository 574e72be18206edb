//! What only a person can know, as questions.

use super::plan::{Decimal, Plan};
use super::roles::{BY_VALUES, Role};
use super::surveys::is_item;
use super::tables::{Table, thousands};
use super::trial::Trial;
use super::why::{self, percent};
use super::words::Concept;
use crate::schema::Reason;

/// Questions without whose answer nothing runs.
pub(super) fn needed(plan: &Plan<'_>) -> Vec<String> {
    let mut needed = Vec::new();
    if let Some(at) = plan.sales.pick(Role::OrderedAt).filter(|at| !at.profile().dates.is_settled()) {
        let (name, dates) = (&at.column.name, why::values(Role::OrderedAt, &at.column));
        needed.push(format!(
            "`{name}`: {dates}. Remove the # before `timestamp_format` and choose \"day_first\" or \"month_first\", or give a pattern"
        ));
    }
    if let Some(amount) = &plan.money.repeated {
        needed.push(format!(
            "`{amount}` is the money of the whole order and stands on each of its lines. Export a price of the line, or one row \
             an order, and name it as `amount`"
        ));
    }
    if plan.lacks_a_name() {
        needed.push(format!(
            "{}. Give each a name of its own, and name the money as `amount`, or say `money = \"none\"` where there is none",
            sharing_a_name(plan.main())
        ));
    }
    if let Decimal::Mixed(column, comma, point) = &plan.decimal {
        needed.push(format!(
            "`{column}` has `{comma}` and `{point}`. Remove the # before `decimal` and choose; rows written the other way are set aside"
        ));
    }
    needed
}

/// Asks what the values of a status mean.
fn unclear(column: &str, values: &[(String, usize)]) -> String {
    const MOST: usize = 6;
    let named =
        values.iter().take(MOST).map(|(value, rows)| format!("`{value}` {}", thousands(*rows as u64)));
    let more = match values.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "do these values of `{column}` stand for sales (rows): {}{more}? they count now; see `cancelled_when`",
        named.collect::<Vec<_>>().join(", ")
    )
}

/// That columns share a name and none of them is used.
pub(super) fn sharing_a_name(table: &Table) -> String {
    let names = table.ambiguous.join("`, `");
    format!("several columns of {} are called `{names}`, so that none of them can be named", table.shown())
}

/// Share of rows without a partner in a joined file from which a person is asked.
const MANY_LOST: f64 = 0.02;

/// Questions about choices that may be wrong.
pub(super) fn doubts(plan: &Plan<'_>, trial: &Trial) -> Vec<String> {
    let mut doubts = [plan.identity.open.clone(), plan.money.open.clone()].concat();
    if !plan.main().ambiguous.is_empty() && !plan.lacks_a_name() {
        doubts.push(format!("{}: is one of them needed? then rename it", sharing_a_name(plan.main())));
    }
    let silent = |role: &Role| plan.sales.pick(*role).is_some_and(|pick| pick.chosen.strength <= BY_VALUES);
    let by_values: Vec<String> = Role::ALL
        .into_iter()
        .filter(silent)
        .filter_map(|role| Some(format!("{} = `{}`", role.key(), plan.sales.pick(role)?.column.name)))
        .collect();
    if !by_values.is_empty() {
        doubts.push(format!(
            "only the values speak for {}: is that what the columns are?",
            by_values.join(", ")
        ));
    }
    let lost = trial.share_of(Reason::UnknownOrder);
    if lost > MANY_LOST {
        let lost = percent(lost);
        doubts.push(format!(
            "{lost} of the rows find no partner in the joined files: are all exports of the same time?"
        ));
    }
    doubts
}

/// Questions whose answer changes figures, though a run does without.
pub(super) fn wishes(plan: &Plan<'_>) -> Vec<String> {
    let mut wished = Vec::new();
    if let Decimal::Comma(why) = &plan.decimal
        && why.contains("taken for")
    {
        wished.push(format!("{why}: are they? see `decimal`"));
    }
    if let Decimal::Doubtful(column, example) = &plan.decimal {
        wished.push(format!(
            "`{example}` in `{column}`: is the mark a decimal mark or does it part thousands? see `decimal`"
        ));
    }
    if plan.rules.currencies.len() > 1 {
        let codes: Vec<&str> = plan.rules.currencies.iter().map(|(code, _)| code.as_str()).collect();
        wished.push(format!(
            "{} are mixed and cannot be summed: only the first is counted; see `rates`",
            codes.join(", ")
        ));
    }
    if !plan.rules.codes.is_empty() {
        wished.push(
            "which product codes are postage, fees or corrections? see `skip_when`; they count as sales now"
                .to_owned(),
        );
    }
    if !plan.rules.doubtful.is_empty() {
        wished.push("which states of an order are no sale? see below `cancelled_when`".to_owned());
    }
    wished.extend(plan.rules.unclear.iter().map(|(column, values)| unclear(column, values)));
    let discounts: Vec<&str> = plan
        .main()
        .columns
        .iter()
        .filter(|c| c.says(Concept::Discount) && c.profile.is_number() && c.profile.zero < 1.0)
        .map(|c| c.name.as_str())
        .collect();
    if let (false, true) = (discounts.is_empty(), plan.sales.picks.contains_key(&Role::UnitPrice)) {
        wished.push(format!(
            "is `{}` taken off the price already? quantity x price is counted",
            discounts.join("`, `")
        ));
    }
    let judged: Vec<&str> =
        plan.main().columns.iter().filter(|c| is_item(c)).map(|c| c.name.as_str()).collect();
    if !judged.is_empty() {
        wished.push(format!(
            "`{}` in the sales looks like an answer: for satisfaction name the same files in [[surveys]]",
            judged.join("`, `")
        ));
    }
    wished.extend(plan.surveys.iter().flat_map(|survey| survey.open.clone()));
    wished.extend(plan.complaints.iter().flat_map(|complaints| complaints.open.clone()));
    for survey in plan.surveys.iter().filter(|survey| survey.items.is_empty()) {
        let table = plan.tables[survey.table].shown();
        wished.push(format!("{table} looks like a survey, but its headers do not say what is asked: describe it in [[surveys]]"));
    }
    wished
}
