//! Promoters, passives and detractors.

/// Group of a customer by willingness to recommend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NpsGroup {
    /// 9 or 10 of 0 to 10.
    Promoter,
    /// 7 or 8.
    Passive,
    /// 0 to 6.
    Detractor,
}

impl NpsGroup {
    /// Every group, best first.
    pub const ALL: [Self; 3] = [Self::Promoter, Self::Passive, Self::Detractor];

    /// The stored identifier.
    pub fn name(self) -> &'static str {
        match self {
            Self::Promoter => "promoter",
            Self::Passive => "passive",
            Self::Detractor => "detractor",
        }
    }

    /// The group of an answer on a scale from `bounds[0]` to `bounds[1]`; `None` where the scale has no groups.
    ///
    /// Only 0 to 10 is Reichheld's scale. 1 to 10 uses the same cuts, 1 to 5 counts 5, 4 and 1 to 3.
    /// Half steps belong to the group below: 8.5 is passive.
    pub fn of(answer: f64, bounds: [f64; 2]) -> Option<Self> {
        let [promoter, passive] = match bounds {
            STANDARD_SCALE | [1.0, 10.0] => [9.0, 7.0],
            [1.0, 5.0] => [5.0, 4.0],
            _ => return None,
        };
        Some(if answer >= promoter {
            Self::Promoter
        } else if answer >= passive {
            Self::Passive
        } else {
            Self::Detractor
        })
    }
}

/// The scale on which a net promoter score is one.
pub const STANDARD_SCALE: [f64; 2] = [0.0, 10.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_of_0_to_10_are_reichhelds() {
        let groups: Vec<&str> =
            (0..=10).map(|x| NpsGroup::of(f64::from(x), STANDARD_SCALE).unwrap().name()).collect();
        assert_eq!(groups[..7], ["detractor"; 7]);
        assert_eq!(groups[7..9], ["passive"; 2]);
        assert_eq!(groups[9..], ["promoter"; 2]);
    }

    #[test]
    fn other_scales_have_their_own_cuts_or_none() {
        assert_eq!(NpsGroup::of(9.0, [1.0, 10.0]), Some(NpsGroup::Promoter));
        assert_eq!(NpsGroup::of(4.0, [1.0, 5.0]), Some(NpsGroup::Passive));
        assert_eq!(NpsGroup::of(3.0, [1.0, 5.0]), Some(NpsGroup::Detractor));
        assert_eq!(NpsGroup::of(8.5, STANDARD_SCALE), Some(NpsGroup::Passive));
        assert_eq!(NpsGroup::of(7.0, [1.0, 7.0]), None);
    }
}
