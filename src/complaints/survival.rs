//! How long complaints wait, with those still open (Kaplan & Meier 1958).

/// Microseconds in an hour.
pub(super) const HOUR: f64 = 3_600_000_000.0;

/// One complaint's time until something happened, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// Hours until it happened, or until the as-of moment; 0 or more.
    pub hours: f64,
    /// It happened; otherwise the complaint was still waiting.
    pub ended: bool,
}

impl Wait {
    /// The wait from `opened` to `ended`, as known at `as_of`; all in microseconds on one clock.
    ///
    /// What ended after `as_of` is still waiting. `None` for a complaint opened after `as_of`, or ended before it
    /// was opened.
    pub fn known_at(as_of: i64, opened: i64, ended: Option<i64>) -> Option<Self> {
        let ended = ended.filter(|&ended| ended <= as_of);
        let wait = ended.unwrap_or(as_of).checked_sub(opened)?;
        (wait >= 0).then(|| Self { hours: wait as f64 / HOUR, ended: ended.is_some() })
    }
}

/// The share of complaints that still wait, over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KaplanMeier {
    /// One step for each time at which something ended, ascending.
    pub steps: Vec<Step>,
}

/// A time at which waits ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Hours after opening.
    pub hours: f64,
    /// Complaints that waited at least as long.
    pub at_risk: u64,
    /// Waits that ended at this time.
    pub ended: u64,
    /// Share still waiting after this time, 0 to 1.
    pub waiting: f64,
    /// Greenwood's standard error of `waiting`; `None` when nobody waits any more.
    pub standard_error: Option<f64>,
}

impl KaplanMeier {
    /// `S(t) = Π (1 − dᵢ/nᵢ)` over the times up to t at which dᵢ of nᵢ waits ended; standard error
    /// `S·√Σ dᵢ/(nᵢ(nᵢ−dᵢ))` (Greenwood 1926). A complaint open as long as another took was still waiting then.
    pub fn of(waits: &[Wait]) -> Self {
        let mut waits = waits.to_vec();
        waits.sort_unstable_by(|a, b| a.hours.total_cmp(&b.hours));
        let (mut steps, mut waiting, mut terms) = (Vec::new(), 1.0, 0.0);
        let mut at_risk = waits.len() as u64;
        for alike in waits.chunk_by(|a, b| a.hours >= b.hours) {
            let ended = alike.iter().filter(|wait| wait.ended).count() as u64;
            if ended > 0 {
                let (d, n) = (ended as f64, at_risk as f64);
                waiting *= 1.0 - d / n;
                terms += d / (n * (n - d));
                let standard_error = (ended < at_risk).then(|| waiting * f64::sqrt(terms));
                steps.push(Step { hours: alike[0].hours, at_risk, ended, waiting, standard_error });
            }
            at_risk -= alike.len() as u64;
        }
        Self { steps }
    }

    /// Share still waiting after `hours`; 1 before anything ended.
    pub fn waiting_after(&self, hours: f64) -> f64 {
        let passed = self.steps.partition_point(|step| step.hours <= hours);
        passed.checked_sub(1).map_or(1.0, |last| self.steps[last].waiting)
    }

    /// Hours within which the share `p` has ended: the first time with `S ≤ 1 − p`, both rounded to 1e-9, half to
    /// even. `None` when fewer have ended so far.
    pub fn percentile(&self, p: f64) -> Option<f64> {
        let rounded = |x: f64| (x * 1e9).round_ties_even();
        let left = rounded(1.0 - p);
        self.steps.iter().find(|step| rounded(step.waiting) <= left).map(|step| step.hours)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use std::collections::BTreeMap;

    use chrono::NaiveDateTime;

    use super::*;
    use crate::math::golden::{close, json, numbers, real_text};
    use crate::math::quantile::quantile_of;
    use crate::math::random::stream;

    fn waits(hours: &[f64], ended: &[f64]) -> Vec<Wait> {
        hours.iter().zip(ended).map(|(&hours, &ended)| Wait { hours, ended: ended > 0.0 }).collect()
    }

    #[test]
    fn curves_equal_the_reference() {
        let cases = json("km_vectors.json");
        for case in cases.as_array().unwrap() {
            let found = KaplanMeier::of(&waits(&numbers(&case["t"]), &numbers(&case["event"])));
            let curve = case["curve"].as_array().unwrap();
            assert_eq!(found.steps.len(), curve.len());
            for (step, expected) in found.steps.iter().zip(curve) {
                assert_eq!(Some(step.hours), expected["t"].as_f64());
                assert_eq!(Some(step.at_risk), expected["at_risk"].as_u64());
                assert_eq!(Some(step.ended), expected["events"].as_u64());
                close(step.waiting, expected["S"].as_f64().unwrap(), 1e-12);
                match expected["se"].as_f64() {
                    Some(error) => close(step.standard_error.unwrap(), error, 1e-12),
                    None => assert_eq!(step.standard_error, None),
                }
            }
            assert_eq!(found.percentile(0.5), case["median"].as_f64());
        }
    }

    /// Opened, first response and resolution of an incident, in microseconds.
    type Incident = (i64, Option<i64>, Option<i64>);

    /// The incidents of the service-desk log.
    fn incidents(log: &str) -> Vec<Incident> {
        let time = |cell: &str| {
            let parsed = NaiveDateTime::parse_from_str(cell, "%d/%m/%Y %H:%M").ok()?;
            Some(parsed.and_utc().timestamp_micros())
        };
        let mut lines = log.lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let place = |name: &str| header.iter().position(|other| *other == name).unwrap();
        let [number, state, opened, updated, resolved] =
            ["number", "incident_state", "opened_at", "sys_updated_at", "resolved_at"].map(place);
        let mut found = BTreeMap::new();
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            let entry =
                found.entry(cells[number]).or_insert_with(|| (time(cells[opened]).unwrap(), None, None));
            if entry.1.is_none() && cells[state] != "New" {
                entry.1 = time(cells[updated]);
            }
            entry.2 = time(cells[resolved]).or(entry.2);
        }
        found.into_values().collect()
    }

    #[test]
    fn the_service_desk_equals_the_reference() {
        let Some(log) = real_text("incident_log/incident_events.csv.gz") else { return };
        let expected = json("complaints_incident_log_2016-03-31.json");
        let moment = expected["as_of"].as_str().unwrap();
        let as_of = NaiveDateTime::parse_from_str(moment, "%Y-%m-%d %H:%M:%S").unwrap();
        let as_of = as_of.and_utc().timestamp_micros();
        let incidents = incidents(&log);
        let known = |end: fn(&Incident) -> Option<i64>| -> Vec<Wait> {
            incidents.iter().filter_map(|i| Wait::known_at(as_of, i.0, end(i))).collect()
        };
        let resolutions = known(|incident| incident.2);
        let ended = |waits: &[Wait]| -> Vec<f64> {
            waits.iter().filter(|wait| wait.ended).map(|wait| wait.hours).collect()
        };
        assert_eq!(resolutions.len() as u64, expected["n"].as_u64().unwrap());
        let (resolved, answered) = (ended(&resolutions), ended(&known(|incident| incident.1)));
        assert_eq!(resolved.len() as u64, expected["resolved"].as_u64().unwrap());
        assert_eq!(answered.len() as u64, expected["first_response_hours"]["n"].as_u64().unwrap());
        for (hours, name) in [(&resolved, "naive_resolution_hours"), (&answered, "first_response_hours")] {
            for (percent, value) in expected[name]["pct"].as_object().unwrap() {
                let p = percent.parse::<f64>().unwrap() / 100.0;
                close(quantile_of(hours, p).unwrap(), value.as_f64().unwrap(), 1e-12);
            }
        }
        let curve = KaplanMeier::of(&resolutions);
        for (percent, value) in expected["km_resolution_hours"].as_object().unwrap() {
            let found = curve.percentile(percent.parse::<f64>().unwrap() / 100.0);
            assert_eq!(found.is_some(), value.is_number(), "{percent}");
            if let Some(found) = found {
                close(found, value.as_f64().unwrap(), 1e-12);
            }
        }
        for (hours, value) in expected["km_S_at"].as_object().unwrap() {
            close(curve.waiting_after(hours.parse().unwrap()), value.as_f64().unwrap(), 1e-12);
        }
    }

    #[test]
    fn without_open_complaints_it_is_what_was_counted() {
        let hours = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        let found = KaplanMeier::of(&waits(&hours, &[1.0; 8]));
        for t in [0.0, 1.0, 2.5, 6.0, 9.0] {
            let longer = hours.iter().filter(|&&h| h > t).count();
            close(found.waiting_after(t), longer as f64 / 8.0, 1e-15);
        }
        // 0.6 of five waits: the third, although 1 − 2/5 is a little above 0.6 in f64
        let five = KaplanMeier::of(&waits(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0; 5]));
        assert_eq!(
            (five.percentile(0.4), five.percentile(0.6), five.percentile(1.0)),
            (Some(2.0), Some(3.0), Some(5.0))
        );
    }

    #[test]
    fn an_open_complaint_never_shortens_a_percentile() {
        let mut draws = stream(11, "survival test");
        let mut all: Vec<Wait> = Vec::new();
        for _ in 0..60 {
            let before = KaplanMeier::of(&all);
            let hours = (draws.unit() * 30.0).round();
            let open = [all.clone(), vec![Wait { hours, ended: false }]].concat();
            let after = KaplanMeier::of(&open);
            for p in [0.1, 0.5, 0.9, 0.95] {
                let (before, after) = (before.percentile(p), after.percentile(p));
                assert!(after.is_none() || before.is_some_and(|before| before <= after.unwrap()), "{p}");
            }
            all.push(Wait { hours, ended: draws.unit() < 0.7 });
        }
    }

    #[test]
    fn nothing_is_known_after_the_as_of_moment() {
        let hour = 3_600_000_000;
        let open = Some(Wait { hours: 5.0, ended: false });
        assert_eq!(Wait::known_at(10 * hour, 5 * hour, None), open);
        assert_eq!(Wait::known_at(10 * hour, 5 * hour, Some(11 * hour)), open);
        let closed = Some(Wait { hours: 5.0, ended: true });
        assert_eq!(Wait::known_at(10 * hour, 5 * hour, Some(10 * hour)), closed);
        assert_eq!(Wait::known_at(10 * hour, 11 * hour, Some(12 * hour)), None);
        assert_eq!(Wait::known_at(10 * hour, 5 * hour, Some(4 * hour)), None);
        assert_eq!(KaplanMeier::of(&[]), KaplanMeier::default());
        assert_eq!(
            (KaplanMeier::default().waiting_after(9.0), KaplanMeier::default().percentile(0.5)),
            (1.0, None)
        );
    }
}
