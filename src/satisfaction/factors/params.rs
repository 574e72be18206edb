//! `[satisfaction.factors]`: which questions are looked at together, and how.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How factors are drawn from items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Extraction {
    /// Principal components.
    #[default]
    Components,
    /// Maximum likelihood; components where it does not arrive.
    Likelihood,
}

/// How a long list of questions is reduced.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct FactorsParams {
    /// Surveys with fewer questions about satisfaction are not reduced, unless `surveys` names them.
    pub minimum_items: usize,
    /// How factors are drawn.
    pub extraction: Extraction,
    /// Data sets without any factor that parallel analysis compares with.
    pub replicates: u32,
    /// What is particular about a survey.
    pub surveys: Vec<FactorsOfSurvey>,
}

/// The questions of one survey to look at.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FactorsOfSurvey {
    /// The survey; left out: the first.
    #[serde(default)]
    pub survey: Option<String>,
    /// The questions; left out: all about satisfaction or perception.
    #[serde(default)]
    pub items: Vec<String>,
    /// Number of factors; left out: as many as parallel analysis keeps.
    #[serde(default)]
    pub count: Option<usize>,
}

impl Default for FactorsParams {
    fn default() -> Self {
        Self { minimum_items: 6, extraction: Extraction::Components, replicates: 1_000, surveys: Vec::new() }
    }
}

impl FactorsParams {
    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// `Config` naming the key, its rule and the value found.
    pub fn check(&self) -> Result<()> {
        if self.minimum_items < 3 {
            return Err(Error::config(format!(
                "`[satisfaction.factors] minimum_items` must be at least 3, found {}",
                self.minimum_items
            ))
            .hint("two questions cannot be reduced; `surveys` names those of a shorter survey"));
        }
        if self.replicates == 0 {
            return Err(Error::config("`[satisfaction.factors] replicates` must be at least 1, found 0")
                .hint("the default is 1000"));
        }
        for own in &self.surveys {
            if own.count == Some(0) || own.count.is_some_and(|n| !own.items.is_empty() && n > own.items.len())
            {
                return Err(Error::config(format!(
                    "`[[satisfaction.factors.surveys]] count` must be 1 to the number of items, found {}",
                    own.count.unwrap_or_default()
                ))
                .hint("leave it out to let parallel analysis count"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_names_key_and_value() {
        let refusal =
            |toml: &str| toml::from_str::<FactorsParams>(toml).unwrap().check().unwrap_err().to_string();
        assert!(
            refusal("minimum_items = 2")
                .contains("`[satisfaction.factors] minimum_items` must be at least 3")
        );
        assert!(refusal("replicates = 0").contains("must be at least 1, found 0"));
        assert!(refusal("surveys = [{ count = 0 }]").contains("found 0"));
        assert!(refusal("surveys = [{ count = 3, items = [\"a\", \"b\"] }]").contains("found 3"));
        FactorsParams::default().check().unwrap();
    }
}
