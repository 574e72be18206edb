//! What clustering tells every customer: number and name of the cluster, how far from its centre, and why.

use polars::prelude::*;
use rayon::prelude::*;

use super::features::Features;
use super::naming::{figure, write_figure};
use super::params::ClustersParams;
use super::quality::own_and_next;
use super::{Centre, Groups};
use crate::schema::customers as c;

/// Everything the labels are made of.
pub(super) struct Labels<'a> {
    /// The measures of all customers, one column each.
    pub(super) known: &'a [Vec<Option<f64>>],
    pub(super) features: &'a Features,
    pub(super) found: &'a Groups,
    pub(super) centres: &'a [Centre],
    pub(super) params: &'a ClustersParams,
}

/// The labels of one customer.
struct Label {
    cluster: Option<usize>,
    distance: Option<f64>,
    why: String,
}

impl Labels<'_> {
    /// The columns that clustering adds to the customers.
    pub(super) fn columns(&self) -> Vec<Column> {
        let n = self.known.first().map_or(0, Vec::len);
        let mut place = vec![None; n];
        self.features.customers.iter().enumerate().for_each(|(i, &row)| place[row] = Some(i));
        let points = self.found.centres.concat();
        let phrases: Vec<String> = self.centres.iter().map(phrase).collect();
        let labels: Vec<Label> = place
            .into_par_iter()
            .enumerate()
            .map(|(row, place)| match place {
                Some(i) => self.placed(row, i, &points, &phrases),
                None => Label { cluster: None, distance: None, why: self.missing(row) },
            })
            .collect();
        let centre = |label: &Label| label.cluster.map(|cluster| &self.centres[cluster]);
        let ids: Vec<Option<u16>> =
            labels.iter().map(|label| centre(label).map(|centre| centre.id)).collect();
        let names: Vec<Option<&str>> =
            labels.iter().map(|label| centre(label).map(|centre| centre.name.as_str())).collect();
        vec![
            Column::new(c::CLUSTER_ID.into(), ids),
            Column::new(c::CLUSTER_NAME.into(), names),
            Column::new(
                c::CLUSTER_DISTANCE.into(),
                labels.iter().map(|label| label.distance).collect::<Vec<_>>(),
            ),
            Column::new(
                c::CLUSTER_WHY.into(),
                labels.iter().map(|label| label.why.as_str()).collect::<Vec<_>>(),
            ),
        ]
    }

    /// Clustered customer `i`, in a row of the customers table.
    fn placed(&self, row: usize, i: usize, points: &[f64], phrases: &[String]) -> Label {
        let (d, width) = (self.features.scalers.len(), self.params.features.len());
        let cluster = usize::from(self.found.labels[i]);
        let (distance, next) = own_and_next(&self.features.scaled[i * d..][..d], points, cluster);
        let mut why = String::with_capacity(200);
        let values = &self.features.original[i * width..][..width];
        for (feature, (known, &value)) in self.params.features.iter().zip(self.known.iter().zip(values)) {
            why.push_str(if why.is_empty() { "" } else { ", " });
            why.push_str(&feature.column);
            why.push(' ');
            write_figure(&mut why, value);
            why.push_str(if known[row].is_none() { " (missing, the median)" } else { "" });
        }
        why.push_str("; ");
        why.push_str(&phrases[cluster]);
        why.push_str(", distance ");
        write_figure(&mut why, distance);
        if let Some((next, distance)) = next {
            why.push_str(", next is cluster ");
            why.push_str(&self.centres[next].id.to_string());
            why.push_str(" at ");
            write_figure(&mut why, distance);
        }
        Label { cluster: Some(cluster), distance: Some(distance), why }
    }

    /// Why a customer is in no cluster.
    fn missing(&self, row: usize) -> String {
        let measures = self.params.features.iter().zip(self.known);
        let missing: Vec<&str> = measures
            .filter(|(_, known)| known[row].is_none())
            .map(|(feature, _)| feature.column.as_str())
            .collect();
        format!("no cluster: {} missing", missing.join(", "))
    }
}

/// What all customers of a cluster share of the sentence: its name and its centre.
fn phrase(centre: &Centre) -> String {
    let means: Vec<String> =
        centre.features.iter().map(|(column, mean)| format!("{column} {}", figure(*mean))).collect();
    format!("nearest to cluster {}, {} (means {})", centre.id, centre.name, means.join(", "))
}
