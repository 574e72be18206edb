//! The published house of quality.

use polars::prelude::*;

use super::params::{NeedParams, QualityHouseParams};
use super::{
    Relation, TechnicalWeights, idle_characteristics, raw_weight, technical_weights, unserved_needs,
};
use crate::schema::{drivers as d, quality_house as q};
use crate::{Result, Warning, table};

/// Percent, as the importance of a need that is a driver.
const PERCENT: f64 = 100.0;

/// The weights of the features, the most important first, and what to know about them.
///
/// `drivers` is the table of `schema::drivers`, where needs take the share of a driver; the first outcome that has
/// such a driver decides.
///
/// # Errors
/// `Internal` when `drivers` is not that table.
pub fn run(params: &QualityHouseParams, drivers: Option<&DataFrame>) -> Result<(DataFrame, Vec<Warning>)> {
    let mut warnings = Vec::new();
    let mut needs: Vec<(&NeedParams, f64)> = Vec::new();
    for need in &params.needs {
        match (need.importance, &need.driver) {
            (Some(importance), _) => needs.push((need, importance)),
            (None, driver) => {
                let driver = driver.as_deref().unwrap_or_default();
                match share(drivers, driver)? {
                    Some(share) => needs.push((need, PERCENT * share)),
                    None => warnings.push(without_importance(need, driver)),
                }
            }
        }
    }
    let relation = |need: &NeedParams, feature: &String| {
        need.relations
            .get(feature)
            .and_then(|points| Relation::from_points(*points))
            .unwrap_or(Relation::None)
    };
    let relations: Vec<Vec<Relation>> = needs
        .iter()
        .map(|(need, _)| params.features.iter().map(|feature| relation(need, feature)).collect())
        .collect();
    for need in unserved_needs(&relations) {
        let message = format!("no feature serves the need `{}` more than weakly", needs[need].0.need);
        warnings.push(Warning::new("unserved_need", message).with("need", needs[need].0.need.as_str()));
    }
    let house = House { params, needs, idle: idle_characteristics(&relations), relations };
    Ok((house.frame()?, warnings))
}

fn without_importance(need: &NeedParams, driver: &str) -> Warning {
    let message = format!("the need `{}` counts nothing: the driver `{driver}` has no share", need.need);
    Warning::new("need_without_importance", message).with("need", need.need.as_str()).with("driver", driver)
}

/// The share of a driver in the first outcome that gives it one.
fn share(drivers: Option<&DataFrame>, driver: &str) -> Result<Option<f64>> {
    let Some(drivers) = drivers else { return Ok(None) };
    let names = table::texts(drivers, d::DRIVER)?;
    let shares = table::f64s(drivers, d::SHARE)?;
    Ok(names.iter().zip(shares).filter(|(name, _)| **name == Some(driver)).find_map(|(_, share)| share))
}

struct House<'a> {
    params: &'a QualityHouseParams,
    /// Needs with their importance.
    needs: Vec<(&'a NeedParams, f64)>,
    relations: Vec<Vec<Relation>>,
    idle: Vec<usize>,
}

impl House<'_> {
    fn frame(&self) -> Result<DataFrame> {
        let n = self.params.features.len();
        let plain = self.weights(&self.needs.iter().map(|(_, importance)| *importance).collect::<Vec<_>>());
        let raw = self.is_improved().then(|| self.weights(&self.raw()));
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| plain.weights[b].total_cmp(&plain.weights[a]));
        let column = |name: &str, of: &dyn Fn(usize) -> Option<f64>| {
            Column::new(name.into(), order.iter().map(|&feature| of(feature)).collect::<Vec<_>>())
        };
        let share = |weights: &TechnicalWeights, feature: usize| Some(weights.shares.as_ref()?[feature]);
        let serves: Vec<Series> =
            order.iter().map(|&feature| Series::new("".into(), self.served_by(feature))).collect();
        let note = |feature: &usize| self.idle.contains(feature).then_some("serves no need");
        table::new(vec![
            Column::new(q::RANK.into(), (1..=n as u16).collect::<Vec<_>>()),
            Column::new(
                q::FEATURE.into(),
                order.iter().map(|&feature| self.params.features[feature].as_str()).collect::<Vec<_>>(),
            ),
            column(q::WEIGHT, &|feature| Some(plain.weights[feature])),
            column(q::SHARE, &|feature| share(&plain, feature)),
            column(q::RAW_WEIGHT, &|feature| Some(raw.as_ref()?.weights[feature])),
            column(q::RAW_SHARE, &|feature| share(raw.as_ref()?, feature)),
            Column::new(q::SERVES.into(), serves),
            Column::new(q::NOTE.into(), order.iter().map(note).collect::<Vec<_>>()),
        ])
    }

    /// Weights of all features; zero where no need has an importance.
    fn weights(&self, importance: &[f64]) -> TechnicalWeights {
        let mut weights = technical_weights(importance, &self.relations);
        weights.weights.resize(self.params.features.len(), 0.0);
        weights
    }

    /// Some need says how much better it should be met, or how well it sells.
    fn is_improved(&self) -> bool {
        self.needs.iter().any(|(need, _)| need.target.is_some() || need.sales_point.is_some())
    }

    /// Importance with improvement and sales point; a need that states neither keeps its importance.
    fn raw(&self) -> Vec<f64> {
        let raw = |(need, importance): &(&NeedParams, f64)| {
            let (current, target) = (need.current.unwrap_or(1.0), need.target.unwrap_or(1.0));
            raw_weight(*importance, current, target, need.sales_point.unwrap_or(1.0)).unwrap_or(*importance)
        };
        self.needs.iter().map(raw).collect()
    }

    /// Needs that a feature serves moderately or strongly, the most important first.
    fn served_by(&self, feature: usize) -> Vec<&str> {
        let served = |(place, _): &(usize, &(&NeedParams, f64))| {
            matches!(self.relations[*place][feature], Relation::Moderate | Relation::Strong)
        };
        let mut needs: Vec<_> = self.needs.iter().enumerate().filter(served).map(|(_, need)| need).collect();
        needs.sort_by(|a, b| b.1.total_cmp(&a.1));
        needs.into_iter().map(|(need, _)| need.need.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::{all_close, close, json, numbers};

    /// `qfd_vector.json` as a configuration.
    fn reference() -> QualityHouseParams {
        let expected = json("qfd_vector.json");
        let list = |name: &str| numbers(&expected[name]);
        let features: Vec<String> = (1..=3).map(|j| format!("feature {j}")).collect();
        let need = |(i, row): (usize, &serde_json::Value)| NeedParams {
            need: format!("need {}", i + 1),
            importance: Some(list("importance")[i]),
            driver: None,
            relations: features.iter().cloned().zip(numbers(row).iter().map(|x| *x as u8)).collect(),
            current: Some(list("current")[i]),
            target: Some(list("target")[i]),
            sales_point: Some(list("sales_point")[i]),
        };
        let rows = expected["relationship"].as_array().unwrap();
        QualityHouseParams { needs: rows.iter().enumerate().map(need).collect(), features }
    }

    #[test]
    fn the_table_holds_the_reference() {
        let params = reference();
        params.check().unwrap();
        let (found, warnings) = run(&params, None).unwrap();
        let floats = |name: &str| -> Vec<f64> {
            table::f64s(&found, name).unwrap().into_iter().map(Option::unwrap).collect()
        };
        let names: Vec<&str> = table::texts(&found, q::FEATURE).unwrap().into_iter().flatten().collect();
        assert_eq!(names, ["feature 1", "feature 2", "feature 3"]);
        // methods 8: (59, 44, 41) and (120.8, 59, 91.4)
        all_close(&floats(q::WEIGHT), &[59.0, 44.0, 41.0], 1e-12);
        all_close(&floats(q::RAW_WEIGHT), &[120.8, 59.0, 91.4], 1e-12);
        close(floats(q::SHARE).iter().sum(), 1.0, 1e-12);
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].message.contains("`need 4`"));
        let stored: Vec<&str> = found.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
        assert_eq!(stored, q::TABLE.columns.iter().map(|column| column.name).collect::<Vec<_>>());
    }

    #[test]
    fn needs_may_take_the_share_of_a_driver() {
        let drivers = table::new(vec![
            Column::new(d::DRIVER.into(), ["delivery", "delivery", "price"]),
            Column::new(d::SHARE.into(), [None, Some(0.25), None]),
        ])
        .unwrap();
        let params: QualityHouseParams = toml::from_str(
            r#"
            features = ["parking", "courier"]
            needs = [
                { need = "on time", driver = "delivery", relations = { courier = 9 } },
                { need = "cheap", driver = "price", relations = { parking = 3 } },
            ]
            "#,
        )
        .unwrap();
        let (found, warnings) = run(&params, Some(&drivers)).unwrap();
        assert_eq!(table::f64s(&found, q::WEIGHT).unwrap(), [Some(225.0), Some(0.0)]);
        assert_eq!(table::texts(&found, q::NOTE).unwrap(), [None, Some("serves no need")]);
        assert_eq!(table::f64s(&found, q::RAW_WEIGHT).unwrap(), [None, None]);
        assert_eq!(warnings[0].code, "need_without_importance");
        // without any survey no need has an importance, and no feature a share
        let (found, warnings) = run(&params, None).unwrap();
        assert_eq!(table::f64s(&found, q::WEIGHT).unwrap(), [Some(0.0), Some(0.0)]);
        assert_eq!(table::f64s(&found, q::SHARE).unwrap(), [None, None]);
        assert_eq!(warnings.len(), 2);
    }
}
