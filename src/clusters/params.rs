//! `[clusters]`: by which measures customers are grouped, into how many groups, and how they are called.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::naming::Words;
use crate::error::closest;
use crate::schema::{Kind, customers as c};
use crate::{Error, Result};

/// The `[clusters]` table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClustersParams {
    /// The measures, each a numeric column of the customers table.
    pub features: Vec<Feature>,
    /// How measures are made comparable.
    pub scale: Scale,
    /// Share of customers at either end of each measure whose values are pulled to the value there.
    pub winsorise: f64,
    /// What becomes of a customer with a missing measure.
    pub missing: Missing,
    /// Number of clusters.
    pub k: K,
    /// Fewest clusters tried by `k = "auto"`.
    pub k_min: u16,
    /// Most clusters tried by `k = "auto"`.
    pub k_max: u16,
    /// Share of the clustered customers that the smallest cluster of an automatic k should have.
    pub smallest_share: f64,
    /// Starts of k-means for each k; on a sample at most so many, and no more once three ended as well as the best.
    pub n_init: u32,
    /// Swaps tried after each start.
    pub swaps: u32,
    /// Passes at most each time centres settle.
    pub max_iter: u32,
    /// Stop when centres move less than this share of the variance; 0 stops when no label changes.
    pub tolerance: f64,
    /// Customers on whom starts are made when there are more.
    pub sample_rows: usize,
    /// Distance in last night's scaled space up to which a cluster is still the same one.
    pub match_radius: f64,
    /// Words for low, middle and high values of a measure, instead of the engine's own.
    pub words: BTreeMap<String, Words>,
}

impl Default for ClustersParams {
    fn default() -> Self {
        Self {
            features: [c::RECENCY_DAYS, c::FREQUENCY, c::MONETARY].map(Feature::named).to_vec(),
            scale: Scale::default(),
            winsorise: 0.0,
            missing: Missing::default(),
            k: K::default(),
            k_min: 3,
            k_max: 8,
            smallest_share: 0.02,
            n_init: 10,
            swaps: 10,
            max_iter: 300,
            tolerance: 0.0,
            sample_rows: 16_384,
            match_radius: 1.0,
            words: BTreeMap::new(),
        }
    }
}

/// A measure: a column of the customers table, alone or with how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Name of the column.
    pub column: String,
    /// What is done to its values before they are scaled.
    pub transform: Transform,
    /// Whether high or low values make a customer valuable.
    pub direction: Direction,
}

/// What is done to a value before it is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// ln(1 + max(value, 0)): for counts, days and money, which are many small and few large.
    Log1p,
    /// Nothing.
    None,
}

impl Transform {
    /// The transformed value.
    pub fn apply(self, value: f64) -> f64 {
        match self {
            Self::Log1p => value.max(0.0).ln_1p(),
            Self::None => value,
        }
    }
}

/// What a measure says about a customer's value; clusters are numbered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    HighIsGood,
    /// Less is better.
    LowIsGood,
    /// It does not count.
    None,
}

impl Direction {
    /// +1, −1 or 0.
    pub fn sign(self) -> f64 {
        match self {
            Self::HighIsGood => 1.0,
            Self::LowIsGood => -1.0,
            Self::None => 0.0,
        }
    }
}

/// How measures are made comparable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// (value − mean) / population standard deviation.
    #[default]
    Z,
    /// (value − median) / (1.4826 · median absolute deviation); `z` where that deviation is 0.
    Robust,
}

/// What becomes of a customer with a missing measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No cluster.
    #[default]
    LeaveOut,
    /// Clustered as if the measure were the median of those known.
    Median,
}

/// Number of clusters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum K {
    /// The number from `k_min` to `k_max` with the highest simplified silhouette.
    #[default]
    Auto,
    /// A given number.
    Given(u16),
}

impl Feature {
    /// A column with the transform and direction that suit it.
    pub fn named(column: &str) -> Self {
        /// Measures of which less is better.
        const LOW_IS_GOOD: [&str; 3] = [c::RECENCY_DAYS, c::RETURN_COUNT, c::RETURN_TOTAL];
        let unit = c::TABLE.column(column).map_or("", |column| column.unit);
        let counted = ["days", "weeks", "orders", "rows", "items", "responses"].contains(&unit);
        let direction =
            if LOW_IS_GOOD.contains(&column) { Direction::LowIsGood } else { Direction::HighIsGood };
        let transform = if counted || unit.starts_with("money") { Transform::Log1p } else { Transform::None };
        Self { column: column.to_owned(), transform, direction }
    }

    /// The columns that can be measures.
    fn candidates() -> impl Iterator<Item = &'static str> {
        let numeric = |kind| matches!(kind, Kind::F64 | Kind::U8 | Kind::U32 | Kind::I32);
        c::TABLE.columns.iter().filter(move |column| numeric(column.kind)).map(|column| column.name)
    }

    fn check(&self) -> Result<()> {
        let name = self.column.as_str();
        if name == c::CLUSTER_DISTANCE {
            let message = format!("`[clusters] features` has `{name}`, which only clustering makes");
            return Err(Error::config(message));
        }
        if Self::candidates().any(|candidate| candidate == name) {
            return Ok(());
        }
        let (message, hint) = match c::TABLE.column(name) {
            Some(_) => (format!("`[clusters] features` has `{name}`, which is not a number"), None),
            None => (
                format!("`[clusters] features` has `{name}`, which is not a column of the customers table"),
                closest(name, Self::candidates()).map(|found| format!("did you mean `{found}`?")),
            ),
        };
        let all = || format!("numeric columns are {}", Self::candidates().collect::<Vec<_>>().join(", "));
        Err(Error::config(message).hint(hint.unwrap_or_else(all)))
    }
}

impl<'de> Deserialize<'de> for Feature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrTable;
        impl<'de> Visitor<'de> for NameOrTable {
            type Value = Feature;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column name, or a table with `column`, `transform`, `direction`")
            }
            fn visit_str<E>(self, column: &str) -> Result<Feature, E> {
                Ok(Feature::named(column))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Feature, A::Error> {
                let table = FeatureTable::deserialize(MapAccessDeserializer::new(map))?;
                let suited = Feature::named(&table.column);
                Ok(Feature {
                    transform: table.transform.unwrap_or(suited.transform),
                    direction: table.direction.unwrap_or(suited.direction),
                    column: table.column,
                })
            }
        }
        deserializer.deserialize_any(NameOrTable)
    }
}

/// A measure as a table of the configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeatureTable {
    column: String,
    transform: Option<Transform>,
    direction: Option<Direction>,
}

impl<'de> Deserialize<'de> for K {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AutoOrNumber;
        impl Visitor<'_> for AutoOrNumber {
            type Value = K;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "\"auto\" or a number of clusters from 1 to {MOST}")
            }
            fn visit_i64<E: serde::de::Error>(self, k: i64) -> Result<K, E> {
                let found = serde::de::Unexpected::Signed(k);
                u16::try_from(k).map(K::Given).map_err(|_| E::invalid_value(found, &self))
            }
            fn visit_str<E: serde::de::Error>(self, k: &str) -> Result<K, E> {
                if k == "auto" {
                    return Ok(K::Auto);
                }
                Err(E::invalid_value(serde::de::Unexpected::Str(k), &self))
            }
        }
        deserializer.deserialize_any(AutoOrNumber)
    }
}

/// Most clusters that can be asked for; more than people can tell apart.
const MOST: u16 = 200;

impl ClustersParams {
    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// `Config` naming the key, its rule and the value found.
    pub fn check(&self) -> Result<()> {
        self.check_features()?;
        self.check_numbers()
    }

    fn check_features(&self) -> Result<()> {
        if self.features.is_empty() {
            return Err(Error::config("`[clusters] features` should name at least one column, but is empty"));
        }
        for (i, feature) in self.features.iter().enumerate() {
            feature.check()?;
            if self.features[..i].iter().any(|earlier| earlier.column == feature.column) {
                return Err(Error::config(format!("`[clusters] features` has `{}` twice", feature.column)));
            }
        }
        let known = || self.features.iter().map(|feature| feature.column.as_str());
        match self.words.keys().find(|word| !known().any(|column| column == word.as_str())) {
            Some(stray) => {
                Err(Error::config(format!("`[clusters.words]` has `{stray}`, which is not a feature"))
                    .hint(format!("features are {}", known().collect::<Vec<_>>().join(", "))))
            }
            None => Ok(()),
        }
    }

    fn check_numbers(&self) -> Result<()> {
        let k_given = match self.k {
            K::Auto => 1,
            K::Given(k) => k,
        };
        let most = usize::from(self.k_max.max(k_given));
        let share = |value: f64| value.is_finite() && (0.0..0.5).contains(&value);
        let rules = [
            ("k", (1..=MOST).contains(&k_given), format!("1 to {MOST}"), k_given.to_string()),
            ("k_min", self.k_min >= 2, "2 or more".into(), self.k_min.to_string()),
            (
                "k_max",
                (self.k_min..=MOST).contains(&self.k_max),
                format!("`k_min` to {MOST}"),
                self.k_max.to_string(),
            ),
            (
                "smallest_share",
                share(self.smallest_share),
                "from 0 to below 0.5".into(),
                self.smallest_share.to_string(),
            ),
            ("winsorise", share(self.winsorise), "from 0 to below 0.5".into(), self.winsorise.to_string()),
            ("n_init", self.n_init >= 1, "1 or more".into(), "0".into()),
            ("max_iter", self.max_iter >= 1, "1 or more".into(), "0".into()),
            (
                "tolerance",
                self.tolerance.is_finite() && self.tolerance >= 0.0,
                "0 or more".into(),
                self.tolerance.to_string(),
            ),
            (
                "match_radius",
                self.match_radius.is_finite() && self.match_radius >= 0.0,
                "0 or more".into(),
                self.match_radius.to_string(),
            ),
            (
                "sample_rows",
                self.sample_rows >= most,
                format!("{most} or more, as many as clusters"),
                self.sample_rows.to_string(),
            ),
        ];
        match rules.into_iter().find(|(_, holds, _, _)| !holds) {
            Some((key, _, rule, found)) => {
                Err(Error::config(format!("`[clusters] {key}` should be {rule}, but is {found}")))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ClustersParams, String> {
        let params: ClustersParams = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        params.check().map(|()| params).map_err(|error| match error.hint_text() {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        })
    }

    #[test]
    fn the_defaults_are_log_rfm_and_valid() {
        let params = read("").unwrap();
        assert_eq!(params, ClustersParams::default());
        let features: Vec<_> =
            params.features.iter().map(|f| (f.column.as_str(), f.transform, f.direction.sign())).collect();
        let log = Transform::Log1p;
        assert_eq!(features, [("recency_days", log, -1.0), ("frequency", log, 1.0), ("monetary", log, 1.0)]);
    }

    #[test]
    fn features_are_names_or_tables() {
        let params = read(
            r#"features = ["satisfaction_score", { column = "monetary", transform = "none", direction = "none" }]"#,
        );
        let [satisfaction, monetary] = params.unwrap().features.try_into().unwrap();
        assert_eq!(
            (satisfaction.transform, satisfaction.direction),
            (Transform::None, Direction::HighIsGood)
        );
        assert_eq!((monetary.transform, monetary.direction), (Transform::None, Direction::None));
    }

    #[test]
    fn k_is_auto_or_a_number() {
        assert_eq!(read(r#"k = "auto""#).unwrap().k, K::Auto);
        assert_eq!(read("k = 5").unwrap().k, K::Given(5));
        let refused = |text| read(text).unwrap_err();
        assert_eq!(
            refused(r#"k = "five""#),
            r#"invalid value: string "five", expected "auto" or a number of clusters from 1 to 200"#
        );
        assert_eq!(
            refused("k = -1"),
            r#"invalid value: integer `-1`, expected "auto" or a number of clusters from 1 to 200"#
        );
        assert_eq!(refused("k = 0"), "`[clusters] k` should be 1 to 200, but is 0");
    }

    #[test]
    fn columns_that_cannot_be_features_are_refused() {
        let refused = |columns: &str| read(&format!("features = [{columns}]")).unwrap_err();
        assert_eq!(refused(""), "`[clusters] features` should name at least one column, but is empty");
        assert_eq!(
            refused(r#""frequenzy""#),
            "`[clusters] features` has `frequenzy`, which is not a column of the customers table; \
             did you mean `frequency`?"
        );
        assert!(
            refused(r#""rfm_cell""#)
                .starts_with("`[clusters] features` has `rfm_cell`, which is not a number")
        );
        assert_eq!(
            refused(r#""cluster_distance""#),
            "`[clusters] features` has `cluster_distance`, which only clustering makes"
        );
        assert_eq!(refused(r#""monetary", "monetary""#), "`[clusters] features` has `monetary` twice");
    }

    #[test]
    fn numbers_out_of_range_are_refused_by_name() {
        let refused = |text: &str| read(text).unwrap_err();
        assert_eq!(refused("k_min = 1"), "`[clusters] k_min` should be 2 or more, but is 1");
        assert_eq!(refused("k_max = 2"), "`[clusters] k_max` should be `k_min` to 200, but is 2");
        assert_eq!(
            refused("winsorise = 0.5"),
            "`[clusters] winsorise` should be from 0 to below 0.5, but is 0.5"
        );
        assert_eq!(refused("n_init = 0"), "`[clusters] n_init` should be 1 or more, but is 0");
        assert_eq!(refused("max_iter = 0"), "`[clusters] max_iter` should be 1 or more, but is 0");
        assert_eq!(refused("tolerance = -1.0"), "`[clusters] tolerance` should be 0 or more, but is -1");
        assert_eq!(
            refused("sample_rows = 7"),
            "`[clusters] sample_rows` should be 8 or more, as many as clusters, but is 7"
        );
    }

    #[test]
    fn words_belong_to_features() {
        let params = read(r#"words.recency_days = ["fresh", "aging", "stale"]"#).unwrap();
        assert_eq!(params.words["recency_days"], ["fresh", "aging", "stale"].map(str::to_owned));
        assert_eq!(
            read(r#"words.spend_total = ["a", "b", "c"]"#).unwrap_err(),
            "`[clusters.words]` has `spend_total`, which is not a feature; \
             features are recency_days, frequency, monetary"
        );
    }
}
