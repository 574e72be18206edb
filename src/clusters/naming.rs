//! Numbers and names of clusters. Cluster 1 is the most valuable; a name says what its customers are like
//! beside the others.

use std::collections::BTreeMap;

use super::params::{ClustersParams, Direction};
use crate::schema::customers as c;

/// Words for low, middle and high values of a measure.
pub type Words = [String; 3];

/// Centres nearer than this in the scaled space share a rank: a name must not tell apart what hardly differs.
const SAME: f64 = 0.25;

/// Most measures in a name.
const MOST: usize = 3;

/// The order in which clusters are numbered: by value, the sum of scaled coordinates with the sign of their
/// direction, the highest first; then by size, the largest first; then by coordinates.
///
/// `centres` has one row per cluster; returns for each number, from the first, the cluster it goes to.
pub(super) fn order(centres: &[Vec<f64>], directions: &[Direction], sizes: &[u32]) -> Vec<usize> {
    let value =
        |centre: &Vec<f64>| -> f64 { centre.iter().zip(directions).map(|(z, way)| way.sign() * z).sum() };
    // in billionths, so that rounding does not decide
    let key = |cluster: usize| (value(&centres[cluster]) * 1e9).round_ties_even() as i64;
    let mut order: Vec<usize> = (0..centres.len()).collect();
    order.sort_by(|&a, &b| {
        let by_coordinates = || {
            let pairs = centres[a].iter().zip(&centres[b]);
            pairs.map(|(x, y)| x.total_cmp(y)).find(|way| way.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        };
        key(b).cmp(&key(a)).then(sizes[b].cmp(&sizes[a])).then_with(by_coordinates)
    });
    order
}

/// A measure as names see it.
pub(super) struct Profile<'a> {
    /// Column of the customers table.
    pub(super) column: &'a str,
    /// Mean of each cluster in original units.
    pub(super) means: Vec<f64>,
    /// Coordinate of each centre in the scaled space.
    pub(super) scaled: Vec<f64>,
}

/// A name for each of `k` clusters, all different.
///
/// Each of up to three measures, the most unusual ones of the cluster if there are more, gives a word by
/// the rank of its centre: the lower third, the middle, the upper third. Clusters that would share a name
/// add the mean of the measure in which they differ most, and at last their number.
pub(super) fn names(k: usize, profiles: &[Profile<'_>], params: &ClustersParams) -> Vec<String> {
    if k < 2 || profiles.is_empty() {
        return vec!["all customers".to_owned(); k];
    }
    let words: Vec<Vec<String>> = profiles.iter().map(|profile| words_of(profile, &params.words)).collect();
    let mut names: Vec<String> = (0..k)
        .map(|cluster| {
            let mut told: Vec<usize> = (0..profiles.len()).collect();
            told.sort_by(|&a, &b| {
                profiles[b].scaled[cluster].abs().total_cmp(&profiles[a].scaled[cluster].abs())
            });
            told.truncate(MOST);
            told.sort_unstable();
            told.into_iter().map(|profile| words[profile][cluster].as_str()).collect::<Vec<_>>().join(", ")
        })
        .collect();
    for group in shared(&names) {
        let differ = |profile: &Profile<'_>| {
            let values = group.iter().map(|&cluster| profile.scaled[cluster]);
            let (low, high) =
                values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), z| (l.min(z), h.max(z)));
            high - low
        };
        let most =
            profiles.iter().reduce(|best, other| if differ(other) > differ(best) { other } else { best });
        let Some(profile) = most else { continue };
        for cluster in group {
            let mean = figure(profile.means[cluster]);
            names[cluster] = format!("{}, {} about {mean}", names[cluster], profile.column.replace('_', " "));
        }
    }
    for group in shared(&names) {
        for cluster in group {
            names[cluster] = format!("{} ({})", names[cluster], cluster + 1);
        }
    }
    names
}

/// Groups of clusters with the same name.
fn shared(names: &[String]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (cluster, name) in names.iter().enumerate() {
        groups.entry(name).or_default().push(cluster);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// The word of a measure for each cluster, by the rank of its centre.
fn words_of(profile: &Profile<'_>, own: &BTreeMap<String, Words>) -> Vec<String> {
    let [low, middle, high] = own.get(profile.column).cloned().unwrap_or_else(|| words(profile.column));
    let last = profile.means.len() - 1;
    let word = |place: &f64| {
        let rank = profile.scaled.iter().filter(|other| *other + SAME < *place).count();
        let word = if 3 * rank < last {
            &low
        } else if 3 * rank > 2 * last {
            &high
        } else {
            &middle
        };
        word.clone()
    };
    profile.scaled.iter().map(word).collect()
}

/// The engine's words for low, middle and high values of a measure.
fn words(column: &str) -> Words {
    let words = match column {
        c::RECENCY_DAYS => ["recent", "less recent", "long gone"],
        c::FREQUENCY | c::ORDER_COUNT => ["rare", "regular", "frequent"],
        c::MONETARY | c::SPEND_TOTAL => ["small spenders", "medium spenders", "big spenders"],
        c::SPEND_MEAN => ["small orders", "medium orders", "big orders"],
        c::SATISFACTION_SCORE => ["unhappy", "content", "happy"],
        c::LOYALTY_INDEX => ["not loyal", "fairly loyal", "loyal"],
        other => {
            let plain = other.replace('_', " ");
            return ["low", "middling", "high"].map(|level| format!("{level} {plain}"));
        }
    };
    words.map(str::to_owned)
}

/// A figure for people: whole from 100 on, else with up to two decimals.
pub(super) fn figure(value: f64) -> String {
    let hundredths = (value * 100.0).round_ties_even() as i64;
    if hundredths.unsigned_abs() >= 10_000 {
        return format!("{value:.0}");
    }
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    match (rest / 10, rest % 10) {
        (0, 0) => format!("{sign}{whole}"),
        (tenths, 0) => format!("{sign}{whole}.{tenths}"),
        _ => format!("{sign}{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(column: &str, means: [f64; 3]) -> Profile<'_> {
        Profile { column, means: means.to_vec(), scaled: means.to_vec() }
    }

    fn named(profiles: &[Profile<'_>]) -> Vec<String> {
        names(profiles.first().map_or(1, |p| p.means.len()), profiles, &ClustersParams::default())
    }

    #[test]
    fn the_most_valuable_cluster_is_the_first() {
        use Direction::{HighIsGood, LowIsGood, None};
        let centres = vec![vec![1.0, 0.0, 9.0], vec![-1.0, 1.0, 0.0], vec![0.0, 2.0, 0.0]];
        // values −1, 2, 2: the larger of the equal ones is first
        assert_eq!(order(&centres, &[LowIsGood, HighIsGood, None], &[5, 1, 2]), [2, 1, 0]);
        // equal in value and size: by coordinates
        assert_eq!(order(&centres, &[LowIsGood, HighIsGood, None], &[5, 2, 2]), [1, 2, 0]);
    }

    #[test]
    fn ranks_of_means_become_words() {
        let profiles = [
            profile(c::RECENCY_DAYS, [5.0, 300.0, 90.0]),
            profile(c::FREQUENCY, [9.0, 1.0, 3.0]),
            profile(c::MONETARY, [500.0, 20.0, 80.0]),
        ];
        assert_eq!(
            named(&profiles),
            [
                "recent, frequent, big spenders",
                "long gone, rare, small spenders",
                "less recent, regular, medium spenders"
            ]
        );
    }

    #[test]
    fn centres_that_hardly_differ_share_a_word() {
        let recency = Profile {
            column: c::RECENCY_DAYS,
            means: vec![13.7, 118.0, 13.5],
            scaled: vec![-1.0, 0.9, -1.02],
        };
        let found = words_of(&recency, &BTreeMap::new());
        assert_eq!(found, ["recent", "long gone", "recent"]);
    }

    #[test]
    fn thirds_of_eight_ranks() {
        let means: Vec<f64> = (0..8).map(f64::from).collect();
        let profile = Profile { column: c::FREQUENCY, scaled: means.clone(), means };
        let found = words_of(&profile, &BTreeMap::new());
        assert_eq!(found, ["rare", "rare", "rare", "regular", "regular", "frequent", "frequent", "frequent"]);
    }

    #[test]
    fn equal_means_get_equal_words_and_names_still_differ() {
        let profiles = [profile(c::FREQUENCY, [1.0, 1.0, 4.0]), profile(c::MONETARY, [20.0, 20.0, 90.0])];
        assert_eq!(
            named(&profiles),
            [
                "rare, small spenders, frequency about 1 (1)",
                "rare, small spenders, frequency about 1 (2)",
                "frequent, big spenders"
            ]
        );
    }

    #[test]
    fn shared_words_are_told_apart_by_the_widest_difference() {
        let mut frequency = profile(c::FREQUENCY, [0.0; 3]);
        let mut monetary = profile(c::MONETARY, [0.0; 3]);
        (frequency.means, frequency.scaled) =
            (vec![1.0, 1.2, 2.0, 3.0, 4.0, 5.0], vec![-1.0, -0.9, 0.0, 0.1, 1.0, 1.1]);
        (monetary.means, monetary.scaled) =
            (vec![10.0, 40.0, 50.0, 60.0, 70.0, 80.5], vec![-2.0, -1.0, 0.0, 0.2, 1.0, 1.3]);
        assert_eq!(
            named(&[frequency, monetary]),
            [
                "rare, small spenders, monetary about 10",
                "rare, small spenders, monetary about 40",
                "regular, medium spenders, monetary about 50",
                "regular, medium spenders, monetary about 60",
                "frequent, big spenders, monetary about 70",
                "frequent, big spenders, monetary about 80.5"
            ]
        );
    }

    #[test]
    fn of_many_measures_the_most_unusual_three_are_told() {
        let scaled =
            |column, scaled: [f64; 2]| Profile { column, means: scaled.to_vec(), scaled: scaled.to_vec() };
        let profiles = [
            scaled(c::FREQUENCY, [0.1, -0.1]),
            scaled(c::MONETARY, [2.0, -2.0]),
            scaled(c::SATISFACTION_SCORE, [-1.0, 1.0]),
            scaled(c::QUANTITY_TOTAL, [1.5, -1.5]),
        ];
        assert_eq!(named(&profiles)[0], "big spenders, unhappy, high quantity total");
    }

    #[test]
    fn own_words_replace_the_engines() {
        let words =
            BTreeMap::from([(c::FREQUENCY.to_owned(), ["seldom", "often", "always"].map(str::to_owned))]);
        let params = ClustersParams { words, ..ClustersParams::default() };
        assert_eq!(
            names(3, &[profile(c::FREQUENCY, [1.0, 2.0, 3.0])], &params),
            ["seldom", "often", "always"]
        );
    }

    #[test]
    fn one_cluster_is_everybody() {
        assert_eq!(named(&[]), ["all customers"]);
    }

    #[test]
    fn figures_for_people() {
        let shown = [0.0, -0.001, 0.456, 7.0, 80.5, 99.999, 123.456, -5.25, -0.05].map(figure);
        assert_eq!(shown, ["0", "0", "0.46", "7", "80.5", "100", "123", "-5.25", "-0.05"]);
    }
}
