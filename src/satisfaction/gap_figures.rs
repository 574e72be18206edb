//! Figures of what was received against what was expected.

use super::Level;
use super::figures::{Asked, Figure};
use super::gap::score;
use super::pairs::GapPlan;
use super::responses::Response;

/// Expectations within half a point of the top of their scale leave no room for a positive gap.
const CEILING: f64 = 0.5;

/// The classes of the gap: perceived below what was expected, equal, a little above, far above.
const CLASSES: [&str; 4] = ["share_below", "share_equal", "share_a_little_above", "share_far_above"];

/// Mean gap, plain and weighted, the shares of its classes, and how many expectations sit at the top.
///
/// The classes are the levels of the score a gap implies: up to a quarter of a five-point scale's step either way is
/// equal, and both levels below that are below. Weighted gaps exist for all dimensions together only.
pub(super) fn gap_figures<'a>(
    plan: &GapPlan,
    whole: bool,
    group: impl Iterator<Item = Response<'a>> + Clone,
    cut_points: &[f64; 4],
) -> Asked {
    let length = plan.scale().map_or(1.0, |[low, high]| high - low);
    let (mut plain, mut weighted, mut classes, mut counted) = (Vec::new(), Vec::new(), [0; 4], 0);
    for response in group.clone() {
        let gaps = plan.gaps(&response);
        plain.extend(gaps.unweighted.map(|gap| gap * length));
        weighted.extend(gaps.weighted.map(|gap| gap * length));
        if let Some(gap) = plan.gap(&response) {
            classes[(Level::of(score(gap), cut_points) as usize).saturating_sub(1)] += 1;
            counted += 1;
        }
    }
    let noted = |figure: Figure| match plan.scale() {
        Some([low, high]) => figure.noted(&format!("points on {low} to {high}")),
        None => figure.noted("parts of the scale: items on different scales"),
    };
    let bounds = [-length, length];
    let mut figures = vec![noted(Figure::mean("gap", &plain, bounds))];
    if whole && plan.is_weighted() {
        figures.push(noted(Figure::mean("gap_weighted", &weighted, bounds)));
    }
    figures.extend(CLASSES.iter().zip(classes).map(|(measure, k)| Figure::share(measure, k, counted)));
    if let Some([low, high]) = plan.scale() {
        let stated: Vec<f64> = group.filter_map(|response| plan.expectation(&response)).collect();
        let top = 1.0 - CEILING / (high - low);
        // half a point below the top is at the top, whatever the last bits of a mean say
        let at_top = stated.iter().filter(|unit| **unit >= top - 1e-9).count();
        figures.push(Figure::share("share_expectation_at_top", at_top, stated.len()));
    }
    Asked { n: plain.len(), figures }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::responses::tests::{head, item, survey};
    use super::*;
    use crate::math::golden::close;
    use crate::schema::Measure;

    #[test]
    fn classes_are_those_of_the_gap_in_points() {
        // on 1 to 5, perceptions of an expected 3: −2, −1, 0, 0, +1, +2
        let survey = survey("shop", vec![item(Measure::Expectation), item(Measure::Perception)]);
        let plan = GapPlan::of(&survey, None, &BTreeMap::new()).unwrap();
        let head = head();
        let units: Vec<[Option<f64>; 2]> =
            [0.0, 0.25, 0.5, 0.5, 0.75, 1.0].map(|p| [Some(0.5), Some(p)]).to_vec();
        let group: Vec<Response> = units.iter().map(|units| Response { head: &head, units }).collect();
        let found = gap_figures(&plan, true, group.iter().copied(), &[0.125, 0.375, 0.625, 0.875]);
        assert_eq!(found.n, 6);
        let value = |measure: &str| {
            found.figures.iter().find(|figure| figure.measure == measure).unwrap().value.unwrap()
        };
        close(value("gap"), 0.0, 1e-15);
        for (measure, k) in CLASSES.iter().zip([2.0, 2.0, 1.0, 1.0]) {
            close(value(measure), k / 6.0, 1e-15);
        }
        close(value("share_expectation_at_top"), 0.0, 1e-15);
        assert!(found.figures.iter().all(|figure| figure.measure != "gap_weighted"));
        assert!(found.figures[0].note.as_ref().unwrap().starts_with("points on 1 to 5"));
    }
}
