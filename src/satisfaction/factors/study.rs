//! One survey's items looked at together: how many factors, which item belongs where, which to keep.

use super::parallel::{self, Parallel};
use super::params::Extraction;
use super::{Assignment, Components, Loadings, Suitability, assign, components, item_clusters, likelihood};
use crate::math::correlation::{complete, is_constant, matrix};
use crate::math::matrix::Matrix;
use crate::satisfaction::reliability::Reliability;

/// From this α on, some questions measure what all of their factor measure (Nunnally 1978).
const ENOUGH: f64 = 0.7;

/// How a study is made.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Number of factors; `None` lets parallel analysis count.
    pub count: Option<usize>,
    /// How factors are drawn.
    pub extraction: Extraction,
    /// Data sets without any factor to compare with.
    pub replicates: u32,
    /// The run's seed.
    pub seed: u64,
}

/// What became of the items.
#[derive(Clone, Debug)]
pub struct Study {
    /// People who answered every item that varies.
    pub n: usize,
    /// Places, among the items given, of those that vary; everything below is in their order.
    pub items: Vec<usize>,
    /// Their correlations.
    pub correlations: Matrix,
    /// Whether they are worth reducing; `None` when one repeats others.
    pub suitability: Option<Suitability>,
    /// Eigenvalues and unrotated components.
    pub components: Components,
    /// What chance alone would show.
    pub parallel: Parallel,
    /// Loadings on the factors in force, after varimax.
    pub loadings: Loadings,
    /// Where each item belongs.
    pub assignments: Vec<Assignment>,
    /// Groups of items that go together.
    pub clusters: Vec<usize>,
    /// Maximum likelihood was asked for and did not arrive.
    pub fell_back: bool,
    columns: Vec<Vec<f64>>,
}

/// What to do with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// Ask it again.
    Keep,
    /// Others say what it says.
    LeaveOut,
    /// It asks two things, or the same of everybody.
    Review,
}

impl Proposal {
    /// The stored identifier.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::LeaveOut => "leave_out",
            Self::Review => "review",
        }
    }
}

impl Study {
    /// The study of items, columns of equal length on one direction; `None` unless three of them vary and more
    /// people answered them all than there are items.
    pub fn of(items: &[Vec<Option<f64>>], plan: Plan) -> Option<Self> {
        let varies = |place: &usize| {
            let known: Vec<f64> = items[*place].iter().flatten().copied().collect();
            !is_constant(&known)
        };
        let varying: Vec<usize> = (0..items.len()).filter(varies).collect();
        let columns = complete(&varying.iter().map(|&place| items[place].clone()).collect::<Vec<_>>());
        let n = columns.first().map_or(0, Vec::len);
        let correlations = matrix(&columns).filter(|_| columns.len() > 2)?;
        let p = columns.len();
        let eigenvalues = components(&correlations, p).eigenvalues;
        let parallel = parallel::analyse(&eigenvalues, n, plan.replicates, plan.seed)?;
        let count = plan.count.unwrap_or(parallel.count).min(p);
        let components = components(&correlations, count);
        let fitted = match plan.extraction {
            Extraction::Components => None,
            Extraction::Likelihood => likelihood::fit(&correlations, count).filter(|fit| fit.converged),
        };
        let fell_back = plan.extraction == Extraction::Likelihood && fitted.is_none();
        let loadings = fitted.map_or_else(|| components.loadings.varimax(), |fit| fit.loadings.varimax());
        Some(Self {
            n,
            suitability: Suitability::of(&correlations, n),
            parallel,
            assignments: assign(&loadings),
            clusters: item_clusters(&correlations),
            items: varying,
            correlations,
            components,
            loadings,
            fell_back,
            columns,
        })
    }

    /// What to do with each item, and why; `names` are those of the items that vary.
    ///
    /// Of each factor the fewest questions stay that together reach α 0.7, the highest loadings first; where all of
    /// them do not, all stay. Questions that no factor explains stay, questions on two factors are to be reviewed.
    pub fn proposals(&self, names: &[&str]) -> Vec<(Proposal, String)> {
        let mut advice: Vec<(Proposal, String)> = self.assignments.iter().map(alone).collect();
        for factor in 0..self.loadings.matrix().n_columns() {
            let mut own: Vec<usize> = (0..self.assignments.len())
                .filter(|&i| self.assignments[i].factor == Some(factor) && self.assignments[i].also.is_none())
                .collect();
            own.sort_by(|&a, &b| {
                self.assignments[b].loading.abs().total_cmp(&self.assignments[a].loading.abs())
            });
            self.advise(factor, &own, names, &mut advice);
        }
        advice
    }

    /// Advice for the items of one factor, by falling loading.
    fn advise(&self, factor: usize, own: &[usize], names: &[&str], advice: &mut [(Proposal, String)]) {
        let enough = (2..=own.len()).find(|&k| self.alpha(&own[..k]).is_some_and(|alpha| alpha >= ENOUGH));
        let kept = enough.unwrap_or(own.len());
        let alpha = self.alpha(&own[..kept]);
        let standing: Vec<&str> = own[..kept].iter().map(|&i| names[i]).collect();
        for (place, &item) in own.iter().enumerate() {
            let on = format!("factor {}, loading {:.2}", factor + 1, self.assignments[item].loading);
            let (n, list) = (own.len(), standing.join(", "));
            advice[item] = match (place < kept, alpha, enough) {
                (true, Some(alpha), Some(_)) if kept < n => (
                    Proposal::Keep,
                    format!("{on}: {kept} of its {n} questions ({list}) reach alpha {alpha:.2}"),
                ),
                (true, Some(alpha), Some(_)) => (
                    Proposal::Keep,
                    format!("{on}: it takes all its {n} questions to reach alpha {alpha:.2}"),
                ),
                (true, Some(alpha), None) => {
                    (Proposal::Keep, format!("{on}: all its {n} questions reach alpha {alpha:.2} only"))
                }
                (true, ..) => (Proposal::Keep, format!("{on}: no other question belongs there alone")),
                (false, ..) => (
                    Proposal::LeaveOut,
                    format!("{on}: {list} reach alpha {:.2} without it", alpha.unwrap_or_default()),
                ),
            };
        }
    }

    /// α of items, each turned to load positively.
    fn alpha(&self, items: &[usize]) -> Option<f64> {
        let turned = |&item: &usize| {
            let sign = self.assignments[item].loading.signum();
            self.columns[item].iter().map(|x| Some(sign * x)).collect()
        };
        Some(Reliability::of(&items.iter().map(turned).collect::<Vec<_>>())?.alpha)
    }
}

/// Advice for an item whatever the others of its factor do.
fn alone(assignment: &Assignment) -> (Proposal, String) {
    match (assignment.factor, assignment.also) {
        (Some(factor), Some(also)) => (
            Proposal::Review,
            format!(
                "loads on factor {} ({:.2}) and nearly as much on factor {}: it asks two things",
                factor + 1,
                assignment.loading,
                also + 1
            ),
        ),
        _ => (
            Proposal::Keep,
            format!("largest loading {:.2}: it asks something of its own", assignment.loading),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::{ATTITUDE, MOBI_15, close, mobi, table};

    const PLAN: Plan = Plan { count: None, extraction: Extraction::Components, replicates: 200, seed: 1 };

    #[test]
    fn attitude_is_one_factor_of_which_two_questions_are_enough() {
        let items = table("attitude.csv").columns(&ATTITUDE);
        let found = Study::of(&items, PLAN).unwrap();
        assert_eq!((found.n, found.loadings.matrix().n_columns()), (30, 1));
        close(found.suitability.as_ref().unwrap().kmo.unwrap(), 0.763_275_4, 1e-6);
        let advice = found.proposals(&ATTITUDE);
        let kept: Vec<&str> = ATTITUDE
            .iter()
            .zip(&advice)
            .filter(|(_, (proposal, _))| *proposal == Proposal::Keep)
            .map(|(name, _)| *name)
            .collect();
        // loadings by numpy: raises 0.862, complaints 0.849, learning 0.826, rating 0.796, privileges 0.684, advance
        // 0.583, critical 0.357; alpha of the first two is 0.787
        assert_eq!(kept, ["complaints", "raises", "critical"]);
        assert_eq!(
            advice[4].1,
            "factor 1, loading 0.86: 2 of its 6 questions (raises, complaints) reach alpha 0.79"
        );
        assert_eq!(advice[0].1, "factor 1, loading 0.80: raises, complaints reach alpha 0.79 without it");
        assert_eq!(advice[5].1, "largest loading 0.36: it asks something of its own");
    }

    #[test]
    fn constant_items_stand_aside_and_turned_items_count_with_their_sign() {
        let mut items = table("attitude.csv").columns(&["rating", "complaints", "raises"]);
        items.insert(1, vec![Some(3.0); 30]);
        items.push(items[0].iter().map(|x| x.map(|x| 100.0 - 0.5 * x * x)).collect());
        let found = Study::of(&items, PLAN).unwrap();
        assert_eq!(found.items, [0, 2, 3, 4]);
        assert!(found.assignments[3].loading < -0.5);
        assert!(found.alpha(&[0, 3]).unwrap() > 0.0);
        assert!(Study::of(&items[..3], PLAN).is_none());
        let few: Vec<Vec<Option<f64>>> = items.iter().map(|item| item[..4].to_vec()).collect();
        assert!(Study::of(&few, PLAN).is_none());
    }

    #[test]
    fn mobi_has_the_structure_of_the_reference() {
        let Some(mobi) = mobi() else { return };
        let items = mobi.columns(&MOBI_15);
        let found = Study::of(&items, Plan { count: Some(3), ..PLAN }).unwrap();
        // methods 8: sums of squares after varimax, components and maximum likelihood
        for (found, expected) in found.loadings.sums_of_squares().iter().zip([3.9985, 2.7955, 2.5620]) {
            close(*found, expected, 1e-3);
        }
        let plan = Plan { count: Some(3), extraction: Extraction::Likelihood, ..PLAN };
        let found = Study::of(&items, plan).unwrap();
        assert!(!found.fell_back);
        // The reference stopped its rotation early, where loadings are off by up to 7.6e-4.
        for (found, expected) in found.loadings.sums_of_squares().iter().zip([2.8285, 2.5756, 2.5536]) {
            close(*found, expected, 5e-3);
        }
        assert_eq!(Study::of(&items, PLAN).unwrap().parallel.count, 1);
    }
}
