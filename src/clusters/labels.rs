//! What clustering tells every customer: number and name of the cluster, how far from its centre, and why.

use polars::prelude::*;
use rayon::prelude::*;

use super::features::Features;
use super::naming::{figure, write_figure};
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
    /// Place among the clustered customers.
    place: usize,
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
        let phrases: Vec<String> = self.centres.iter().map(phrase).collect();
        let why = table::written(c::CLUSTER_WHY, n, |row, why| {
            match &labels[row] {
                Some(label) => self.placed(row, label, &phrases, why),
                None => self.missing(row, why),
            }
            true
        })?;
        let names: Vec<&str> = self.centres.iter().map(|centre| centre.name.as_str()).collect();
        let which = labels.iter().map(|label| label.map(|label| label.cluster as u32)).collect();
        let ids: Vec<Option<u16>> =
            labels.iter().map(|label| label.map(|label| self.centres[label.cluster].id)).collect();
        let distances = labels.iter().map(|label| label.map(|label| label.distance));
        Ok(vec![
            Column::new(c::CLUSTER_ID.into(), ids),
            table::chosen(c::CLUSTER_NAME, &names, which)?,
            table::f64_column(c::CLUSTER_DISTANCE, distances),
            why,
        ])
    }

    fn label(&self, place: usize, points: &[f64]) -> Label {
        let d = self.features.scalers.len();
        let cluster = usize::from(self.found.labels[place]);
        let (distance, next) = own_and_next(&self.features.scaled[place * d..][..d], points, cluster);
        Label { place, cluster, distance, next }
    }

    /// Why a customer is in this cluster.
    fn placed(&self, row: usize, label: &Label, phrases: &[String], why: &mut String) {
        let width = self.params.features.len();
        let values = &self.features.original[label.place * width..][..width];
        for (feature, (known, &value)) in self.params.features.iter().zip(self.known.iter().zip(values)) {
            why.push_str(if why.is_empty() { "" } else { ", " });
            why.push_str(&feature.column);
            why.push(' ');
            write_figure(why, value);
            why.push_str(if known[row].is_none() { " (missing, the median)" } else { "" });
        }
        why.push_str("; ");
        why.push_str(&phrases[label.cluster]);
        why.push_str(", distance ");
        write_figure(why, label.distance);
        if let Some((next, distance)) = label.next {
            why.push_str(", next is cluster ");
            why.push_str(&self.centres[next].id.to_string());
            why.push_str(" at ");
            write_figure(why, distance);
        }
    }

    /// Why a customer is in no cluster.
    fn missing(&self, row: usize, why: &mut String) {
        let measures = self.params.features.iter().zip(self.known);
        let missing: Vec<&str> = measures
            .filter(|(_, known)| known[row].is_none())
            .map(|(feature, _)| feature.column.as_str())
            .collect();
        why.push_str("no cluster: ");
        why.push_str(&missing.join(", "));
        why.push_str(" missing");
    }
}

/// What all customers of a cluster share of the sentence: its name and its centre.
fn phrase(centre: &Centre) -> String {
    let means: Vec<String> =
        centre.features.iter().map(|(column, mean)| format!("{column} {}", figure(*mean))).collect();
    format!("nearest to cluster {}, {} (means {})", centre.id, centre.name, means.join(", "))
}
