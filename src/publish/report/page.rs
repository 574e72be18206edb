//! What the template draws: sections of blocks. Every text is in its language already.

use serde::Serialize;

/// One language of the page.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub(super) lang: &'static str,
    pub(super) dir: &'static str,
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) footer: Vec<String>,
    pub(super) sections: Vec<Section>,
    pub(super) ui: Ui,
}

/// Words of the page's own controls.
#[derive(Debug, Serialize)]
pub(super) struct Ui {
    pub(super) skip: String,
    pub(super) contents: String,
    pub(super) language: String,
    pub(super) theme: String,
    pub(super) theme_auto: String,
    pub(super) theme_light: String,
    pub(super) theme_dark: String,
    pub(super) table_behind: String,
    pub(super) filter: String,
    pub(super) sort: String,
    pub(super) none_left: String,
}

/// A part of the page with a place in the contents.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: String,
    /// What the section is about, in one sentence.
    pub(super) lead: String,
    pub(super) blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Block {
    /// Figures to see at once.
    Cards { cards: Vec<Card> },
    /// Sentences.
    Sentences { title: String, items: Vec<Said>, tone: Tone },
    /// Why something is not here, or what to know before reading on.
    Note { text: String },
    /// A picture.
    Figure(Figure),
    /// Pictures side by side where there is room.
    Figures { figures: Vec<Figure> },
    /// A table of its own.
    Table { title: String, table: Table },
}

/// A text, and whether it is in English on a page of another language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) foreign: bool,
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self { text, foreign: false }
    }
}

/// How a list of sentences is coloured.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tone {
    Plain,
    Warning,
}

/// One figure with its name.
#[derive(Debug, Default, Serialize)]
pub(super) struct Card {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) detail: String,
    /// The figure as stored, for whoever reads the page by machine.
    pub(super) raw: Option<f64>,
    /// Class of the card's colour.
    pub(super) class: String,
}

/// A picture, what it shows, and the table behind it.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) says: String,
    pub(super) drawing: Drawing,
    pub(super) legend: Vec<Key>,
    pub(super) table: Option<Table>,
}

/// How a picture is made.
#[derive(Debug, Serialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub(super) enum Drawing {
    /// A finished SVG.
    Svg { svg: String },
    /// Rows with a label, a strip and a value each.
    Bars { bars: Vec<Bar> },
}

/// A row of a bar chart.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) class: String,
    pub(super) svg: String,
    pub(super) value: String,
}

/// A colour and what it stands for.
#[derive(Debug, Serialize)]
pub(super) struct Key {
    pub(super) class: String,
    pub(super) label: String,
}

/// Rows and columns.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    pub(super) id: String,
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<TableCell>>,
    /// Long enough to be worth a filter.
    pub(super) filter: bool,
}

/// Head of a column.
#[derive(Debug, Serialize)]
pub(super) struct Column {
    pub(super) label: String,
    pub(super) numeric: bool,
}

/// A cell of a table.
#[derive(Debug, Default, Serialize)]
pub(super) struct TableCell {
    pub(super) text: String,
    /// Whether the text is in English on a page of another language.
    pub(super) foreign: bool,
    /// What to sort by, and the figure as stored.
    pub(super) raw: Option<f64>,
    /// Class of a swatch before the text, or of the cell's ground.
    pub(super) swatch: String,
    pub(super) ground: String,
}

/// Tables with at least this many rows get a filter.
const FILTERED_ROWS: usize = 8;
/// What an unknown figure shows.
pub(super) const NOTHING: &str = "–";

impl Table {
    /// A table with its heads, each with whether its column is numeric. Its id ends in `-table`: sections and
    /// figures have ids, too.
    pub(super) fn new(id: &str, caption: String, heads: Vec<(String, bool)>) -> Self {
        let columns = heads.into_iter().map(|(label, numeric)| Column { label, numeric }).collect();
        Self { id: format!("{id}-table"), caption, columns, rows: Vec::new(), filter: false }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: Vec<TableCell>) {
        debug_assert_eq!(row.len(), self.columns.len(), "a cell for each column of {}", self.id);
        self.rows.push(row);
        self.filter = self.rows.len() >= FILTERED_ROWS;
    }

    /// The table without the columns that hold nothing in any row; the first one stays.
    pub(super) fn trimmed(self) -> Self {
        let is_used = |column: usize| column == 0 || self.rows.iter().any(|row| row[column].says());
        let used: Vec<bool> = (0..self.columns.len()).map(is_used).collect();
        let columns = kept(self.columns, &used);
        let rows = self.rows.into_iter().map(|row| kept(row, &used)).collect();
        Self { columns, rows, ..self }
    }
}

fn kept<T>(items: Vec<T>, used: &[bool]) -> Vec<T> {
    items.into_iter().zip(used).filter_map(|(item, used)| used.then_some(item)).collect()
}

impl TableCell {
    /// Whether there is something to read.
    fn says(&self) -> bool {
        !self.text.is_empty() && self.text != NOTHING
    }

    /// A cell of text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A cell of what somebody says.
    pub(super) fn said(said: Said) -> Self {
        Self { text: said.text, foreign: said.foreign, ..Self::default() }
    }

    /// A cell with a figure and how it is written; an unknown figure is a dash.
    pub(super) fn figure(raw: Option<f64>, written: impl Fn(f64) -> String) -> Self {
        let text = raw.map_or_else(|| NOTHING.to_owned(), written);
        Self { text, raw, ..Self::default() }
    }

    /// The cell with a swatch of this class.
    pub(super) fn swatch(self, class: impl Into<String>) -> Self {
        Self { swatch: class.into(), ..self }
    }

    /// The cell on a ground of this class.
    pub(super) fn ground(self, class: impl Into<String>) -> Self {
        Self { ground: class.into(), ..self }
    }
}
