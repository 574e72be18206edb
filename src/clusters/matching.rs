//! Last night's clusters in tonight's: the same groups keep their numbers and names.
//!
//! Tonight's centres are seen in last night's scaled space and paired with last night's centres so that the
//! distances add up to the least (the Hungarian method). A pair farther apart than `match_radius` is none: the
//! cluster is new, and gets a number that no cluster had before. Numbers and names are never given to another
//! group.

use super::features::Scaler;
use super::kmeans::squared_distance;
use super::{Centre, ClusterModel};
use crate::math::assignment::assign;

/// Whether the measures of two nights are the same, so that their spaces can be compared.
pub(super) fn comparable(before: &[Scaler], tonight: &[Scaler]) -> bool {
    let same = |(a, b): (&Scaler, &Scaler)| a.column == b.column && a.transform == b.transform;
    !before.is_empty() && before.len() == tonight.len() && before.iter().zip(tonight).all(same)
}

/// A point of one night's scaled space, in the space of the other.
pub(super) fn translated(point: &[f64], from: &[Scaler], to: &[Scaler]) -> Vec<f64> {
    let coordinate =
        |(z, (from, to)): (&f64, (&Scaler, &Scaler))| (z * from.spread + from.centre - to.centre) / to.spread;
    point.iter().zip(from.iter().zip(to)).map(coordinate).collect()
}

/// For each of tonight's centres the cluster of last night that it continues, as an index into its model.
pub(super) fn partners(
    before: &ClusterModel,
    scalers: &[Scaler],
    centres: &[Vec<f64>],
    radius: f64,
) -> Vec<Option<usize>> {
    if !comparable(&before.features, scalers) {
        return vec![None; centres.len()];
    }
    let distances: Vec<Vec<f64>> = centres
        .iter()
        .map(|centre| {
            let there = translated(centre, scalers, &before.features);
            before.clusters.iter().map(|old| squared_distance(&there, &old.centre).sqrt()).collect()
        })
        .collect();
    let pairs = assign(&distances);
    let near = |(row, old): (usize, Option<usize>)| old.filter(|old| distances[row][*old] <= radius);
    pairs.into_iter().enumerate().map(near).collect()
}

/// Gives tonight's clusters the numbers and names of those they continue, the others new ones. Returns the
/// highest number ever given.
pub(super) fn carry(centres: &mut [Centre], partners: &[Option<usize>], before: &ClusterModel) -> u16 {
    let numbers = before.clusters.iter().map(|cluster| cluster.id);
    let mut highest = numbers.max().unwrap_or(0).max(before.highest_id);
    for (centre, partner) in centres.iter_mut().zip(partners) {
        if let Some(old) = partner {
            let old = &before.clusters[*old];
            centre.id = old.id;
            centre.name.clone_from(&old.name);
        } else {
            highest = highest.saturating_add(1);
            centre.id = highest;
        }
    }
    let carried = |name: &str, but: u16| centres.iter().any(|other| other.id != but && other.name == name);
    let renamed: Vec<usize> = (0..centres.len())
        .filter(|i| {
            let gone = before.clusters.iter().any(|old| old.name == centres[*i].name);
            partners[*i].is_none() && (gone || carried(&centres[*i].name, centres[*i].id))
        })
        .collect();
    for i in renamed {
        centres[i].name = format!("{} ({})", centres[i].name, centres[i].id);
    }
    highest
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::*;
    use crate::clusters::{Direction, ModelCluster, Transform};

    fn scaler(centre: f64, spread: f64) -> Scaler {
        Scaler {
            column: "monetary".into(),
            transform: Transform::None,
            direction: Direction::HighIsGood,
            clip: None,
            median: None,
            centre,
            spread,
        }
    }

    fn model(centres: &[(u16, &str, f64)]) -> ClusterModel {
        let cluster = |(id, name, z): &(u16, &str, f64)| ModelCluster {
            id: *id,
            name: (*name).to_owned(),
            centre: vec![*z],
        };
        ClusterModel {
            features: vec![scaler(100.0, 10.0)],
            clusters: centres.iter().map(cluster).collect(),
            highest_id: 0,
        }
    }

    fn centre(id: u16, name: &str) -> Centre {
        Centre { id, name: name.into(), customers: 1, features: Vec::new() }
    }

    #[test]
    fn a_point_is_the_same_value_in_both_spaces() {
        // z = 2 where the mean is 100 and the spread 10 is 120; where they are 110 and 5 that is z = 2.
        assert_eq!(translated(&[2.0], &[scaler(100.0, 10.0)], &[scaler(110.0, 5.0)]), [2.0]);
        assert_eq!(translated(&[-1.0], &[scaler(100.0, 10.0)], &[scaler(110.0, 5.0)]), [-4.0]);
    }

    #[test]
    fn clusters_are_found_again_where_they_moved() {
        let before = model(&[(1, "big", 1.0), (2, "small", -1.0)]);
        // Tonight's scale has moved: 112 and 90 are z = 0.4 and -4; last night they were 1.2 and -1.
        let tonight = [scaler(110.0, 5.0)];
        assert_eq!(partners(&before, &tonight, &[vec![-4.0], vec![0.4]], 1.0), [Some(1), Some(0)]);
        // 112 is 0.2 from where `big` was.
        assert_eq!(partners(&before, &tonight, &[vec![-4.0], vec![0.4]], 0.1), [Some(1), None]);
        let other = [Scaler { column: "frequency".into(), ..scaler(110.0, 5.0) }];
        assert_eq!(partners(&before, &other, &[vec![-4.0]], 1.0), [None]);
    }

    #[test]
    fn numbers_and_names_are_never_given_to_another_group() {
        let mut before = model(&[(1, "big", 1.0), (4, "small", -1.0)]);
        before.highest_id = 6;
        let mut centres = [centre(1, "new name"), centre(2, "small"), centre(3, "other")];
        assert_eq!(carry(&mut centres, &[Some(1), None, None], &before), 8);
        assert_eq!(centres.each_ref().map(|c| c.id), [4, 7, 8]);
        assert_eq!(centres.each_ref().map(|c| c.name.as_str()), ["small", "small (7)", "other"]);
    }
}
