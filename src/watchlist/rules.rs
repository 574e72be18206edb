//! The built-in rules, and the columns that rules may read.

use chrono::NaiveDate;

use super::params::{USUAL_PRIORITY, WatchRule};
use crate::condition::Columns;
use crate::schema::customers as c;
use crate::zone::Zone;

/// Days from the first of January of year 1 to 1970-01-01.
const EPOCH: i32 = 719_163;

/// Labels that customers can have.
const LEVELS: [&str; 5] = ["angry", "dissatisfied", "satisfied", "happy", "delighted"];
const QUADRANTS: [&str; 4] = ["advocate", "hostage", "mercenary", "dangerous"];
const TIERS: [&str; 3] = ["key", "growing", "other"];

/// What a night is like, as far as rules depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Tonight {
    /// The as-of day.
    pub day: i32,
    /// Days for which an angry answer is a reason to call.
    pub answer_days: u32,
    /// Hours within which a complaint should be resolved.
    pub sla_hours: f64,
    /// Highest RFM score.
    pub scores_k: u8,
}

/// The columns of the customers table, with the values that labels can have.
pub(super) fn columns(zone: Zone) -> Columns {
    Columns::of(&c::TABLE)
        .with_values(c::SATISFACTION_LEVEL, LEVELS)
        .with_values(c::PREVIOUS_SATISFACTION_LEVEL, LEVELS)
        .with_values(c::QUADRANT, QUADRANTS)
        .with_values(c::PREVIOUS_QUADRANT, QUADRANTS)
        .with_values(c::TIER, TIERS)
        .with_values(c::PREVIOUS_TIER, TIERS)
        .with_values(c::NPS_GROUP, ["promoter", "passive", "detractor"])
        .in_zone(zone)
}

/// At least two levels lower than in the previous result.
const DROPPED: &str = "previous_satisfaction_level = 'delighted' and satisfaction_level in ('satisfied', 'dissatisfied', 'angry') \
                       or previous_satisfaction_level = 'happy' and satisfaction_level in ('dissatisfied', 'angry') \
                       or previous_satisfaction_level = 'satisfied' and satisfaction_level = 'angry'";

fn rule(name: &str, when: String, then: &str, since: &str) -> WatchRule {
    WatchRule {
        name: name.to_owned(),
        when,
        then: then.to_owned(),
        priority: USUAL_PRIORITY,
        since: Some(since.to_owned()),
    }
}

/// The built-in rules, the gravest reason first.
pub(super) fn built_in(tonight: &Tonight) -> Vec<WatchRule> {
    let since = tonight.day.saturating_sub(i32::try_from(tonight.answer_days).unwrap_or(i32::MAX));
    let date = NaiveDate::from_num_days_from_ce_opt(since.saturating_add(EPOCH)).unwrap_or_default();
    let angry = format!(
        "satisfaction_level = 'angry' and (satisfaction_answered_at >= '{date}' or satisfaction_answered_at is null)"
    );
    // The lower two fifths of the recency scores: it is long since the last order.
    let fading = f64::from(tonight.scores_k) * 0.4;
    let answered = c::SATISFACTION_ANSWERED_AT;
    vec![
        rule(
            "angry_key",
            format!("{angry} and tier = 'key'"),
            "call today, by somebody who may decide",
            answered,
        ),
        rule("angry", angry, "call today", answered),
        rule(
            "complaint_overdue",
            format!("open_complaint_hours > {}", tonight.sla_hours),
            "settle the complaint today",
            c::OPEN_COMPLAINT_SINCE,
        ),
        rule(
            "complaint_reopened",
            "reopened_complaint_count > 0".to_owned(),
            "ask what was not settled",
            c::OPEN_COMPLAINT_SINCE,
        ),
        rule(
            "key_hostage",
            "quadrant = 'hostage' and tier = 'key'".to_owned(),
            "call within 48 hours",
            answered,
        ),
        rule(
            "satisfaction_drop",
            DROPPED.to_owned(),
            "ask what went wrong since they last answered",
            answered,
        ),
        rule(
            "key_fading",
            format!(
                "(tier = 'key' or previous_tier = 'key') and r_score < previous_r_score and r_score <= {fading}"
            ),
            "call within 48 hours, before they are lost",
            c::LAST_ORDER_AT,
        ),
        rule(
            "hostage_leaving",
            format!("quadrant = 'hostage' and r_score <= {fading}"),
            "call within a week, before they are gone",
            c::LAST_ORDER_AT,
        ),
        rule(
            "advocate_fading",
            format!("quadrant = 'advocate' and r_score <= {fading}"),
            "thank them and ask what keeps them away",
            c::LAST_ORDER_AT,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;

    #[test]
    fn built_in_rules_fit_the_customers_table() {
        let tonight = Tonight { day: 20_453, answer_days: 90, sla_hours: 72.0, scores_k: 5 };
        let rules = built_in(&tonight);
        for rule in &rules {
            Condition::parse(&rule.when).unwrap().check(&columns(Zone::utc())).unwrap();
            assert!(c::TABLE.column(rule.since.as_deref().unwrap()).is_some());
        }
        // 2025-12-31 less 90 days
        assert!(rules[1].when.contains(">= '2025-10-02'"), "{}", rules[1].when);
    }
}
