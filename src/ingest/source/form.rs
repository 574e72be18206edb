//! Learning the form of a file from its first bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::{CUT_OFF, Kind, OpenFile, Packing, unpacked};
use crate::config::source::{Form, Format};
use crate::ingest::csv;
use crate::ingest::dialect::{self, Declared, Delimiter, Quote};
use crate::ingest::encoding::{Encoding, FileKind, Sniffed, decoded, sniff};
use crate::ingest::ndjson;
use crate::ingest::parquet::ParquetFile;
use crate::ingest::xlsx::Book;
use crate::{Error, Result};

/// Bytes looked at to learn a file's form.
const SAMPLE_BYTES: usize = 1 << 20;

impl OpenFile {
    /// Looks at a file and learns its form. A workbook is as many files as sheets are read.
    ///
    /// # Errors
    /// `Input` when the file is empty, of another format than declared, or of none that is known.
    pub fn open(path: &Path, shown: &str, form: &Form, wanted: &[&str]) -> Result<Vec<Self>> {
        let (packing, sample) = sample(path)?;
        if sample.is_empty() {
            return Err(Error::input(path, "the file is empty").hint(CUT_OFF));
        }
        let encoding = form.encoding.as_deref().map(Encoding::from_label).transpose()?;
        let sniffed = match encoding {
            Some(encoding) => Sniffed::Text(encoding),
            None => sniff(&sample),
        };
        let mut file = Self {
            path: path.to_path_buf(),
            shown: shown.to_owned(),
            packing,
            encoding: Encoding::Utf8,
            kind: Kind::Ndjson,
            names: Vec::new(),
            lines_before: 0,
        };
        match sniffed {
            Sniffed::Text(encoding) => {
                file.encoding = encoding;
                file.open_text(&sample, form, wanted)?;
            }
            Sniffed::Unclear(closest) => return Err(unclear(path, closest)),
            Sniffed::Binary(FileKind::Parquet) if packing == Packing::Plain => file.open_parquet(form)?,
            Sniffed::Binary(FileKind::Xlsx) if packing == Packing::Plain => return file.sheets(form, wanted),
            Sniffed::Binary(kind) => {
                return Err(Error::input(
                    path,
                    format!("not a table that can be read: it is {}", kind.describe()),
                )
                .hint("export it as CSV, NDJSON, Parquet or xlsx"));
            }
        }
        file.check_names()?;
        Ok(vec![file])
    }

    fn open_text(&mut self, sample: &[u8], form: &Form, wanted: &[&str]) -> Result<()> {
        let mut text = Vec::new();
        let cut = sample.len() == SAMPLE_BYTES;
        let limit = SAMPLE_BYTES as u64;
        decoded(sample, self.encoding)
            .and_then(|whole| whole.take(limit).read_to_end(&mut text))
            .map_err(Error::io("decode", &self.path))?;
        if cut {
            // The sample ends in the middle of a line; what follows it is not known.
            text.truncate(memchr::memrchr(b'\n', &text).map_or(text.len(), |n| n + 1));
        }
        if text.trim_ascii().is_empty() {
            return Err(
                Error::input(&self.path, "there is nothing in the file but blank lines").hint(CUT_OFF)
            );
        }
        if !text.contains(&b'\n') && text.trim_ascii().contains(&b'\r') {
            return Err(Error::input(&self.path, "its lines end in a carriage return alone, as on old Macs, not in a line feed")
                .hint("save it with the line ends of Windows or Unix, or convert it: `tr '\\r' '\\n' < old.csv > new.csv`"));
        }
        match text_format(&self.path, &text, form.format) {
            Some(Format::Ndjson) => self.open_ndjson(&text),
            Some(Format::Parquet) => Err(self.not_declared("Parquet")),
            Some(Format::Xlsx) => Err(self.not_declared("an Excel workbook")),
            other => self.open_delimited(&text, form, other, wanted),
        }
    }

    fn not_declared(&self, what: &str) -> Error {
        Error::input(&self.path, format!("declared as {what}, but it is text"))
            .hint("mend `format`, or leave it out")
    }

    fn open_ndjson(&mut self, text: &[u8]) -> Result<()> {
        let mut names = Vec::new();
        let mut first = true;
        for (number, line) in text.split(|b| *b == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            match ndjson::object(line) {
                Ok(object) => {
                    for key in ndjson::keys(&object) {
                        if !names.contains(&key) {
                            names.push(key);
                        }
                    }
                }
                Err((_, what)) if first => {
                    let hint = if line.starts_with(b"[") {
                        "a JSON array must become one object per line, for example with `jq -c '.[]'`"
                    } else {
                        "each line must be one JSON object: keys and texts in double quotes, null instead of None"
                    };
                    return Err(Error::input(&self.path, format!("line {}: {what}", number + 1)).hint(hint));
                }
                Err(_) => {}
            }
            first = false;
        }
        self.names = names;
        self.kind = Kind::Ndjson;
        Ok(())
    }

    fn open_delimited(
        &mut self,
        text: &[u8],
        form: &Form,
        format: Option<Format>,
        wanted: &[&str],
    ) -> Result<()> {
        let mut declared = declared(form, format)?;
        if are_numbers(wanted) {
            // Who asks for columns by number says that the file has no names for them.
            declared.header = declared.header.or(Some(false));
        }
        let dialect = dialect::find(head(text), &declared, wanted);
        let mut start = 0;
        for _ in 0..dialect.skip_lines {
            start += memchr::memchr(b'\n', &text[start..]).map_or(text.len() - start, |n| n + 1);
        }
        let (from, length) = csv::first_record(&text[start..], dialect.delimiter, dialect.quote);
        let record = &text[start + from..start + length];
        let fields = csv::fields(record, dialect.delimiter, dialect.quote);
        if dialect.header {
            self.names = fields.iter().map(|f| String::from_utf8_lossy(f).trim().to_owned()).collect();
            start += length;
        } else {
            self.names = (1..=fields.len()).map(|n| n.to_string()).collect();
        }
        self.lines_before = memchr::memchr_iter(b'\n', &text[..start]).count() as u64;
        self.kind = Kind::Text { dialect, data_start: start as u64 };
        Ok(())
    }

    fn open_parquet(&mut self, form: &Form) -> Result<()> {
        if form.format.is_some_and(|f| f != Format::Parquet) {
            return Err(Error::input(&self.path, "declared as text, but it is Parquet")
                .hint("mend `format`, or leave it out"));
        }
        let file = ParquetFile::open(&self.path)?;
        self.names = file.names();
        self.kind = Kind::Parquet(file);
        Ok(())
    }

    /// The sheets of a workbook that are to be read.
    fn sheets(&self, form: &Form, wanted: &[&str]) -> Result<Vec<Self>> {
        if form.format.is_some_and(|f| f != Format::Xlsx) {
            return Err(Error::input(&self.path, "declared as text, but it is an Excel workbook")
                .hint("mend `format`, or leave it out"));
        }
        let Book { sheets, unread } = Book::open(&self.path, form.sheets())?;
        let (several, unread): (_, Arc<[String]>) = (sheets.len() > 1, unread.into());
        let with_header = form.header.unwrap_or(!are_numbers(wanted));
        let each = sheets.into_iter().map(|sheet| {
            let header = with_header.then(|| sheet.header(wanted));
            let numbers = || (1..=sheet.width()).map(|n| n.to_string()).collect();
            let file = Self {
                shown: if several { format!("{} [{}]", self.shown, sheet.name) } else { self.shown.clone() },
                names: header.map_or_else(numbers, |row| sheet.texts(row)),
                kind: Kind::Xlsx { sheet: Arc::new(sheet), header, several, unread: Arc::clone(&unread) },
                ..self.clone()
            };
            file.check_names().map(|()| file)
        });
        each.collect()
    }

    fn check_names(&self) -> Result<()> {
        if self.names.is_empty() {
            return Err(Error::input(&self.path, "the file has no columns"));
        }
        Ok(())
    }
}

/// The complaint about a text whose encoding cannot be told.
fn unclear(path: &Path, closest: Option<[&'static encoding_rs::Encoding; 2]>) -> Error {
    let closest = closest.map(|two| two.map(|encoding| encoding.name().to_lowercase()));
    let (example, candidates) = match &closest {
        Some([first, second]) => (first.as_str(), format!(": `{first}` and `{second}` come closest")),
        None => ("windows-1251", String::new()),
    };
    let what = "its letters are not UTF-8, and their encoding cannot be told for sure";
    Error::input(path, format!("{what}{candidates}")).hint(format!(
        "declare its encoding, such as `encoding = \"{example}\"`, or export the file as UTF-8"
    ))
}

/// The packing of a file and the first bytes inside.
fn sample(path: &Path) -> Result<(Packing, Vec<u8>)> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(Error::io("read", path))?;
    file.take(8).read_to_end(&mut head).map_err(Error::io("read", path))?;
    let packing = match head[..] {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
        _ => Packing::Plain,
    };
    // The first sign of a table file is enough; how a text is written shows only in more of it.
    if matches!(sniff(&head), Sniffed::Binary(FileKind::Parquet)) {
        return Ok((packing, head));
    }
    let mut sample = Vec::new();
    unpacked(path, packing)?.take(SAMPLE_BYTES as u64).read_to_end(&mut sample).map_err(|e| {
        Error::input(path, format!("cannot be unpacked: {e}")).hint("was it copied completely?")
    })?;
    Ok((packing, sample))
}

/// The format of a text file: declared, by its name, or by its first sign.
fn text_format(path: &Path, text: &[u8], declared: Option<Format>) -> Option<Format> {
    if declared.is_some() {
        return declared;
    }
    let name = path.to_string_lossy().to_lowercase();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let json = [".ndjson", ".jsonl", ".json"].iter().any(|ending| name.ends_with(ending));
    (json || text.trim_ascii_start().starts_with(b"{")).then_some(Format::Ndjson)
}

/// Bytes looked at to learn the dialect.
const DIALECT_BYTES: usize = 1 << 15;

/// The first whole lines of a sample.
fn head(text: &[u8]) -> &[u8] {
    if text.len() <= DIALECT_BYTES {
        return text;
    }
    let end = memchr::memrchr(b'\n', &text[..DIALECT_BYTES]).map_or(DIALECT_BYTES, |n| n + 1);
    &text[..end]
}

fn are_numbers(wanted: &[&str]) -> bool {
    !wanted.is_empty() && wanted.iter().all(|w| w.parse::<u32>().is_ok())
}

fn declared(form: &Form, format: Option<Format>) -> Result<Declared> {
    let delimiter = match (&form.delimiter, format) {
        (Some(label), _) => Some(Delimiter::from_label(label)?),
        (None, Some(Format::Tsv)) => Some(Delimiter::Byte(b'\t')),
        (None, Some(Format::Blanks)) => Some(Delimiter::Blanks),
        (None, _) => None,
    };
    let quote = match form.quote.as_deref().map(str::as_bytes) {
        None => Quote::Auto,
        Some([]) => Quote::Off,
        Some([byte]) => Quote::Byte(*byte),
        Some(_) => return Err(Error::config("`quote` should be one sign, or empty for none")),
    };
    Ok(Declared { delimiter, quote, header: form.header })
}
