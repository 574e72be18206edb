//! Satisfaction: levels of customers and answers, indices per dimension, change over time.

use super::drivers;
use super::voice::Voice;
use crate::ingest::result_table::SmallTable;
use crate::publish::report::chart::bars;
use crate::publish::report::page::{Bar, Block, Card, Drawing, Figure, Key, Section, Table, TableCell};
use crate::schema::customers as c;
use crate::schema::satisfaction as s;

/// The five levels, from the worst.
const LEVELS: [&str; 5] = ["angry", "dissatisfied", "satisfied", "happy", "delighted"];
/// Periods shown in the picture, the newest ones; the table has all.
const PERIODS: usize = 24;
const OVERALL: &str = "overall";
const ALL: &str = "all";
const PERIOD: &str = "period";

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let mut blocks = Vec::new();
    match &voice.figures.satisfaction {
        None => blocks.push(Block::Note { text: voice.get("satisfaction.none") }),
        Some(_) if !voice.has_surveys() => blocks.push(Block::Note { text: voice.get("no_survey") }),
        Some(indices) => {
            blocks.extend(customers(voice));
            let surveys = surveys(indices);
            for (n, survey) in surveys.iter().enumerate() {
                let shown = Survey { voice, indices, name: survey, n, several: surveys.len() > 1 };
                shown.blocks(&mut blocks);
            }
            blocks.extend(drivers::blocks(voice));
            if surveys.is_empty() {
                blocks.push(Block::Note { text: voice.get("satisfaction.no_answers") });
            }
        }
    }
    Section {
        id: "satisfaction",
        title: voice.get("satisfaction.title"),
        lead: voice.get("satisfaction.lead"),
        blocks,
    }
}

/// Names of the surveys, as the table has them.
fn surveys(indices: &SmallTable) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for row in 0..indices.rows() {
        if let Some(name) = indices.text(row, s::SURVEY).filter(|name| !names.iter().any(|n| n == name)) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Customers per level, as they stand tonight.
fn customers(voice: &Voice<'_>) -> Option<Block> {
    let levels = voice.figures.manifest["figures"][c::SATISFACTION_LEVEL].as_object()?;
    let of = |name: &str| levels.get(name).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    let known: f64 = LEVELS.iter().map(|level| of(level)).sum();
    if known == 0.0 {
        return Some(Block::Note { text: voice.get("satisfaction.nobody") });
    }
    let most = LEVELS.iter().map(|level| of(level)).fold(0.0, f64::max);
    let mut table = Table::new(
        &voice.id("levels"),
        voice.get("satisfaction.customers_title"),
        voice.heads(&[("level", false), ("customers", true), ("share", true)]),
    );
    let mut drawn = Vec::new();
    for level in LEVELS {
        let (n, share) = (of(level), of(level) / known);
        drawn.push(Bar {
            label: voice.label("level", level),
            hint: String::new(),
            class: level.to_owned(),
            svg: bars::single(n, None, most, level, voice.right_to_left()),
            value: format!("{} · {}", voice.count(n), voice.percent(share)),
        });
        table.push(vec![
            TableCell::text(voice.label("level", level)).swatch(level),
            voice.count_cell(Some(n)),
            voice.percent_cell(Some(share)),
        ]);
    }
    let all = voice.figures.customers.number as f64;
    Some(Block::Figure(Figure {
        id: voice.id("figure-levels"),
        title: voice.get("satisfaction.customers_title"),
        says: voice.fill(
            "satisfaction.customers_say",
            &[
                ("known", &voice.count(known)),
                ("all", &voice.count(all)),
                ("unknown", &voice.count(all - known)),
            ],
        ),
        drawing: Drawing::Bars { bars: drawn },
        legend: Vec::new(),
        table: Some(table),
    }))
}

/// One survey of the table.
struct Survey<'a> {
    voice: &'a Voice<'a>,
    indices: &'a SmallTable,
    name: &'a str,
    n: usize,
    several: bool,
}

impl Survey<'_> {
    fn blocks(&self, blocks: &mut Vec<Block>) {
        let cards = self.cards();
        if !cards.is_empty() {
            blocks.push(Block::Cards { cards });
        }
        let figures: Vec<Figure> = [self.levels(), self.dimensions()].into_iter().flatten().collect();
        if !figures.is_empty() {
            blocks.push(Block::Figures { figures });
        }
        blocks.extend(self.periods().map(Block::Figure));
        blocks.push(Block::Table { title: self.titled("satisfaction.table_title"), table: self.table() });
    }

    /// A title with the survey's name where there are several.
    fn titled(&self, key: &str) -> String {
        let title = self.voice.get(key);
        if self.several { format!("{title}: {}", self.name) } else { title }
    }

    fn id(&self, name: &str) -> String {
        self.voice.id(&format!("{name}-{}", self.n + 1))
    }

    /// The row of a measure.
    fn row(&self, dimension: &str, group_by: &str, group: Option<&str>, measure: &str) -> Option<usize> {
        let wanted = [
            (s::SURVEY, self.name),
            (s::DIMENSION, dimension),
            (s::GROUP_BY, group_by),
            (s::MEASURE, measure),
        ];
        self.indices
            .rows_where(&wanted)
            .find(|row| group.is_none_or(|group| self.indices.text(*row, s::GROUP) == Some(group)))
    }

    fn value(&self, row: usize) -> Option<f64> {
        self.indices.number(row, s::VALUE)
    }

    fn interval(&self, row: usize) -> Option<(f64, f64)> {
        Some((self.indices.number(row, s::LOW)?, self.indices.number(row, s::HIGH)?))
    }

    /// Distinct texts of a column among rows of a grouping, in the order of the table.
    fn distinct(&self, column: &str, group_by: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for row in self.indices.rows_where(&[(s::SURVEY, self.name), (s::GROUP_BY, group_by)]) {
            if let Some(text) = self.indices.text(row, column).filter(|t| !found.iter().any(|f| f == t)) {
                found.push(text.to_owned());
            }
        }
        found
    }

    fn cards(&self) -> Vec<Card> {
        let voice = self.voice;
        ["mean", "csat_top_two", "nps", "ces_mean"]
            .into_iter()
            .filter_map(|measure| {
                let row = self.row(OVERALL, ALL, None, measure)?;
                let value = self.value(row)?;
                let written = |value: f64| self.written(measure, value);
                let n = self.indices.number(row, s::N).unwrap_or(0.0);
                let between = self.interval(row).map(|(low, high)| {
                    voice.fill("satisfaction.between", &[("low", &written(low)), ("high", &written(high))])
                });
                let answers = voice.counted("satisfaction.answers", n, &[("n", &voice.count(n))]);
                Some(Card {
                    label: self.titled(&format!("measure.{measure}")),
                    value: written(value),
                    detail: between.into_iter().chain([answers]).collect::<Vec<_>>().join(" · "),
                    raw: Some(value),
                    class: String::new(),
                })
            })
            .collect()
    }

    /// A measure as it is read: shares as per cent, NPS without decimals.
    fn written(&self, measure: &str, value: f64) -> String {
        let voice = self.voice;
        match measure {
            _ if measure.starts_with("share_") || measure == "csat_top_two" => voice.percent(value),
            "nps" => voice.numbers.decimal(value, 0),
            _ => voice.numbers.decimal(value, 2),
        }
    }

    /// Shares of the five levels among the answers, with their intervals.
    fn levels(&self) -> Option<Figure> {
        let voice = self.voice;
        let mut table = Table::new(
            &self.id("answers"),
            voice.get("satisfaction.answers_caption"),
            voice.heads(&[
                ("level", false),
                ("share", true),
                ("low", true),
                ("high", true),
                ("answers", true),
            ]),
        );
        let rows: Vec<(&str, usize, f64)> = LEVELS
            .into_iter()
            .filter_map(|level| {
                let row = self.row(OVERALL, ALL, None, &format!("share_{level}"))?;
                Some((level, row, self.value(row)?))
            })
            .collect();
        if rows.is_empty() {
            return None;
        }
        let full = rows
            .iter()
            .map(|(_, row, share)| self.interval(*row).map_or(*share, |i| i.1))
            .fold(0.0, f64::max);
        let mut drawn = Vec::new();
        for (level, row, share) in &rows {
            let interval = self.interval(*row);
            drawn.push(Bar {
                label: voice.label("level", level),
                hint: String::new(),
                class: (*level).to_owned(),
                svg: bars::single(*share, interval, full, level, voice.right_to_left()),
                value: voice.percent(*share),
            });
            table.push(vec![
                TableCell::text(voice.label("level", level)).swatch(*level),
                voice.percent_cell(Some(*share)),
                voice.percent_cell(interval.map(|i| i.0)),
                voice.percent_cell(interval.map(|i| i.1)),
                voice.count_cell(self.indices.number(*row, s::N)),
            ]);
        }
        let n = self.indices.number(rows[0].1, s::N).unwrap_or(0.0);
        Some(Figure {
            id: self.id("figure-answers"),
            title: self.titled("satisfaction.answers_title"),
            says: voice.counted("satisfaction.answers_say", n, &[("n", &voice.count(n))]),
            drawing: Drawing::Bars { bars: drawn },
            legend: Vec::new(),
            table: Some(table),
        })
    }

    /// Mean satisfaction of each dimension with its interval.
    fn dimensions(&self) -> Option<Figure> {
        let voice = self.voice;
        let mut table = Table::new(
            &self.id("dimensions"),
            voice.get("satisfaction.dimensions_caption"),
            voice.heads(&[
                ("dimension", false),
                ("mean", true),
                ("low", true),
                ("high", true),
                ("answers", true),
            ]),
        );
        let mut drawn = Vec::new();
        for dimension in self.distinct(s::DIMENSION, ALL) {
            let Some(row) = self.row(&dimension, ALL, None, "mean") else { continue };
            let Some(mean) = self.value(row) else { continue };
            let interval = self.interval(row);
            drawn.push(Bar {
                label: voice.label("dimension", &dimension),
                hint: String::new(),
                class: String::new(),
                svg: bars::single(mean, interval, 1.0, "bar", voice.right_to_left()),
                value: voice.numbers.decimal(mean, 2),
            });
            table.push(vec![
                TableCell::text(voice.label("dimension", &dimension)),
                voice.decimal_cell(Some(mean), 2),
                voice.decimal_cell(interval.map(|i| i.0), 2),
                voice.decimal_cell(interval.map(|i| i.1), 2),
                voice.count_cell(self.indices.number(row, s::N)),
            ]);
        }
        // A single dimension says no more than the card of the mean.
        (drawn.len() > 1).then(|| Figure {
            id: self.id("figure-dimensions"),
            title: self.titled("satisfaction.dimensions_title"),
            says: voice.get("satisfaction.dimensions_say"),
            drawing: Drawing::Bars { bars: drawn },
            legend: Vec::new(),
            table: Some(table),
        })
    }

    /// Shares of the levels, period by period.
    fn periods(&self) -> Option<Figure> {
        let voice = self.voice;
        let mut heads = vec![("period", false)];
        heads.extend(LEVELS.map(|level| (level, true)));
        heads.extend([("mean", true), ("answers", true)]);
        let mut table =
            Table::new(&self.id("periods"), voice.get("satisfaction.periods_caption"), voice.heads(&heads));
        let answers = |n: f64| voice.counted("satisfaction.answers", n, &[("n", &voice.count(n))]);
        let mut drawn = Vec::new();
        for period in self.distinct(s::GROUP, PERIOD) {
            let shares: Vec<Option<f64>> = LEVELS
                .iter()
                .map(|level| {
                    let row = self.row(OVERALL, PERIOD, Some(&period), &format!("share_{level}"))?;
                    self.value(row)
                })
                .collect();
            let mean_row = self.row(OVERALL, PERIOD, Some(&period), "mean");
            let mean = mean_row.and_then(|row| self.value(row));
            let n = mean_row.and_then(|row| self.indices.number(row, s::N));
            let mut cells = vec![TableCell::text(voice.numbers.period(&period))];
            cells.extend(shares.iter().map(|share| voice.percent_cell(*share)));
            cells.extend([voice.decimal_cell(mean, 2), voice.count_cell(n)]);
            table.push(cells);
            if let Some(shares) = shares.into_iter().collect::<Option<Vec<f64>>>() {
                let parts: Vec<_> = shares.into_iter().zip(LEVELS.map(str::to_owned)).collect();
                let counted = n.unwrap_or(0.0);
                drawn.push(Bar {
                    label: voice.numbers.period(&period),
                    hint: String::new(),
                    class: String::new(),
                    svg: bars::stacked(&parts, voice.right_to_left()),
                    value: [mean.map(|mean| voice.numbers.decimal(mean, 2)), Some(answers(counted))]
                        .into_iter()
                        .flatten()
                        .collect::<Vec<_>>()
                        .join(" · "),
                });
            }
        }
        let drawn: Vec<Bar> = drawn.split_off(drawn.len().saturating_sub(PERIODS));
        (drawn.len() > 1).then(|| Figure {
            id: self.id("figure-periods"),
            title: self.titled("satisfaction.periods_title"),
            says: voice.get("satisfaction.periods_say"),
            drawing: Drawing::Bars { bars: drawn },
            legend: LEVELS
                .iter()
                .map(|level| Key { class: (*level).to_owned(), label: voice.label("level", level) })
                .collect(),
            table: Some(table),
        })
    }

    /// Every measure over all answers.
    fn table(&self) -> Table {
        let voice = self.voice;
        let heads = [
            ("dimension", false),
            ("measure", false),
            ("value", true),
            ("low", true),
            ("high", true),
            ("answers", true),
            ("note", false),
        ];
        let mut table =
            Table::new(&self.id("indices"), voice.get("satisfaction.table_caption"), voice.heads(&heads));
        for row in self.indices.rows_where(&[(s::SURVEY, self.name), (s::GROUP_BY, ALL)]) {
            let measure = self.indices.text(row, s::MEASURE).unwrap_or_default();
            let written = |value: f64| self.written(measure, value);
            table.push(vec![
                TableCell::text(
                    voice.label("dimension", self.indices.text(row, s::DIMENSION).unwrap_or(OVERALL)),
                ),
                TableCell::text(voice.label("measure", measure)),
                TableCell::figure(self.value(row), written),
                TableCell::figure(self.indices.number(row, s::LOW), written),
                TableCell::figure(self.indices.number(row, s::HIGH), written),
                voice.count_cell(self.indices.number(row, s::N)),
                voice.note_cell(self.indices.text(row, s::NOTE)),
            ]);
        }
        table.trimmed()
    }
}
