//! How a text table is written: what parts its cells, what quotes them, whether names stand on top.
//!
//! Every delimiter is tried on the sample with quotes respected. The one whose first rows hold the wanted
//! column names wins; else the one that cuts most records into the same number of cells and leaves cells
//! that look like values (a semicolon inside cells cut at commas speaks against the comma). Runs of blanks
//! count as delimiter only where no other sign works. Whatever is declared is taken as it is.

mod header;
mod split;

use crate::error::{Error, Result};
use split::{Cell, Table};

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// This byte, once.
    Byte(u8),
    /// Any run of spaces and tabs; those at the ends of a line mean nothing.
    Blanks,
}

impl Delimiter {
    /// The delimiter with a declared name: one ASCII sign, `tab`, or `blanks`.
    ///
    /// # Errors
    /// A configuration error for anything else.
    pub fn from_label(label: &str) -> Result<Self> {
        match (label, label.as_bytes()) {
            ("tab" | "\\t", _) => Ok(Self::Byte(b'\t')),
            ("blanks" | " ", _) => Ok(Self::Blanks),
            (_, &[byte])
                if byte.is_ascii()
                    && !byte.is_ascii_alphanumeric()
                    && !matches!(byte, b'\n' | b'\r' | b'"') =>
            {
                Ok(Self::Byte(byte))
            }
            _ => Err(Error::config(format!(
                "`delimiter` should be one sign such as `,` `;` `|`, or `tab`, or `blanks`, but is `{label}`"
            ))),
        }
    }

    /// The delimiter's name, which [`Self::from_label`] reads.
    pub fn label(self) -> String {
        match self {
            Self::Blanks => "blanks".to_owned(),
            Self::Byte(b'\t') => "tab".to_owned(),
            Self::Byte(byte) => char::from(byte).to_string(),
        }
    }
}

/// How a text table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What parts the cells of a line.
    pub delimiter: Delimiter,
    /// What encloses a cell with delimiters or line ends in it; doubled, it means itself.
    pub quote: Option<u8>,
    /// Whether the first record holds the column names.
    pub header: bool,
    /// Line ends before the table's first record: Excel's `sep=;`, blank lines, titles that fill one cell.
    pub skip_lines: usize,
}

/// Quoting, as a configuration may declare it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quote {
    /// To be found.
    #[default]
    Auto,
    /// No sign quotes.
    Off,
    /// This sign quotes.
    Byte(u8),
}

/// What a configuration declares about a text table; the rest is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Declared {
    /// The delimiter.
    pub delimiter: Option<Delimiter>,
    /// The quote sign.
    pub quote: Quote,
    /// Whether there is a header.
    pub header: Option<bool>,
}

/// Byte delimiters that are tried, the most usual first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a text table is written, judged by a sample from its start in UTF-8.
///
/// `wanted` are the column names that the configuration refers to. A last line without line end is taken
/// as cut off when there are others. An empty sample is comma-separated with a header.
pub fn find(sample: &[u8], declared: &Declared, wanted: &[&str]) -> Dialect {
    let (separator, skipped) = separator_line(sample);
    let sample = &sample[skipped..];
    let first_line = usize::from(skipped > 0);
    let delimiter = declared.delimiter.or(separator);
    let delimiters = delimiters_to_try(delimiter);
    let quotes = quotes_to_try(declared.quote, sample);
    let mut best = Candidate::judge(sample, delimiters[0], quotes[0], wanted);
    for (at, delimiter) in delimiters.into_iter().enumerate() {
        for quote in quotes.iter().skip(usize::from(at == 0)) {
            let next = Candidate::judge(sample, delimiter, *quote, wanted);
            best = if next.beats(&best) { next } else { best };
        }
    }
    let (top, header) = match declared.header {
        Some(false) => (0, false),
        _ => header::locate(&best.table, wanted),
    };
    Dialect {
        delimiter: best.delimiter,
        quote: best.quote,
        header: declared.header.unwrap_or(header),
        skip_lines: first_line + best.table.records.get(top).map_or(0, |record| record.line),
    }
}

/// The delimiter that Excel's first line `sep=;` names, and the length of that line.
fn separator_line(sample: &[u8]) -> (Option<Delimiter>, usize) {
    let end = sample.iter().position(|byte| *byte == b'\n').map_or(sample.len(), |at| at + 1);
    match sample[..end].trim_ascii_end().strip_prefix(b"sep=") {
        Some(&[byte]) => (Some(Delimiter::Byte(byte)), end),
        // A tab is trimmed away with the line end.
        Some([]) if sample[..end].starts_with(b"sep=\t") => (Some(Delimiter::Byte(b'\t')), end),
        _ => (None, 0),
    }
}

fn delimiters_to_try(declared: Option<Delimiter>) -> Vec<Delimiter> {
    match declared {
        Some(delimiter) => vec![delimiter],
        None => DELIMITERS.map(Delimiter::Byte).into_iter().chain([Delimiter::Blanks]).collect(),
    }
}

fn quotes_to_try(declared: Quote, sample: &[u8]) -> Vec<Option<u8>> {
    match declared {
        Quote::Byte(byte) => vec![Some(byte)],
        Quote::Off => vec![None],
        Quote::Auto if !sample.contains(&b'"') && sample.contains(&b'\'') => vec![Some(b'"'), Some(b'\'')],
        Quote::Auto if sample.contains(&b'"') => vec![Some(b'"'), None],
        Quote::Auto => vec![Some(b'"')],
    }
}

/// One way of reading the sample, and how well it fits.
struct Candidate<'a> {
    delimiter: Delimiter,
    quote: Option<u8>,
    table: Table<'a>,
    /// Wanted names among the cells of one of the first records.
    found: usize,
    /// 0 to 1; see [`Candidate::judge`].
    score: f64,
}

impl<'a> Candidate<'a> {
    /// Share of records with the usual number of cells, times share of cells that look like one value,
    /// times share of records whose quotes close where they should. One cell a record scores nothing.
    fn judge(sample: &'a [u8], delimiter: Delimiter, quote: Option<u8>, wanted: &[&str]) -> Self {
        let table = Table::split(sample, delimiter, quote);
        let found = header::wanted_in_front(&table, wanted);
        let (usual, agreeing) = table.usual_width();
        let records = table.records.len().max(1) as f64;
        let cells = || table.records.iter().flat_map(|record| &record.cells);
        let (values, total) = cells().fold((0_usize, 0_usize), |(values, total), cell| {
            (values + usize::from(looks_like_one_value(cell, delimiter)), total + 1)
        });
        let broken = table.records.iter().filter(|record| record.broken).count() as f64;
        let mut score = if usual > 1 {
            agreeing as f64 / records
        } else {
            // Baskets: a line for each, as many cells as there are items.
            RAGGED * (table.records.iter().filter(|record| record.cells.len() > 1).count() as f64 / records)
        };
        score *= values as f64 / total.max(1) as f64 * (1.0 - broken / records);
        if delimiter == Delimiter::Blanks {
            score = if is_blank_table(&table, agreeing as f64 / records) { RAGGED } else { 0.0 };
        }
        Self { delimiter, quote, table, found, score }
    }

    /// Names decide, then the score, then the number of cells; the earlier candidate on a tie.
    fn beats(&self, other: &Self) -> bool {
        /// Scores closer than this say the same.
        const SAME: f64 = 1e-9;
        if self.found != other.found {
            return self.found > other.found;
        }
        if (self.score - other.score).abs() > SAME {
            return self.score > other.score;
        }
        self.score > 0.0
            && self.quote == other.quote
            && self.table.usual_width().0 > other.table.usual_width().0
    }
}

/// What a ragged table, or one parted by blanks, scores at most: less than a regular one.
const RAGGED: f64 = 0.5;

/// Quoted, or free of the other delimiters unless it is a number (`12,50` between semicolons).
fn looks_like_one_value(cell: &Cell<'_>, delimiter: Delimiter) -> bool {
    let foreign = |byte: &u8| DELIMITERS.contains(byte) && delimiter != Delimiter::Byte(*byte);
    cell.quoted || !cell.text.iter().any(foreign) || header::is_number(cell.text)
}

/// Nearly every line has the same number of words, and some column of them is all numbers.
fn is_blank_table(table: &Table<'_>, agreeing: f64) -> bool {
    const NEARLY_ALL: f64 = 0.9;
    let (usual, _) = table.usual_width();
    agreeing >= NEARLY_ALL && usual > 1 && (0..usual).any(|column| header::is_typed_column(table, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Delimiter = Delimiter::Byte(b',');
    const SEMICOLON: Delimiter = Delimiter::Byte(b';');

    fn found(sample: &str) -> Dialect {
        find(sample.as_bytes(), &Declared::default(), &[])
    }

    fn assert_found(sample: &str, delimiter: Delimiter, header: bool) {
        let expected = Dialect { delimiter, quote: Some(b'"'), header, skip_lines: 0 };
        assert_eq!(found(sample), expected, "{sample}");
    }

    #[test]
    fn invoice_lines_at_commas() {
        assert_found(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
             536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n\
             C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom\n",
            COMMA,
            true,
        );
    }

    #[test]
    fn blanks_with_leading_ones_and_carriage_returns() {
        let rows =
            " 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00\r\n 00002 19970112  5   77.00\r\n";
        assert_found(rows, Delimiter::Blanks, false);
        assert_found(
            &format!(" customer_id  date number_of_cds  dollar_value\r\n{rows}"),
            Delimiter::Blanks,
            true,
        );
    }

    #[test]
    fn a_form_export_with_commas_and_quotes_in_its_headers_and_semicolons_in_its_cells() {
        assert_found(
            "Timestamp,1. Your Gender,\"11. On average, how much do you spend \"\"per visit\"\"?\",How do you hear of us?\n\
             2019/10/01 12:38:43 PM GMT+8,Female,\"Less than RM25,000\",\"Apps;Social Media;Deal sites (a, b, etc...)\"\r\n\
             2019/10/01 12:38:54 PM GMT+8,Male,Zero,Social Media;In Store displays\r\n",
            COMMA,
            true,
        );
    }

    #[test]
    fn decimal_commas_between_semicolons() {
        assert_found("17;2010-01-05;12,50\n18;2010-01-06;3,00\n19;2010-01-07;4,25\n", SEMICOLON, false);
        assert_found(
            "id;datum;betrag;preis\n17;05.01.2010;12,50;1,00\n18;06.01.2010;1.203,00;2,00\n",
            SEMICOLON,
            true,
        );
    }

    #[test]
    fn tabs_and_bars_with_prose_in_the_cells() {
        assert_found("id\tcomment\n1\tgood, quick, cheap\n2\tlate; broken\n", Delimiter::Byte(b'\t'), true);
        assert_found(
            "id|name|when\n1|Smith, John|2011-01-04\n2|Doe|2011-01-05\n",
            Delimiter::Byte(b'|'),
            true,
        );
    }

    #[test]
    fn cells_over_several_lines_stay_together() {
        assert_found(
            "review_id,score,message,when\na1,5,\"first line\nsecond, line\n\nlast\",2018-08-15\na2,1,,2018-08-16\n",
            COMMA,
            true,
        );
    }

    #[test]
    fn baskets_of_any_width() {
        assert_found(
            "citrus fruit,semi-finished bread,margarine\ntropical fruit,yogurt,coffee\nwhole milk\ncitrus fruit,yogurt\n\
             other vegetables,whole milk,condensed milk,rice\n",
            COMMA,
            false,
        );
    }

    #[test]
    fn texts_alone_have_a_header_when_its_cells_do_not_come_again() {
        assert_found("customer,city\nali,tehran\nsara,shiraz\n", COMMA, true);
        assert_found("ali,tehran\nsara,shiraz\nreza,tehran\n", COMMA, false);
        assert_found("email\na@example.com\nb@example.com\n", COMMA, true);
    }

    #[test]
    fn wanted_names_decide() {
        let sample = "2019,2020\n5,7\n6,8\n";
        assert!(!found(sample).header);
        assert!(find(sample.as_bytes(), &Declared::default(), &["2020"]).header);
        let title = "فروش پاییز\n\nشناسه مشتري;مبلغ\n۱;۲۰۰\n۲;۳۰۰\n";
        let dialect = find(title.as_bytes(), &Declared::default(), &["شناسه مشتری"]);
        assert_eq!(dialect, Dialect { delimiter: SEMICOLON, quote: Some(b'"'), header: true, skip_lines: 2 });
    }

    #[test]
    fn lines_above_the_table_are_counted() {
        let dialect = found("sep=;\nid;amount\n1;2,5\n");
        assert_eq!((dialect.delimiter, dialect.header, dialect.skip_lines), (SEMICOLON, true, 1));
        let dialect = found("Sales 2011,,\n\nid,when,amount\n1,2011-01-04,2.5\n2,2011-01-05,3.5\n");
        assert_eq!((dialect.delimiter, dialect.header, dialect.skip_lines), (COMMA, true, 2));
    }

    #[test]
    fn single_quotes_and_quotes_that_are_inches() {
        let dialect = found("id,name\n1,'Smith, John'\n2,'Doe, Jane'\n");
        assert_eq!((dialect.delimiter, dialect.quote), (COMMA, Some(b'\'')));
        let dialect = found("id\tname\tn\n1\t\"5 inch pipe\t2\n2\tflange\t3\n3\tO'Neil\t4\n4\telbow\t5\n");
        assert_eq!((dialect.delimiter, dialect.quote), (Delimiter::Byte(b'\t'), None));
    }

    #[test]
    fn what_is_declared_is_taken() {
        let declared = Declared { delimiter: Some(SEMICOLON), quote: Quote::Off, header: Some(false) };
        let dialect = find(b"a,b\n1,2\n", &declared, &[]);
        assert_eq!(dialect, Dialect { delimiter: SEMICOLON, quote: None, header: false, skip_lines: 0 });
        assert_eq!(Delimiter::from_label("tab").unwrap(), Delimiter::Byte(b'\t'));
        assert_eq!(Delimiter::from_label("blanks").unwrap(), Delimiter::Blanks);
        assert!(Delimiter::from_label("ab").is_err());
        for delimiter in [COMMA, Delimiter::Byte(b'\t'), Delimiter::Blanks] {
            assert_eq!(Delimiter::from_label(&delimiter.label()).unwrap(), delimiter);
        }
    }

    #[test]
    fn small_samples_have_an_answer() {
        assert_eq!(found(""), Dialect { delimiter: COMMA, quote: Some(b'"'), header: true, skip_lines: 0 });
        assert_found("id,amount", COMMA, true);
        assert_found("1,2", COMMA, false);
        assert_found("\n\n", COMMA, true);
        assert_found("id;amount\n1;2", SEMICOLON, true);
    }
}
