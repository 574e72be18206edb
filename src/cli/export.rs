//! `moshtari export`

use std::path::{Component, Path, PathBuf};

use moshtari::config::Config;
use moshtari::config::campaigns::Format;
use moshtari::ingest::published::Published;
use moshtari::pipeline::campaigns::{self, Ask, Exported, Measured};
use moshtari::publish::campaigns::Status;
use moshtari::publish::campaigns::lift::Lift;
use moshtari::{Error, Result};
use serde_json::{Map, json};

use super::DONE;
use super::args::ExportArgs;
use super::printer::Printer;
use super::progress::Progress;

pub(super) fn run(args: &ExportArgs, printer: Printer) -> Result<u8> {
    if let Some(past) = &args.lift {
        let measured = campaigns::measure(&args.result, past, args.output.as_deref())?;
        printer.out(&told(&measured))?;
        let fields = Map::from_iter([("folder".to_owned(), json!(measured.folder))]);
        printer.info(&format!("published in {}", measured.folder.display()), &fields);
        return Ok(DONE);
    }
    let config = configuration(args)?;
    let here = std::env::current_dir().map_err(Error::io("find", Path::new(".")))?;
    let formats = args.format.iter().map(|name| Format::parse(name.trim())).collect::<Result<Vec<_>>>()?;
    let ask = Ask {
        audiences: args.audience.clone(),
        formats: (!formats.is_empty()).then_some(formats),
        output: args.output.as_ref().map(|output| here.join(output)),
    };
    let mut progress = Progress::new(printer);
    let exported = campaigns::export(&config, &args.result, &ask, &mut progress);
    progress.end();
    for export in exported? {
        account(&export, printer);
        printer.out(&format!("{}\n", export.folder.display()))?;
    }
    Ok(DONE)
}

/// After a run: the campaign files that the configuration asks for. The result stands whatever happens here.
pub(super) fn after_run(
    config: &Config,
    result: &Path,
    progress: &mut Progress,
    printer: Printer,
) -> Result<()> {
    if config.publish.campaigns.audiences.is_empty() {
        return Ok(());
    }
    let exported = campaigns::export(config, result, &Ask::default(), progress);
    progress.end();
    match exported {
        Ok(exported) => {
            let new = exported.iter().filter(|export| export.counts.is_some());
            new.for_each(|export| account(export, printer));
            Ok(())
        }
        Err(error) => {
            let fields = Map::from_iter([("result".to_owned(), json!(result))]);
            printer.info("the result is published and complete; its campaign files are not", &fields);
            Err(error)
        }
    }
}

/// The configuration named, or the one that the result was made with.
fn configuration(args: &ExportArgs) -> Result<Config> {
    if let Some(path) = &args.config {
        return Config::read(path);
    }
    let published = Published::open(&args.result)?;
    let text = published.config();
    let config = Config::parse(text, Path::new("."))?;
    let base = base(published.folder(), &config.run.output).ok_or_else(|| {
        let named = config.run.output.display();
        let message = format!(
            "the result is not in `{named}`, the output folder of its configuration, which could be anywhere"
        );
        Error::config(message).hint("name the configuration with `-c FILE`, such as `-c moshtari.toml`")
    })?;
    Config::parse(text, &base)
}

/// The folder from which `output` leads to the folder that holds the result.
fn base(result: &Path, output: &Path) -> Option<PathBuf> {
    let result = result.canonicalize().ok()?;
    let root = result.parent()?.parent()?;
    let plain = |part: &Component<'_>| !matches!(part, Component::CurDir);
    let parts: Vec<Component<'_>> = output.components().filter(plain).collect();
    let below = parts.iter().all(|part| matches!(part, Component::Normal(_)));
    let end: PathBuf = parts.iter().collect();
    (below && root.ends_with(&end)).then(|| root.ancestors().nth(parts.len()).map(Path::to_path_buf))?
}

/// One line per audience: matched = exported + everybody else.
fn account(export: &Exported, printer: Printer) {
    let mut fields = Map::from_iter([
        ("audience".to_owned(), json!(export.audience)),
        ("folder".to_owned(), json!(export.folder)),
    ]);
    let Some(counts) = &export.counts else {
        printer.info(&format!("audience {}: nothing to do, exported before", export.audience), &fields);
        return;
    };
    let matched: u64 = counts.values().sum();
    let others = Status::ALL.into_iter().rev().filter_map(|status| {
        let n = counts.get(&status).copied().unwrap_or(0);
        (n > 0 || status == Status::Exported).then(|| format!("{n} {}", status.name()))
    });
    let text = others.collect::<Vec<_>>().join(" + ");
    fields.insert("matched".to_owned(), json!(matched));
    for (status, n) in counts {
        fields.insert(status.name().to_owned(), json!(n));
    }
    printer.info(&format!("audience {}: {matched} matched = {text}", export.audience), &fields);
}

fn told(measured: &Measured) -> String {
    let mut text = String::new();
    for (audience, at, lifts) in &measured.campaigns {
        text.push_str(&format!("{audience}, exported as of {at}, until {}\n", measured.as_of));
        lifts.iter().for_each(|lift| text.push_str(&format!("  {}\n", line(lift))));
    }
    text
}

fn line(lift: &Lift) -> String {
    let groups = format!("{} reached, {} left alone", lift.treated, lift.control);
    let (Some(treated), Some(control), Some(difference)) =
        (lift.value_treated, lift.value_control, lift.difference)
    else {
        return format!(
            "{}: {groups}; {}",
            lift.measure,
            lift.note.as_deref().unwrap_or("nothing to compare")
        );
    };
    let mut text = format!("{}: {treated:.4} against {control:.4}, difference {difference:.4}", lift.measure);
    if let (Some(low), Some(high)) = (lift.low, lift.high) {
        text.push_str(&format!(" ({low:.4} to {high:.4})"));
    }
    if let Some(p) = lift.p_holm {
        text.push_str(&format!(", p = {p:.4}"));
    }
    format!("{text}; {groups}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_configuration_is_found_from_its_result() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().canonicalize().unwrap();
        let result = here.join("out/results/runs/night");
        std::fs::create_dir_all(&result).unwrap();
        assert_eq!(base(&result, Path::new("out/results")), Some(here.clone()));
        assert_eq!(base(&result, Path::new("./results")), Some(here.join("out")));
        assert_eq!(base(&result, Path::new("elsewhere")), None);
        assert_eq!(base(&result, Path::new("../results")), None);
        assert_eq!(base(&result, &here.join("out/results")), None);
    }
}
