//! `[quality_house]`: needs of customers, features that serve them, and how strongly.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Relation;
use crate::{Error, Result, error};

/// What a need sells with: nothing special, well, very well (Akao 1990).
const SALES_POINTS: [f64; 3] = [1.0, 1.2, 1.5];

/// The matrix of needs and features.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QualityHouseParams {
    /// What can be built or done.
    pub features: Vec<String>,
    /// What customers need.
    pub needs: Vec<NeedParams>,
}

/// One need of customers.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NeedParams {
    /// The need, in a few words.
    pub need: String,
    /// How important it is, 0 or more.
    #[serde(default)]
    pub importance: Option<f64>,
    /// Instead: a driver of the surveys, whose share in percent is the importance.
    #[serde(default)]
    pub driver: Option<String>,
    /// How strongly features serve it: 9 strongly, 3 moderately, 1 weakly; left out: not at all.
    pub relations: BTreeMap<String, u8>,
    /// How well it is met today; with `target`, on one scale.
    #[serde(default)]
    pub current: Option<f64>,
    /// How well it should be met.
    #[serde(default)]
    pub target: Option<f64>,
    /// 1, 1.2 or 1.5: how well the need sells.
    #[serde(default)]
    pub sales_point: Option<f64>,
}

impl QualityHouseParams {
    /// Whether the matrix makes sense.
    ///
    /// # Errors
    /// `Config` naming the key, its rule and the value found.
    pub fn check(&self) -> Result<()> {
        if self.features.is_empty() || self.needs.is_empty() {
            return Err(Error::config("`[quality_house]` should have `features` and `needs`")
                .hint("leave the section out where there is no house of quality"));
        }
        if let Some(twice) = repeated(&self.features) {
            return Err(Error::config(format!("`[quality_house] features` names `{twice}` twice"))
                .hint("each feature is one column of the matrix"));
        }
        self.needs.iter().try_for_each(|need| need.check(&self.features))
    }
}

impl NeedParams {
    fn check(&self, features: &[String]) -> Result<()> {
        let fault = |what: String, hint: String| {
            Err(Error::config(format!("`[[quality_house.needs]]`: `{}` {what}", self.need)).hint(hint))
        };
        if self.importance.is_some() == self.driver.is_some() {
            return fault(
                "should have either `importance` or `driver`".to_owned(),
                "`importance` is a number, `driver` takes the share of a driver of satisfaction".to_owned(),
            );
        }
        for (feature, points) in &self.relations {
            if !features.contains(feature) {
                let names = || features.iter().map(String::as_str);
                let hint = error::closest(feature, names()).map_or_else(
                    || format!("features: {}", names().collect::<Vec<_>>().join(", ")),
                    |close| format!("did you mean `{close}`?"),
                );
                return fault(format!("relates to `{feature}`, which is no feature"), hint);
            }
            if Relation::from_points(*points).is_none() {
                return fault(
                    format!("relates to `{feature}` by {points}, which is none of 0, 1, 3 and 9"),
                    "9 strongly, 3 moderately, 1 weakly, 0 or left out: not at all".to_owned(),
                );
            }
        }
        let numbers = [
            ("importance", self.importance, 0.0),
            ("current", self.current, f64::MIN_POSITIVE),
            ("target", self.target, f64::MIN_POSITIVE),
        ];
        for (key, value, least) in numbers {
            if let Some(value) = value.filter(|value| !value.is_finite() || *value < least) {
                return fault(
                    format!("has {key} {value}"),
                    "importance is 0 or more, current and target are above 0".to_owned(),
                );
            }
        }
        if self.current.is_some() != self.target.is_some() {
            return fault(
                "has only one of `current` and `target`".to_owned(),
                "improvement is target over current: give both or neither".to_owned(),
            );
        }
        let known = |point: f64| SALES_POINTS.iter().any(|known| (known - point).abs() < 1e-9);
        match self.sales_point.filter(|point| !known(*point)) {
            Some(point) => fault(format!("has the sales point {point}"), "it is 1, 1.2 or 1.5".to_owned()),
            None => Ok(()),
        }
    }
}

fn repeated(names: &[String]) -> Option<&String> {
    names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(need: &str) -> String {
        let text =
            format!("features = [\"courier\", \"tracking\"]\nneeds = [{{ need = \"on time\", {need} }}]");
        let error = toml::from_str::<QualityHouseParams>(&text).unwrap().check().unwrap_err();
        assert!(error.hint_text().is_some());
        error.to_string()
    }

    #[test]
    fn each_rule_names_need_and_value() {
        for (need, message) in [
            ("relations = {}", "`on time` should have either `importance` or `driver`"),
            ("importance = 1, driver = \"delivery\", relations = {}", "should have either"),
            ("importance = 1, relations = { curier = 9 }", "relates to `curier`, which is no feature"),
            ("importance = 1, relations = { courier = 5 }", "by 5, which is none of 0, 1, 3 and 9"),
            ("importance = -1, relations = {}", "has importance -1"),
            ("importance = 1, current = 0, target = 4, relations = {}", "has current 0"),
            ("importance = 1, current = 3, relations = {}", "has only one of `current` and `target`"),
            ("importance = 1, sales_point = 1.3, relations = {}", "has the sales point 1.3"),
        ] {
            let found = refusal(need);
            assert!(found.contains(message), "{found}");
        }
    }

    #[test]
    fn features_are_there_and_apart() {
        let refusal =
            |text: &str| toml::from_str::<QualityHouseParams>(text).unwrap().check().unwrap_err().to_string();
        assert!(refusal("features = []\nneeds = []").contains("should have `features` and `needs`"));
        let twice =
            "features = [\"a\", \"a\"]\nneeds = [{ need = \"n\", importance = 1, relations = { a = 9 } }]";
        assert!(refusal(twice).contains("names `a` twice"));
    }
}
