//! `moshtari run`

use std::path::Path;

use moshtari::config::{AsOf, Config, Stage};
use moshtari::ingest::accounting::{Account, AnswerAccount};
use moshtari::pipeline::{self, Outcome};
use moshtari::publish::manifest::InputTable;
use moshtari::{Error, Result, error};
use serde_json::{Map, Value, json};

use super::DONE;
use super::args::RunArgs;
use super::export;
use super::printer::Printer;
use super::progress::Progress;

pub(super) fn run(args: &RunArgs, printer: Printer) -> Result<u8> {
    let mut config = configured(&args.config, args.as_of.as_deref())?;
    if let Some(output) = &args.output {
        let here = std::env::current_dir().map_err(Error::io("find", Path::new(".")))?;
        config.run.output = here.join(output);
    }
    if let Some(stages) = &args.stages {
        config.run.stages = Some(stages.iter().map(|s| stage(s)).collect::<Result<_>>()?);
    }
    let mut progress = Progress::new(printer);
    let outcome = pipeline::run(&config, &mut progress);
    progress.end();
    let folder = match outcome? {
        Outcome::Published { folder, figures, tables } => {
            tables.iter().for_each(|t| account(t, printer));
            totals(&figures, printer);
            let fields = Map::from_iter([
                ("result".to_owned(), json!(folder)),
                ("seconds".to_owned(), json!(progress.seconds())),
            ]);
            printer.info(&format!("published in {:.1} s", progress.seconds()), &fields);
            printer.out(&format!("{}\n", folder.display()))?;
            folder
        }
        Outcome::UpToDate { folder, elsewhere } => {
            let mut fields = Map::from_iter([("result".to_owned(), json!(folder))]);
            let mut text =
                "nothing to do: the same inputs and configuration were published before".to_owned();
            if let Some(elsewhere) = elsewhere {
                text.push_str(&format!(
                    "; `latest` leads there again, no longer to `{}`",
                    elsewhere.display()
                ));
                fields.insert("latest_before".to_owned(), json!(elsewhere));
            }
            printer.info(&text, &fields);
            printer.out(&format!("{}\n", folder.display()))?;
            folder
        }
    };
    export::after_run(&config, &folder, &mut progress, printer)?;
    Ok(DONE)
}

/// The configuration with the command line's as-of.
pub(super) fn configured(path: &Path, as_of: Option<&str>) -> Result<Config> {
    let mut config = Config::read(path)?;
    if let Some(text) = as_of {
        let parsed = AsOf::parse(text).ok_or_else(|| {
            Error::config(format!("`--as-of` should be a date like 2011-12-10 or a time like 2011-12-10T18:00:00, but is `{text}`"))
        })?;
        config.run.as_of = Some(parsed);
    }
    Ok(config)
}

fn stage(name: &str) -> Result<Stage> {
    Stage::parse(name.trim()).ok_or_else(|| {
        let known = Stage::ALL.map(Stage::name);
        let hint = error::closest(name, known).map_or_else(
            || format!("known stages: {}", known.join(", ")),
            |close| format!("did you mean `{close}`?"),
        );
        Error::config(format!("`--stages`: there is no stage `{name}`")).hint(hint)
    })
}

/// One line per input table: rows read = rows accepted + rows set aside.
pub(super) fn account(table: &InputTable, printer: Printer) {
    let Account { rows_read, rows_accepted, set_aside, .. } = &table.account;
    let mut text = format!(
        "{}: {rows_read} rows read = {rows_accepted} accepted + {} set aside",
        table.name,
        table.account.rows_set_aside()
    );
    let mut reasons = Map::new();
    for (reason, count) in set_aside {
        reasons.insert(reason.name().to_owned(), json!(count.rows));
    }
    if !reasons.is_empty() {
        let list: Vec<String> = reasons.iter().map(|(reason, n)| format!("{reason} {n}")).collect();
        text.push_str(&format!(" ({})", list.join(", ")));
    }
    let fields = Map::from_iter([
        ("table".to_owned(), json!(table.name)),
        ("rows_read".to_owned(), json!(rows_read)),
        ("rows_accepted".to_owned(), json!(rows_accepted)),
        ("rows_set_aside".to_owned(), json!(table.account.rows_set_aside())),
        ("reasons".to_owned(), Value::Object(reasons)),
    ]);
    printer.info(&text, &fields);
    if let Some(given) = &table.account.answers {
        answers(&table.name, given, printer);
    }
}

/// One line per survey: answers given = accepted + missing + repeated + set aside.
fn answers(survey: &str, account: &AnswerAccount, printer: Printer) {
    let AnswerAccount { given, accepted, missing, repeated, .. } = account;
    let aside = account.answers_set_aside();
    let parts = [(missing, "that mean none"), (repeated, "given again"), (&aside, "set aside")];
    let parts = parts.iter().filter(|(n, _)| **n > 0).map(|(n, what)| format!(" + {n} {what}"));
    let text = format!("{survey}: {given} answers = {accepted} accepted{}", parts.collect::<String>());
    let fields = Map::from_iter([
        ("table".to_owned(), json!(survey)),
        ("answers_given".to_owned(), json!(given)),
        ("answers_accepted".to_owned(), json!(accepted)),
        ("answers_missing".to_owned(), json!(missing)),
        ("answers_repeated".to_owned(), json!(repeated)),
        ("answers_set_aside".to_owned(), json!(aside)),
    ]);
    printer.info(&text, &fields);
}

fn totals(figures: &Map<String, Value>, printer: Printer) {
    let plain = |key: &str| figures.get(key).map(Value::to_string).unwrap_or_default();
    let bought = match figures.get("orders") {
        Some(Value::Null) => "no transactions".to_owned(),
        _ => format!("{} orders, spend {}", plain("orders"), plain("spend_total")),
    };
    printer.info(&format!("{} customers, {bought}", plain("customers")), figures);
    for (label, counts) in figures {
        if let Value::Object(counts) = counts {
            let list: Vec<String> = counts.iter().map(|(name, n)| format!("{name} {n}")).collect();
            printer.info(&format!("{label}: {}", list.join(", ")), &Map::new());
        }
    }
}
