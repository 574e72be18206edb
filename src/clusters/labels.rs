//! What clustering tells every customer: number and name of the cluster, how far from its centre, and why.

use polars::prelude::*;
use rayon::prelude::*;

use super::features::Features;
use super::naming::figure;
use super::params::ClustersParams;
use super::quality::own_and_next;
use super::{Centre, Groups};
use crate::schema::customers as c;
use crate::{Result, table};

/// Everything the labels are made of.
pub(super) struct Labels<'a> {
    /// The measures of all customers, one column each.
    pub(super) known: &'a [Vec<Option<f64>>],
    pub(super) features: &'a Features,
    pub(super) found: &'a Groups,
    pub(super) centres: &'a [Centre],
    pub(super) params: &'a ClustersParams,
}

/// Where a clustered customer lies.
#[derive(Clone, Copy)]
struct Label {
    cluster: usize,
    distance: f64,
    /// The next nearest cluster and its distance.
    next: Option<(usize, f64)>,
}

impl Labels<'_> {
    /// The columns that clustering adds to the customers.
    ///
    /// # Errors
    /// `Internal` when a column cannot be put together.
    pub(super) fn columns(&self) -> Result<Vec<Column>> {
        let n = self.known.first().map_or(0, Vec::len);
        let mut place = vec![None; n];
        self.features.customers.iter().enumerate().for_each(|(i, &row)| place[row] = Some(i));
        let points = self.found.centres.concat();
        let labels: Vec<Option<Label>> =
            place.into_par_iter().map(|place| Some(self.label(place?, &points))).collect();
        let names: Vec<&str> = self.centres.iter().map(|centre| centre.name.as_str()).collect();
        let (why, (name, numbers)) = rayon::join(
            || self.why(&labels),
            || {
                let which = labels.iter().map(|label| label.map(|label| label.cluster as u32));
                rayon::join(|| table::chosen(c::CLUSTER_NAME, &names, which), || self.numbers(&labels))
            },
        );
        let [id, distance] = numbers;
        Ok(vec![id, name?, distance, why?])
    }

    fn numbers(&self, labels: &[Option<Label>]) -> [Column; 2] {
        let ids: Vec<Option<u16>> =
            labels.iter().map(|label| label.map(|label| self.centres[label.cluster].id)).collect();
        let distances = labels.iter().map(|label| label.map(|label| label.distance));
        [Column::new(c::CLUSTER_ID.into(), ids), table::f64_column(c::CLUSTER_DISTANCE, distances)]
    }

    fn label(&self, place: usize, points: &[f64]) -> Label {
        let d = self.features.scalers.len();
        let cluster = usize::from(self.found.labels[place]);
        let (distance, next) = own_and_next(&self.features.scaled[place * d..][..d], points, cluster);
        Label { cluster, distance, next }
    }

    /// The `cluster_why` column: customers for whom the same holds share a sentence; their own measures and distance have
    /// columns of their own.
    fn why(&self, labels: &[Option<Label>]) -> Result<Column> {
        let phrases: Vec<String> = self.centres.iter().map(phrase).collect();
        let grounds: Vec<Grounds> =
            labels.par_iter().enumerate().map(|(row, label)| self.grounds(row, label.as_ref())).collect();
        table::shared(c::CLUSTER_WHY, &grounds, |grounds| self.explain(grounds, &phrases))
    }

    fn grounds(&self, row: usize, label: Option<&Label>) -> Grounds {
        let missing = self.known.iter().enumerate().filter(|(_, known)| known[row].is_none());
        let next = |label: &Label| {
            let (next, distance) = label.next?;
            let tenths = (10.0 * distance / label.distance).round_ties_even();
            Some((next, (tenths <= FAR).then_some(tenths as u32)))
        };
        Grounds {
            missing: missing.map(|(feature, _)| feature).collect(),
            cluster: label.map(|label| label.cluster),
            next: label.and_then(next),
        }
    }

    /// `nearest to cluster 1, ... (means ...), next is cluster 3, 2.4 times as far`, or why there is no cluster.
    fn explain(&self, grounds: &Grounds, phrases: &[String]) -> String {
        let columns = grounds.missing.iter().map(|feature| self.params.features[*feature].column.as_str());
        let missing = columns.collect::<Vec<_>>().join(", ");
        let Some(cluster) = grounds.cluster else { return format!("no cluster: {missing} missing") };
        let filled = if missing.is_empty() {
            missing
        } else {
            format!("the median stands for the missing {missing}; ")
        };
        let next = grounds.next.map_or_else(String::new, |(next, tenths)| {
            let far = match tenths {
                Some(tenths) => format!("{}.{} times as far", tenths / 10, tenths % 10),
                None => format!("more than {} times as far", FAR / 10.0),
            };
            format!(", next is cluster {}, {far}", self.centres[next].id)
        });
        format!("{filled}{}{next}", phrases[cluster])
    }
}

/// Tenths above which it does not matter how much farther the next cluster is.
const FAR: f64 = 30.0;

/// What the reason of a cluster rests on.
#[derive(PartialEq, Eq, Hash)]
struct Grounds {
    /// Measures that are not known, by their place in the configuration.
    missing: Vec<usize>,
    cluster: Option<usize>,
    /// The next nearest cluster, and how many tenths of the distance it is away unless far.
    next: Option<(usize, Option<u32>)>,
}

/// What all customers of a cluster share of the sentence: its name and its centre.
fn phrase(centre: &Centre) -> String {
    let means: Vec<String> =
        centre.features.iter().map(|(column, mean)| format!("{column} {}", figure(*mean))).collect();
    format!("nearest to cluster {}, {} (means {})", centre.id, centre.name, means.join(", "))
}
