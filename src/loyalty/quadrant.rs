//! Where a customer stands: above or below the cut on each axis, and how far from the nearer one.

use super::params::LoyaltyParams;

/// Loyalty against satisfaction (Jones & Sasser 1995).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quadrant {
    /// Loyal and satisfied.
    Advocate,
    /// Loyal and not satisfied.
    Hostage,
    /// Satisfied and not loyal.
    Mercenary,
    /// Neither.
    Dangerous,
}

impl Quadrant {
    /// Every quadrant.
    pub const ALL: [Self; 4] = [Self::Advocate, Self::Hostage, Self::Mercenary, Self::Dangerous];

    /// The stored identifier.
    pub fn name(self) -> &'static str {
        match self {
            Self::Advocate => "advocate",
            Self::Hostage => "hostage",
            Self::Mercenary => "mercenary",
            Self::Dangerous => "dangerous",
        }
    }

    fn of(loyal: bool, satisfied: bool) -> Self {
        match (loyal, satisfied) {
            (true, true) => Self::Advocate,
            (true, false) => Self::Hostage,
            (false, true) => Self::Mercenary,
            (false, false) => Self::Dangerous,
        }
    }
}

/// The outermost corners of the plane (Jones & Sasser 1995): those who win others over, and those who warn them off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// A very loyal and very satisfied advocate, not known to hold back: the loudest advocates.
    Apostle,
    /// Very dissatisfied and hardly loyal, not known to recommend all the same: warns others off.
    Opponent,
}

impl Extreme {
    /// Every corner.
    pub const ALL: [Self; 2] = [Self::Apostle, Self::Opponent];

    /// The stored identifier.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apostle => "apostle",
            Self::Opponent => "opponent",
        }
    }
}

/// The corner that a customer with loyalty `l` and satisfaction `s` is in, if any. What the customer says about
/// recommending, where it is known (`nps`: is a promoter, is a detractor), must not speak against it.
pub(super) fn extreme(
    quadrant: Quadrant,
    (l, s): (f64, f64),
    (promoter, detractor): (Option<bool>, Option<bool>),
    params: &LoyaltyParams,
) -> Option<Extreme> {
    let reaches = |figure: f64, cut: f64| grains(figure) >= grains(cut);
    let [few, much] = params.extreme_loyalty;
    let [bad, good] = params.extreme_satisfaction;
    match quadrant {
        Quadrant::Advocate if reaches(l, much) && reaches(s, good) && promoter != Some(false) => {
            Some(Extreme::Apostle)
        }
        Quadrant::Dangerous if !reaches(l, few) && !reaches(s, bad) && detractor != Some(false) => {
            Some(Extreme::Opponent)
        }
        _ => None,
    }
}

/// The cuts in force, 0 to 1; `None` where a median had no figures to go by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cuts {
    /// Cut on the loyalty index; the cut itself is high.
    pub loyalty: Option<f64>,
    /// Cut on the satisfaction score; the cut itself is high.
    pub satisfaction: Option<f64>,
}

/// A customer's place in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) quadrant: Quadrant,
    /// min(|L − cut|, |S − cut|).
    pub(super) margin: f64,
    /// Strictly inside the band around either cut.
    pub(super) near_border: bool,
    /// In an outermost corner.
    pub(super) extreme: Option<Extreme>,
}

/// A figure in billionths, rounded half to even: the grain in which figures meet cuts, so that the
/// last bits of a sum cannot move a customer over a border.
pub(super) fn grains(figure: f64) -> i64 {
    (figure * 1e9).round_ties_even() as i64
}

/// The place of loyalty `l` and satisfaction `s` against (loyalty cut, satisfaction cut); `nps` says whether the
/// customer is a promoter and a detractor, where known.
pub(super) fn place(
    (l, s): (f64, f64),
    nps: (Option<bool>, Option<bool>),
    cuts: (f64, f64),
    params: &LoyaltyParams,
) -> Place {
    let above = |figure, cut| grains(figure) - grains(cut);
    let (over, pleased) = (above(l, cuts.0), above(s, cuts.1));
    let near = |distance: i64, band| distance.abs() < grains(band);
    let quadrant = Quadrant::of(over >= 0, pleased >= 0);
    Place {
        quadrant,
        extreme: extreme(quadrant, (l, s), nps, params),
        margin: (l - cuts.0).abs().min((s - cuts.1).abs()),
        near_border: near(over, params.band) || near(pleased, params.satisfaction_band),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: (f64, f64) = (0.5, 0.5);

    fn quadrant(l: f64, s: f64) -> Quadrant {
        place((l, s), (None, None), HALF, &LoyaltyParams::default()).quadrant
    }

    #[test]
    fn a_figure_on_the_cut_is_high() {
        assert_eq!(quadrant(0.5, 0.5), Quadrant::Advocate);
        assert_eq!(quadrant(0.5, 0.499_999), Quadrant::Hostage);
        assert_eq!(quadrant(0.499_999, 0.5), Quadrant::Mercenary);
        assert_eq!(quadrant(0.499_999, 0.499_999), Quadrant::Dangerous);
    }

    #[test]
    fn corners_need_both_axes_and_no_word_against_them() {
        let of = |l, s, nps| place((l, s), nps, HALF, &LoyaltyParams::default()).extreme;
        let unknown = (None, None);
        assert_eq!(of(0.75, 0.875, unknown), Some(Extreme::Apostle));
        assert_eq!(of(0.74, 0.9, unknown), None);
        assert_eq!(of(0.9, 0.87, unknown), None);
        assert_eq!(of(0.9, 0.9, (Some(false), Some(false))), None);
        assert_eq!(of(0.9, 0.9, (Some(true), Some(false))), Some(Extreme::Apostle));
        assert_eq!(of(0.2, 0.1, unknown), Some(Extreme::Opponent));
        assert_eq!(of(0.2, 0.125, unknown), None);
        assert_eq!(of(0.25, 0.1, unknown), None);
        assert_eq!(of(0.2, 0.1, (Some(false), Some(true))), Some(Extreme::Opponent));
        assert_eq!(of(0.2, 0.1, (Some(false), Some(false))), None);
        assert_eq!(of(0.9, 0.1, unknown), None);
    }

    #[test]
    fn the_last_bits_of_a_sum_do_not_matter() {
        assert_eq!(quadrant(0.5 - 1e-16, 0.5 - 4e-10), Quadrant::Advocate);
        // 0.5 − 0.4 is a little less than 0.1 in floats
        assert!(!place((0.4, 0.9), (None, None), HALF, &LoyaltyParams::default()).near_border);
        assert_eq!(grains(1.5e-9), 2);
        assert_eq!(grains(2.5e-9), 2);
    }

    #[test]
    fn more_satisfaction_never_leads_to_a_lower_row() {
        let pleased = |q| matches!(q, Quadrant::Advocate | Quadrant::Mercenary);
        for l in 0..=50 {
            let along = |s: i32| quadrant(f64::from(l) / 50.0, f64::from(s) / 200.0);
            for s in 0..200 {
                assert!(!pleased(along(s)) || pleased(along(s + 1)));
            }
            assert!(pleased(along(200)) && !pleased(along(0)));
        }
    }
}
