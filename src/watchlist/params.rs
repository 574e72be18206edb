//! Parameters of the stage: `[watchlist]`.

use serde::Deserialize;

use super::rules::columns;
use crate::condition::Condition;
use crate::schema::{Kind, customers};
use crate::zone::Zone;
use crate::{Error, Result, error};

/// Priority of the built-in rules, and of own ones that state none.
pub(super) const USUAL_PRIORITY: i32 = 100;

/// `[watchlist]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchlistParams {
    /// The built-in rules apply, too.
    pub defaults: bool,
    /// Days for which an angry answer is a reason to call.
    pub answer_days: u32,
    /// Own rules.
    pub rules: Vec<WatchRule>,
}

impl Default for WatchlistParams {
    fn default() -> Self {
        Self { defaults: true, answer_days: 90, rules: Vec::new() }
    }
}

/// One `[[watchlist.rules]]`: whom to watch, and what to do.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchRule {
    /// The reason, as it stands in the table.
    pub name: String,
    /// Which customers.
    pub when: String,
    /// What to do.
    pub then: String,
    /// Customers of a lower number come first.
    #[serde(default = "usual")]
    pub priority: i32,
    /// The column of the customers table that says since when.
    #[serde(default)]
    pub since: Option<String>,
}

fn usual() -> i32 {
    USUAL_PRIORITY
}

impl WatchlistParams {
    /// Every rule must have a name of its own, read columns that exist, and say what to do.
    ///
    /// # Errors
    /// `Config` naming the rule, and the column or value at fault.
    pub fn check(&self) -> Result<()> {
        let known = columns(Zone::utc());
        for (place, rule) in self.rules.iter().enumerate() {
            let who = format!("`[[watchlist.rules]]` `{}`", rule.name);
            if rule.name.trim().is_empty() {
                let number = place + 1;
                return Err(Error::config(format!(
                    "`[[watchlist.rules]]` number {number} has an empty `name`"
                )));
            }
            if self.rules[..place].iter().any(|other| other.name == rule.name) {
                return Err(Error::config(format!("{who}: two rules have this name"))
                    .hint("the name is the reason that people read: give each rule its own"));
            }
            if rule.then.trim().is_empty() {
                return Err(Error::config(format!("{who} has an empty `then`"))
                    .hint("write what to do, such as `then = \"call within 48 hours\"`"));
            }
            Condition::parse(&rule.when).and_then(|c| c.check(&known)).map_err(|e| within(&who, e))?;
            rule.since.iter().try_for_each(|since| check_since(&who, since))?;
        }
        Ok(())
    }
}

/// The same error with the rule it is about.
pub(super) fn within(who: &str, error: Error) -> Error {
    match error {
        Error::Config { message, hint } => Error::Config { message: format!("{who}: {message}"), hint },
        other => other,
    }
}

fn check_since(who: &str, since: &str) -> Result<()> {
    let times = || customers::TABLE.columns.iter().filter(|c| c.kind == Kind::Timestamp).map(|c| c.name);
    if times().any(|name| name == since) {
        return Ok(());
    }
    let known: Vec<&str> = times().collect();
    let hint = error::closest(since, times()).map_or_else(
        || format!("columns of times: {}", known.join(", ")),
        |close| format!("did you mean `{close}`?"),
    );
    Err(Error::config(format!("{who}: `since` should name a column of times, but is `{since}`")).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(rules: &str) -> (String, Option<String>) {
        let params: WatchlistParams = toml::from_str(rules).unwrap();
        let error = params.check().unwrap_err();
        (error.to_string(), error.hint_text().map(str::to_owned))
    }

    #[test]
    fn rules_are_checked_when_they_are_loaded() {
        WatchlistParams::default().check().unwrap();
        let rule = |when: &str, rest: &str| {
            format!("[[rules]]\nname = \"x\"\nwhen = \"{when}\"\nthen = \"call\"\n{rest}")
        };
        let (message, hint) = fault(&rule("quadrnt = 'hostage'", ""));
        assert!(
            message.starts_with("`[[watchlist.rules]]` `x`: ") && message.contains("quadrnt"),
            "{message}"
        );
        assert_eq!(hint.as_deref(), Some("did you mean `quadrant`?"));
        let (message, _) = fault(&rule("quadrant = 'hostages'", ""));
        assert!(message.contains("hostages"), "{message}");
        let (message, hint) = fault(&rule("order_count > 3", "since = \"last_order\""));
        assert_eq!(
            message,
            "`[[watchlist.rules]]` `x`: `since` should name a column of times, but is `last_order`"
        );
        assert_eq!(hint.as_deref(), Some("did you mean `last_order_at`?"));
        let twice = format!("{}{}", rule("order_count > 3", ""), rule("order_count > 4", ""));
        assert!(fault(&twice).0.ends_with("two rules have this name"));
        let (message, _) = fault(&rule("order_count > 3", "").replace("call", " "));
        assert!(message.ends_with("has an empty `then`"), "{message}");
        let good = rule("quadrant = 'hostage' and tier = 'key'", "priority = 1\nsince = \"last_order_at\"");
        toml::from_str::<WatchlistParams>(&good).unwrap().check().unwrap();
    }
}
