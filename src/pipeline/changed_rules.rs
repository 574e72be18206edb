//! Whether two nights placed customers by the same rules.

use crate::config::Config;
use crate::satisfaction::SatisfactionParams;
use crate::schema::customers as c;

/// The labels whose rules differ between two configurations.
///
/// Compared is what the sections come to, defaults included, not their text. Thresholds that a rule finds in the
/// data (quantiles, medians) are not part of it: they may move every night. `None` stands for a configuration
/// that cannot be read any more; then every rule counts as changed.
pub fn changed_rules(before: Option<&Config>, tonight: &Config) -> Vec<&'static str> {
    let rules = |config: &Config| {
        let rfm = format!("{:?}", config.rfm);
        let satisfaction = SatisfactionParams { minimum_group: 0, ..config.satisfaction.clone() };
        let satisfaction = format!("{satisfaction:?}");
        let loyalty = format!("{:?} {rfm} {satisfaction}", config.loyalty);
        let clusters = format!("{:?} {:?}", config.clusters, config.rfm.window_days);
        let tier = format!("{:?} {:?}", config.priority, config.rfm.scores);
        [
            (c::RFM_SEGMENT, rfm),
            (c::SATISFACTION_LEVEL, satisfaction),
            (c::QUADRANT, loyalty),
            (c::CLUSTER_NAME, clusters),
            (c::TIER, tier),
        ]
    };
    let tonight = rules(tonight);
    let Some(before) = before.map(rules) else { return tonight.map(|(label, _)| label).to_vec() };
    let differing = tonight.iter().zip(&before).filter(|((_, now), (_, then))| now != then);
    differing.map(|((label, _), _)| *label).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn config(more: &str) -> Config {
        let text = format!(
            "[transactions]\nfiles = [\"a.csv\"]\n\
             columns = {{ customer_id = \"c\", ordered_at = \"t\", amount = \"m\" }}\n{more}"
        );
        Config::parse(&text, Path::new(".")).unwrap()
    }

    #[test]
    fn rules_differ_by_what_they_say_not_by_how() {
        let plain = config("");
        assert!(changed_rules(Some(&plain), &plain).is_empty());
        assert!(
            changed_rules(Some(&plain), &config("[rfm]\nscores = 5 # the default\n[run]\nseed = 1"))
                .is_empty()
        );
        assert_eq!(changed_rules(Some(&plain), &config("[clusters]\nk = 4")), [c::CLUSTER_NAME]);
        assert_eq!(changed_rules(Some(&plain), &config("[loyalty]\ncut = 0.6")), [c::QUADRANT]);
        assert_eq!(
            changed_rules(Some(&plain), &config("[satisfaction]\nfade = false")),
            [c::SATISFACTION_LEVEL, c::QUADRANT]
        );
        assert_eq!(changed_rules(None, &plain).len(), 5);
    }
}
