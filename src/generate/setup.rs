//! The `moshtari.toml` beside the exports: every key explained, in the company's language. The text is in
//! `setup.en.toml` and `setup.fa.toml`; only the command and the extension of the exports are filled in.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::params::{GenerateParams, Locale};
use super::{CONFIG, Summary};
use crate::error::{Error, Result};

/// Writes the configuration.
pub(super) fn write(dir: &Path, params: &GenerateParams, summary: &mut Summary) -> Result<()> {
    let path = dir.join(CONFIG);
    let template = match params.locale {
        Locale::En => include_str!("setup.en.toml"),
        Locale::Fa => include_str!("setup.fa.toml"),
    };
    let text = template.replace("{command}", &command(params)).replace("{extension}", params.format.name());
    let mut file = File::create_new(&path).map_err(Error::io("create", &path))?;
    file.write_all(text.as_bytes()).map_err(Error::io("write", &path))?;
    summary.files.push(PathBuf::from(CONFIG));
    Ok(())
}

/// The command that makes the same files again.
fn command(params: &GenerateParams) -> String {
    format!(
        "moshtari generate DIR --transactions {} --customers {} --seed {} --files {} --format {} --locale {}",
        params.transactions,
        params.customers,
        params.seed,
        params.files,
        params.format.name(),
        params.locale.name()
    )
}

#[cfg(test)]
mod tests {
    use super::super::calendar::{Calendar, DAYS};
    use super::super::words::{COMPLAINTS, CUSTOMERS, DELIVERY_LABELS, ORDERS, SURVEY, pick};
    use super::*;

    fn values(table: &toml::Value) -> Vec<&str> {
        table.as_table().unwrap().values().map(|value| value.as_str().unwrap()).collect()
    }

    fn assert_named(named: &[&str], header: &[&str]) {
        for name in named {
            assert!(header.contains(name), "`{name}` is not a column");
        }
    }

    #[test]
    fn every_column_named_in_the_configuration_is_in_its_export() {
        for (locale, template) in
            [(Locale::En, include_str!("setup.en.toml")), (Locale::Fa, include_str!("setup.fa.toml"))]
        {
            let config: toml::Table = template.parse().unwrap();
            assert_eq!(config["run"]["locale"].as_str(), Some(locale.name()));
            assert_eq!(config["run"]["as_of"].as_str(), Some(Calendar::new(Locale::En).day(DAYS - 1)));
            let (orders, survey) = (ORDERS.names(locale), SURVEY.names(locale));
            assert_named(&values(&config["transactions"]["columns"]), &orders);
            let rules = &config["transactions"]["rules"];
            assert_eq!(rules["cancelled_when"]["column"].as_str(), Some(orders[0]));
            assert_eq!(rules["skip_when"][0]["column"].as_str(), Some(orders[3]));
            assert_named(&values(&config["surveys"][0]["columns"]), &survey);
            let items = config["surveys"][0]["items"].as_array().unwrap();
            let questions: Vec<&str> = items.iter().map(|item| item["column"].as_str().unwrap()).collect();
            assert_eq!(questions, survey[3..]);
            let labels: Vec<&str> =
                items[2]["labels"].as_array().unwrap().iter().map(|label| label.as_str().unwrap()).collect();
            assert_eq!(labels, DELIVERY_LABELS.map(|word| pick(word, locale)));
            let list = CUSTOMERS.names(locale);
            assert_named(&values(&config["customers"]["columns"]), &list);
            assert_named(&values(&config["customers"]["consent"]), &list);
            assert_named(&values(&config["complaints"]["columns"]), &COMPLAINTS.names(locale));
        }
    }
}
