//! The figures of a group of complaints.

use std::collections::BTreeMap;

use super::comeback::{Comeback, came_back};
use super::params::ComplaintsParams;
use super::rates::{Estimate, complaining_share, per_thousand};
use super::survival::{KaplanMeier, Wait};
use crate::cases::{Complaint, Complaints};
use crate::math::interval::{Interval, wilson};
use crate::math::quantile::{ascending, quantile};

/// Below this many complaints a figure is called indicative.
const INDICATIVE_BELOW: u32 = 30;

/// Half-width of a 95 % interval in standard errors.
const Z: f64 = 1.959_963_984_540_054;

/// One measure of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What the value is.
    pub measure: &'static str,
    /// What stands behind the value, such as complaints or customers; `None` when masked.
    pub n: Option<u32>,
    /// The figure; `None` when masked, or when it cannot be given.
    pub value: Option<f64>,
    /// 95 % interval of the figure.
    pub interval: Option<Interval>,
    /// What to know before using the figure.
    pub note: Option<String>,
}

impl Figure {
    /// A figure on `n` cases.
    pub(super) fn new(measure: &'static str, n: usize, value: Option<f64>) -> Self {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        let few = value.is_some() && n < INDICATIVE_BELOW;
        let note = few.then(|| format!("indicative: fewer than {INDICATIVE_BELOW}"));
        Self { measure, n: Some(n), value, interval: None, note }
    }

    /// A count of things, of which there are `n` in all.
    pub(super) fn count(measure: &'static str, n: usize, count: usize) -> Self {
        Self { note: None, ..Self::new(measure, n, Some(count as f64)) }
    }

    /// A figure with its interval, or why there is none.
    pub(super) fn estimate(measure: &'static str, n: usize, found: Option<Estimate>, why: &str) -> Self {
        match found {
            Some(found) => {
                Self { interval: Some(found.interval), ..Self::new(measure, n, Some(found.value)) }
            }
            None => Self::new(measure, n, None).noted(why),
        }
    }

    /// The share of `k` in `n`.
    fn share(measure: &'static str, k: usize, n: usize) -> Self {
        let share = (n > 0).then(|| k as f64 / n as f64);
        Self { interval: wilson(k as u64, n as u64), ..Self::new(measure, n, share) }
    }

    /// The same figure with a note before those it has.
    #[must_use]
    pub(super) fn noted(mut self, note: &str) -> Self {
        self.note = Some(self.note.map_or(note.to_owned(), |other| format!("{note}; {other}")));
        self
    }

    /// The figure without its values, and why.
    #[must_use]
    pub(super) fn masked(&self, reason: &str) -> Self {
        Self { measure: self.measure, n: None, value: None, interval: None, note: Some(reason.to_owned()) }
    }
}

/// What a group of complaints is held against: the trade of the same months, or of the same customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trade {
    /// Counting orders; `None` where they are not known.
    pub orders: Option<u64>,
    /// Customers with a counting order.
    pub customers: Option<u64>,
}

/// A group of complaints, with what the stage knows about each.
pub struct Group<'a> {
    /// The log they are from.
    pub log: &'a Complaints,
    /// Which of its complaints, by place.
    pub members: &'a [usize],
    /// What they are held against.
    pub trade: Trade,
    /// What customers did after each complaint of the log.
    pub comebacks: &'a [Option<Comeback>],
    /// The as-of moment, µs UTC.
    pub as_of: i64,
    /// The as-of day.
    pub as_of_day: i32,
}

impl Group<'_> {
    fn complaints(&self) -> impl Iterator<Item = &Complaint> {
        self.members.iter().map(|place| &self.log.all[*place])
    }

    /// Every figure; always the same measures in the same order, whatever the group.
    pub fn figures(&self, params: &ComplaintsParams) -> Vec<Figure> {
        let mut figures = self.counts();
        figures.extend(self.rates());
        figures.extend(self.people());
        figures.extend(self.resolution(params.minimum_group));
        figures.extend(self.answers(params.minimum_group));
        figures.extend(self.ages(params.minimum_group));
        figures.extend(came_back(self.members, self.log, self.comebacks, self.as_of_day, params));
        figures
    }

    fn counts(&self) -> Vec<Figure> {
        let n = self.members.len();
        let open = self.complaints().filter(|c| c.resolved_at.is_none()).count();
        let again = self.complaints().filter(|c| c.reopened > 0).count();
        let reopened = if self.log.with_reopened {
            Figure::count("reopened", n, again)
        } else {
            Figure::new("reopened", n, None).noted("the export does not say which were opened again")
        };
        vec![
            Figure::count("opened", n, n),
            Figure::count("open", n, open),
            Figure::count("resolved", n, n - open),
            reopened,
        ]
    }

    fn rates(&self) -> Vec<Figure> {
        let opened = self.members.len() as u64;
        let rate = |measure, of: Option<u64>, why: &str| {
            let n = of.unwrap_or(0) as usize;
            Figure::estimate(measure, n, of.and_then(|of| per_thousand(opened, of)), why)
        };
        vec![
            rate("per_1000_orders", self.trade.orders, "no orders to compare with"),
            rate("per_1000_customers", self.trade.customers, "no customers to compare with"),
        ]
    }

    fn people(&self) -> Vec<Figure> {
        let mut times: BTreeMap<u64, u32> = BTreeMap::new();
        self.complaints().filter_map(|c| c.person).for_each(|person| *times.entry(person).or_default() += 1);
        let repeated = times.values().filter(|times| **times > 1).count();
        let customers: std::collections::BTreeSet<u32> =
            self.complaints().filter_map(|c| c.customer).collect();
        let all = self.trade.customers.unwrap_or(0);
        let share = complaining_share(customers.len() as u64, all);
        let anonymous = "nobody knows whose complaints these are";
        let known = |figure: Figure| {
            if self.log.named { figure } else { Figure::new(figure.measure, 0, None).noted(anonymous) }
        };
        vec![
            known(Figure::estimate("complaining_share", all as usize, share, "no customers to compare with")),
            known(Figure::count("complainers", self.members.len(), times.len())),
            known(Figure::count("repeat_complainers", times.len(), repeated)),
            known(Figure::share("repeat_share", repeated, times.len())),
        ]
    }

    /// Waits until something happened; those it has not happened to wait until the as-of moment.
    fn waits(&self, ended: fn(&Complaint) -> Option<i64>) -> Vec<Wait> {
        self.complaints().filter_map(|c| Wait::known_at(self.as_of, c.opened_at, ended(c))).collect()
    }

    fn resolution(&self, minimum: u32) -> Vec<Figure> {
        let waits = self.waits(|c| c.resolved_at);
        let (curve, ended) = (KaplanMeier::of(&waits), ended(&waits));
        let mut figures: Vec<Figure> = [
            ("resolution_hours_p25", 0.25),
            ("resolution_hours_p50", 0.5),
            ("resolution_hours_p75", 0.75),
            ("resolution_hours_p90", 0.9),
            ("resolution_hours_p95", 0.95),
        ]
        .into_iter()
        .map(|(measure, p)| waited(measure, &curve, p, waits.len(), minimum))
        .collect();
        for (measure, p) in [
            ("resolution_hours_naive_p50", 0.5),
            ("resolution_hours_naive_p90", 0.9),
            ("resolution_hours_naive_p95", 0.95),
        ] {
            figures.push(percentile(measure, &ended, p, minimum).noted("of resolved complaints only"));
        }
        for (measure, hours) in
            [("waiting_after_24h", 24.0), ("waiting_after_72h", 72.0), ("waiting_after_168h", 168.0)]
        {
            figures.push(still_waiting(measure, &curve, hours, waits.len()));
        }
        let soon = ended.iter().filter(|hours| **hours <= 24.0).count();
        figures.push(Figure::share("resolved_within_24h_share", soon, ended.len()));
        figures
    }

    fn answers(&self, minimum: u32) -> Vec<Figure> {
        let of_answered = [
            ("first_response_hours_p50", 0.5),
            ("first_response_hours_p90", 0.9),
            ("first_response_hours_p95", 0.95),
        ];
        let of_all = [
            ("first_response_hours_km_p50", 0.5),
            ("first_response_hours_km_p90", 0.9),
            ("first_response_hours_km_p95", 0.95),
        ];
        if !self.log.with_answers {
            let none = |(measure, _): (&'static str, f64)| {
                Figure::new(measure, 0, None)
                    .noted("the export does not say when complaints were first answered")
            };
            return of_answered.into_iter().chain(of_all).map(none).collect();
        }
        let waits = self.waits(|c| c.answered_at);
        let (curve, ended) = (KaplanMeier::of(&waits), ended(&waits));
        let naive = of_answered
            .into_iter()
            .map(|(measure, p)| percentile(measure, &ended, p, minimum).noted("of answered complaints only"));
        let estimated =
            of_all.into_iter().map(|(measure, p)| waited(measure, &curve, p, waits.len(), minimum));
        naive.chain(estimated).collect()
    }

    fn ages(&self, minimum: u32) -> Vec<Figure> {
        let waits = self.waits(|c| c.resolved_at);
        let open = waits.iter().filter(|wait| !wait.ended).map(|wait| wait.hours).collect::<Vec<_>>();
        let open = ascending(&open);
        [("open_age_hours_p50", 0.5), ("open_age_hours_p90", 0.9)]
            .into_iter()
            .map(|(measure, p)| percentile(measure, &open, p, minimum))
            .collect()
    }
}

/// Hours of the waits that ended, ascending.
fn ended(waits: &[Wait]) -> Vec<f64> {
    ascending(&waits.iter().filter(|wait| wait.ended).map(|wait| wait.hours).collect::<Vec<_>>())
}

/// Percentiles are not published for less than three times the smallest group (methods, section 11).
fn too_few(n: usize, minimum: u32) -> Option<String> {
    let least = 3 * minimum as usize;
    (n < least && minimum > 1).then(|| format!("percentiles need {least}"))
}

/// A type-7 percentile of ascending hours.
fn percentile(measure: &'static str, hours: &[f64], p: f64, minimum: u32) -> Figure {
    match too_few(hours.len(), minimum) {
        Some(why) => Figure::new(measure, hours.len(), None).noted(&why),
        None => Figure::new(measure, hours.len(), quantile(hours, p)),
    }
}

/// A Kaplan–Meier percentile of `n` waits.
pub(super) fn waited(measure: &'static str, curve: &KaplanMeier, p: f64, n: usize, minimum: u32) -> Figure {
    if let Some(why) = too_few(n, minimum) {
        return Figure::new(measure, n, None).noted(&why);
    }
    match curve.percentile(p) {
        Some(hours) => Figure::new(measure, n, Some(hours)),
        None => Figure::new(measure, n, None).noted("too many still wait to say"),
    }
}

/// The share still waiting, with Greenwood's interval.
fn still_waiting(measure: &'static str, curve: &KaplanMeier, hours: f64, n: usize) -> Figure {
    let step = curve.steps.iter().rev().find(|step| step.hours <= hours);
    let half = step.and_then(|step| step.standard_error).map(|error| Z * error);
    let share = curve.waiting_after(hours);
    let interval = half.map(|half| Interval { low: share - half, high: share + half }.clip(0.0, 1.0));
    Figure { interval, ..Figure::new(measure, n, (n > 0).then_some(share)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn complaint(person: u64, opened: i64, resolved: Option<i64>) -> Complaint {
        Complaint {
            customer: None,
            person: Some(person),
            opened_at: opened * HOUR,
            answered_at: None,
            resolved_at: resolved.map(|hours| hours * HOUR),
            reopened: 0,
            category: None,
            channel: None,
        }
    }

    fn figures(all: Vec<Complaint>, trade: Trade, minimum_group: u32) -> BTreeMap<&'static str, Figure> {
        let members: Vec<usize> = (0..all.len()).collect();
        let comebacks = vec![None; all.len()];
        let log = Complaints { all, named: true, ..Complaints::default() };
        let group = Group {
            log: &log,
            members: &members,
            trade,
            comebacks: &comebacks,
            as_of: 100 * HOUR,
            as_of_day: 4,
        };
        let params = ComplaintsParams { minimum_group, ..ComplaintsParams::default() };
        group.figures(&params).into_iter().map(|figure| (figure.measure, figure)).collect()
    }

    /// By hand: waits of 1, 2 and 4 hours that ended and one of 3 hours that has not. S falls to 3/4, 1/2 and 0.
    #[test]
    fn a_small_log_by_hand() {
        let all = vec![
            complaint(1, 10, Some(11)),
            complaint(1, 20, Some(22)),
            complaint(2, 30, Some(34)),
            complaint(3, 97, None),
        ];
        let trade = Trade { orders: Some(400), customers: Some(80) };
        let found = figures(all, trade, 1);
        let value = |measure: &str| found[measure].value;
        assert_eq!((value("opened"), value("open"), value("resolved")), (Some(4.0), Some(1.0), Some(3.0)));
        assert_eq!((value("per_1000_orders"), value("per_1000_customers")), (Some(10.0), Some(50.0)));
        assert_eq!((value("repeat_complainers"), value("complainers")), (Some(1.0), Some(3.0)));
        assert_eq!((value("resolution_hours_p50"), value("resolution_hours_p90")), (Some(2.0), Some(4.0)));
        assert_eq!(value("resolution_hours_naive_p50"), Some(2.0));
        assert_eq!((value("open_age_hours_p50"), value("resolved_within_24h_share")), (Some(3.0), Some(1.0)));
        assert_eq!(value("first_response_hours_p50"), None);
        assert!(found["reopened"].note.as_deref().unwrap().starts_with("the export does not say"));
    }

    #[test]
    fn percentiles_of_few_and_rates_without_trade_are_not_given() {
        let found = figures((0..29).map(|n| complaint(n, 1, Some(2))).collect(), Trade::default(), 10);
        assert_eq!(found["resolution_hours_p50"].value, None);
        assert_eq!(found["resolution_hours_p50"].note.as_deref(), Some("percentiles need 30"));
        assert_eq!(found["per_1000_orders"].value, None);
        assert_eq!(found["per_1000_orders"].note.as_deref(), Some("no orders to compare with"));
    }

    #[test]
    fn no_complaints_at_all_are_figures_too() {
        let found = figures(Vec::new(), Trade { orders: Some(50), customers: Some(9) }, 1);
        assert_eq!((found["opened"].value, found["per_1000_orders"].value), (Some(0.0), Some(0.0)));
        assert_eq!(found["waiting_after_24h"].value, None);
    }
}
