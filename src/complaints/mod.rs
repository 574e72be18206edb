//! Complaints: how often customers complain, how long they wait, whether they come back, and how many are
//! dissatisfied without a word.
//!
//! A complaint is an offer to put things right: most dissatisfied customers leave without one (TARP 1979), and
//! one that is settled soon keeps its customer. The figures follow that path:
//!
//! - [`rates`]: complaints per 1,000 orders, and the share of customers who complain;
//! - [`survival`]: hours until a first response or a resolution. Cases that are still open are the slow ones, so
//!   percentiles of resolved cases alone flatter; the headline is the Kaplan–Meier estimate, in which an open
//!   case counts as waiting at least as long as it has. What happens after the as-of moment is not known yet;
//! - [`recovery`] and [`comeback`]: who orders again after a resolution, and whether recovered complainers end up
//!   happier than customers who never complained (the recovery paradox) — a description, not an effect: complainers
//!   differ from others before they complain;
//! - [`silent`]: dissatisfied customers who did not complain, estimated from the survey; only without a survey by
//!   a rule of thumb, which is labelled as such.
//!
//! [`figures`] are given for all complaints and for groups of them; small groups are masked.

pub mod comeback;
pub mod figures;
mod groups;
mod params;
pub mod rates;
pub mod recovery;
pub mod silent;
mod standing;
pub mod survival;
mod trade;
mod unheard;

use polars::prelude::*;

pub use self::params::ComplaintsParams;
pub use self::unheard::Strangers;

use self::comeback::{Comeback, Followed, Like, Scores, compared, likes};
use self::figures::Figure;
use self::groups::Groups;
use self::trade::Count;
use self::unheard::{Voice, unheard};
use crate::cases::Complaints;
use crate::facts::Orders;
use crate::schema::{complaints as t, customers as c};
use crate::{Result, Warning, table};

/// The moment a run looks from, and how instants become days.
pub struct AsOf<'a> {
    /// Its day.
    pub day: i32,
    /// The moment itself, µs UTC: the end of the day unless another is configured.
    pub instant: i64,
    /// Local day of an instant.
    pub day_of: &'a dyn Fn(i64) -> i32,
}

/// What the complaints say.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The customers, with the complaint columns of `schema::customers`.
    pub customers: DataFrame,
    /// Figures of all complaints and of groups of them (`schema::complaints`).
    pub figures: DataFrame,
    /// What the reader of the result should know.
    pub warnings: Vec<Warning>,
}

/// Measures the complaints of a night; without a log every column is null and the table of figures is empty.
///
/// `customers` has one row per customer; of the labels `rfm_segment`, `tier`, `quadrant` and `satisfaction_level`, of
/// `satisfaction_score`, `loyalty_index` and the RFM scores, those that earlier stages made are used. `scores_k` is
/// the highest RFM score. `strangers` are the respondents of anonymous surveys.
///
/// # Errors
/// `Config` when the parameters are at fault, `Internal` when a column has another type than declared.
pub fn run(
    customers: DataFrame,
    log: Option<&Complaints>,
    strangers: Strangers,
    orders: &dyn Orders,
    as_of: &AsOf<'_>,
    params: &ComplaintsParams,
    scores_k: u8,
) -> Result<Measured> {
    params.check()?;
    let rows = customers.height();
    let Some(log) = log else {
        let columns = standing::columns(None, rows, as_of.instant, "no complaints were read")?;
        let figures = frame(&[])?;
        return Ok(Measured { customers: table::with(customers, columns)?, figures, warnings: Vec::new() });
    };
    let standings = log.named.then(|| standing::standings(log, rows));
    let why_not = "the complaints do not say whose they are";
    let columns = standing::columns(standings.as_deref(), rows, as_of.instant, why_not)?;
    let known = Known::of(&customers)?;
    let strata = known.strata();
    let like = known.like(&strata);
    let others = likes(log, &like, as_of.day, as_of.day_of, params);
    let mut followed = Followed::new(log, others, as_of.day_of, params);
    let mut count = Count::default();
    orders.each_order(&mut |order| {
        let day = (as_of.day_of)(order.at);
        count.see(&order, day);
        followed.see(&order, day);
    });
    let groups = Groups { log, count: &count, comebacks: &followed.after, as_of, params };
    let mut found = groups.all();
    if log.named && rows > 0 {
        let mut whole = compared(log, &followed, &like, as_of.day, params);
        let complained = standings.iter().flatten().map(|s| s.complaints > 0);
        whole.extend(unheard(&known.voices(complained, params, scores_k), strangers, params));
        found.extend(whole.into_iter().map(|figure| Row::all(figure, log, params)));
    }
    found.extend(groups.by_kind());
    if log.named {
        found.extend(groups.by_label(&known.labels, &known.order_counts));
    }
    Ok(Measured {
        figures: frame(&found)?,
        warnings: warnings(log, &count, as_of),
        customers: table::with(customers, columns)?,
    })
}

/// One row of the published table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    by: &'static str,
    group: String,
    figure: Figure,
}

impl Row {
    /// A figure of all complaints, masked when there are too few.
    fn all(figure: Figure, log: &Complaints, params: &ComplaintsParams) -> Self {
        let figure = match groups::mask(log.all.len(), params.minimum_group) {
            Some(reason) => figure.masked(&reason),
            None => figure,
        };
        Self { by: "all", group: "all".to_owned(), figure }
    }
}

/// What earlier stages know of the customers.
struct Known<'a> {
    labels: Vec<(&'static str, Vec<Option<&'a str>>)>,
    order_counts: Vec<Option<u32>>,
    first_order_at: Vec<Option<i64>>,
    recency: Vec<Option<i32>>,
    scores: Option<[Vec<Option<u8>>; 2]>,
    satisfaction: Option<Scores>,
    loyalty: Option<Vec<Option<f64>>>,
    priced: bool,
}

impl<'a> Known<'a> {
    fn of(customers: &'a DataFrame) -> Result<Self> {
        let has = |name: &str| customers.column(name).is_ok();
        let mut labels = Vec::new();
        for name in [c::RFM_SEGMENT, c::TIER, c::QUADRANT, c::SATISFACTION_LEVEL] {
            if has(name) {
                labels.push((name, table::texts(customers, name)?));
            }
        }
        let spend = table::f64s(customers, c::SPEND_TOTAL)?;
        Ok(Self {
            labels,
            order_counts: table::u32s(customers, c::ORDER_COUNT)?,
            first_order_at: table::timestamps(customers, c::FIRST_ORDER_AT)?,
            recency: table::i32s(customers, c::RECENCY_DAYS)?,
            scores: (has(c::R_SCORE) && has(c::F_SCORE))
                .then(|| {
                    Ok::<_, crate::Error>([
                        table::u8s(customers, c::R_SCORE)?,
                        table::u8s(customers, c::F_SCORE)?,
                    ])
                })
                .transpose()?,
            satisfaction: has(c::SATISFACTION_SCORE)
                .then(|| {
                    Ok::<_, crate::Error>(Scores {
                        score: table::f64s(customers, c::SATISFACTION_SCORE)?,
                        answered_at: table::timestamps(customers, c::SATISFACTION_ANSWERED_AT)?,
                    })
                })
                .transpose()?,
            loyalty: has(c::LOYALTY_INDEX).then(|| table::f64s(customers, c::LOYALTY_INDEX)).transpose()?,
            priced: spend.iter().any(Option::is_some),
        })
    }

    fn label(&self, name: &str) -> Option<&[Option<&'a str>]> {
        self.labels.iter().find(|(known, _)| *known == name).map(|(_, values)| values.as_slice())
    }

    /// RFM segment by tier, as far as both are known, numbered in the order of their names.
    fn strata(&self) -> Vec<u32> {
        let (segments, tiers) = (self.label(c::RFM_SEGMENT), self.label(c::TIER));
        let key = |row: usize| (segments.and_then(|s| s[row]), tiers.and_then(|t| t[row]));
        let rows = self.order_counts.len();
        let mut places: std::collections::BTreeMap<_, u32> = (0..rows).map(|row| (key(row), 0)).collect();
        places.values_mut().zip(0..).for_each(|(place, next)| *place = next);
        (0..rows).map(|row| places[&key(row)]).collect()
    }

    fn like<'b>(&'b self, strata: &'b [u32]) -> Like<'b> {
        Like {
            strata,
            first_order_at: &self.first_order_at,
            scores: self.satisfaction.as_ref(),
            loyalty: self.loyalty.as_deref(),
            priced: self.priced,
        }
    }

    fn voices(&self, complained: impl Iterator<Item = bool>, params: &ComplaintsParams, k: u8) -> Vec<Voice> {
        let levels = self.label(c::SATISFACTION_LEVEL);
        let part = |score: Option<u8>| score.map(|score| f64::from(score) / f64::from(k));
        let voice = |(row, complained): (usize, bool)| Voice {
            active: self.order_counts[row].is_some_and(|orders| orders > 0)
                && params.active_days.is_none_or(|days| {
                    self.recency[row].is_some_and(|recency| i64::from(recency) <= i64::from(days))
                }),
            complained,
            dissatisfied: levels.and_then(|l| l[row]).map(|level| matches!(level, "angry" | "dissatisfied")),
            scores: self.scores.as_ref().and_then(|[r, f]| Some([part(r[row])?, part(f[row])?])),
        };
        complained.enumerate().map(voice).collect()
    }
}

/// The published table.
fn frame(rows: &[Row]) -> Result<DataFrame> {
    let floats = |name: &str, of: fn(&Figure) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(|row| of(&row.figure)).collect::<Vec<_>>())
    };
    table::new(vec![
        Column::new(t::GROUP_BY.into(), rows.iter().map(|row| row.by).collect::<Vec<_>>()),
        Column::new(t::GROUP.into(), rows.iter().map(|row| row.group.as_str()).collect::<Vec<_>>()),
        Column::new(t::MEASURE.into(), rows.iter().map(|row| row.figure.measure).collect::<Vec<_>>()),
        Column::new(t::N.into(), rows.iter().map(|row| row.figure.n).collect::<Vec<_>>()),
        floats(t::VALUE, |figure| figure.value),
        floats(t::LOW, |figure| figure.interval.map(|interval| interval.low)),
        floats(t::HIGH, |figure| figure.interval.map(|interval| interval.high)),
        Column::new(t::NOTE.into(), rows.iter().map(|row| row.figure.note.as_deref()).collect::<Vec<_>>()),
    ])
}

/// Complaints from before the first order make rates too high.
fn warnings(log: &Complaints, count: &Count, as_of: &AsOf<'_>) -> Vec<Warning> {
    let Some(first) = count.first_day() else { return Vec::new() };
    let early = log.all.iter().filter(|c| (as_of.day_of)(c.opened_at) < first).count();
    let warning = || {
        Warning::new(
            "complaints_before_orders",
            format!(
                "{early} of {} complaints were opened before the first order: rates over all months are too high, \
                 those of a month are right",
                log.all.len()
            ),
        )
        .with("n", early)
        .with("all", log.all.len())
    };
    (early > 0).then(warning).into_iter().collect()
}
