//! Data quality: where every row went.

use std::collections::BTreeMap;

use serde_json::Value;

use super::voice::Voice;
use crate::publish::report::chart::bars;
use crate::publish::report::page::{Bar, Block, Drawing, Figure, Key, Section, Table, TableCell};

/// Files listed at most; the rest is summed up.
const FILES: usize = 40;

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let mut blocks = vec![Block::Figure(accounts(voice))];
    let reasons = reason_table(voice);
    if reasons.rows.is_empty() {
        blocks.push(Block::Note { text: voice.get("quality.none") });
    } else {
        blocks.push(Block::Table { title: voice.get("quality.reasons_title"), table: reasons });
        let files = file_table(voice);
        if !files.rows.is_empty() {
            blocks.push(Block::Table { title: voice.get("quality.files_title"), table: files });
        }
        let samples = sample_table(voice);
        if !samples.rows.is_empty() {
            blocks.push(Block::Table { title: voice.get("quality.samples_title"), table: samples });
        }
    }
    Section { id: "quality", title: voice.get("quality.title"), lead: voice.get("quality.lead"), blocks }
}

/// Input tables with their accounts.
fn tables<'a>(voice: &Voice<'a>) -> Vec<(&'a str, &'a Value)> {
    let accounting = voice.figures.manifest["accounting"].as_object();
    accounting.into_iter().flatten().map(|(name, account)| (name.as_str(), account)).collect()
}

/// The name of an input table: a known one in words, a survey by its name.
pub(super) fn table_name(voice: &Voice<'_>, stored: &str) -> String {
    voice
        .optional(&format!("input.{stored}"))
        .unwrap_or_else(|| voice.fill("input.survey_named", &[("name", stored)]))
}

fn accounts(voice: &Voice<'_>) -> Figure {
    let heads = [
        ("input", false),
        ("rows_read", true),
        ("rows_accepted", true),
        ("rows_aside", true),
        ("share", true),
    ];
    let mut table =
        Table::new(&voice.id("accounts"), voice.get("quality.accounts_caption"), voice.heads(&heads));
    let mut bars = Vec::new();
    let (mut all, mut all_aside) = (0.0, 0.0);
    for (name, account) in tables(voice) {
        let number = |key: &str| account[key].as_f64().unwrap_or(0.0);
        let (read, accepted, aside) =
            (number("rows_read"), number("rows_accepted"), number("rows_set_aside"));
        let share = if read > 0.0 { aside / read } else { 0.0 };
        (all, all_aside) = (all + read, all_aside + aside);
        let name = table_name(voice, name);
        bars.push(Bar {
            label: name.clone(),
            hint: voice
                .fill("quality.rows", &[("read", &voice.count(read)), ("accepted", &voice.count(accepted))]),
            class: String::new(),
            svg: bars::stacked(
                &[(1.0 - share, "good".to_owned()), (share, "aside".to_owned())],
                voice.right_to_left(),
            ),
            value: voice
                .fill("quality.aside", &[("n", &voice.count(aside)), ("share", &voice.percent(share))]),
        });
        table.push(vec![
            TableCell::text(name),
            voice.count_cell(Some(read)),
            voice.count_cell(Some(accepted)),
            voice.count_cell(Some(aside)),
            voice.percent_cell(Some(share)),
        ]);
    }
    Figure {
        id: voice.id("figure-accounts"),
        title: voice.get("quality.accounts_title"),
        says: voice
            .fill("quality.accounts_say", &[("n", &voice.count(all_aside)), ("all", &voice.count(all))]),
        drawing: Drawing::Bars { bars },
        legend: vec![
            Key { class: "good".into(), label: voice.get("quality.accepted") },
            Key { class: "aside".into(), label: voice.get("quality.set_aside") },
        ],
        table: Some(table),
    }
}

fn reason_table(voice: &Voice<'_>) -> Table {
    let heads = [("input", false), ("reason", false), ("rows", true), ("share", true), ("money", true)];
    let mut table =
        Table::new(&voice.id("reasons"), voice.get("quality.reasons_caption"), voice.heads(&heads));
    for (name, account) in tables(voice) {
        let read = account["rows_read"].as_f64().filter(|read| *read > 0.0);
        for (reason, entry) in account["set_aside"].as_object().into_iter().flatten() {
            let rows = entry["rows"].as_f64();
            table.push(vec![
                TableCell::text(table_name(voice, name)),
                TableCell::text(voice.label("reason", reason)),
                voice.count_cell(rows),
                voice.percent_cell(rows.zip(read).map(|(rows, read)| rows / read)),
                voice.money_cell(entry["money"].as_f64()),
            ]);
        }
    }
    table
}

/// Rows set aside per file, the files with most of them first.
fn file_table(voice: &Voice<'_>) -> Table {
    let mut counts: Vec<(&str, &str, u64)> = voice
        .figures
        .rejects
        .iter()
        .flat_map(|r| r.counts.iter().map(|((file, reason), n)| (file.as_str(), reason.as_str(), *n)))
        .collect();
    let mut per_file: BTreeMap<&str, u64> = BTreeMap::new();
    counts.iter().for_each(|(file, _, n)| *per_file.entry(file).or_default() += n);
    counts.sort_by(|a, b| {
        per_file[b.0].cmp(&per_file[a.0]).then(a.0.cmp(b.0)).then(b.2.cmp(&a.2)).then(a.1.cmp(b.1))
    });
    let heads = [("file", false), ("reason", false), ("rows", true)];
    let mut table = Table::new(&voice.id("files"), voice.get("quality.files_caption"), voice.heads(&heads));
    for (file, reason, n) in counts.iter().take(FILES) {
        table.push(vec![
            TableCell::text(*file).ground("path"),
            TableCell::text(voice.label("reason", reason)),
            voice.count_cell(Some(*n as f64)),
        ]);
    }
    let left: u64 = counts.iter().skip(FILES).map(|(_, _, n)| n).sum();
    if left > 0 {
        let places = voice.count((counts.len() - FILES) as f64);
        table.push(vec![
            TableCell::text(voice.fill("quality.more_files", &[("n", &places)])),
            TableCell::text(""),
            voice.count_cell(Some(left as f64)),
        ]);
    }
    table
}

fn sample_table(voice: &Voice<'_>) -> Table {
    let heads =
        [("reason", false), ("file", false), ("row", true), ("at_column", false), ("masked_value", false)];
    let mut table =
        Table::new(&voice.id("samples"), voice.get("quality.samples_caption"), voice.heads(&heads));
    for sample in voice.figures.rejects.iter().flat_map(|r| &r.samples) {
        table.push(vec![
            TableCell::text(voice.label("reason", &sample.reason)),
            TableCell::text(&sample.file).ground("path"),
            voice.count_cell(sample.row),
            TableCell::text(sample.column.as_deref().unwrap_or("–")).ground("path"),
            TableCell::text(sample.value.as_deref().filter(|v| !v.is_empty()).unwrap_or("–")).ground("path"),
        ]);
    }
    table
}
