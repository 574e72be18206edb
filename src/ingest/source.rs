//! Files on disk: in which form they are, and a reader for each form.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::block::Block;
use super::csv::{self, Cutter, Layout};
use super::dialect::{self, Declared, Delimiter, Dialect, Quote};
use super::encoding::{Decoder, Encoding, FileKind, Sniffed, sniff};
use super::find::resolve;
use super::ndjson;
use super::parquet::{ParquetFile, Slice, Stored};
use super::size;
use super::text::fold_digits;
use super::xlsx::Sheet;
use crate::config::Source;
use crate::config::source::{Form, Format};
use crate::privacy::email;
use crate::{Error, Result, error};

/// What to do about a file without rows.
pub const CUT_OFF: &str =
    "was the export cut off? remove the file from `files` if there was nothing to export";
/// Bytes looked at to learn a file's form.
const SAMPLE_BYTES: usize = 1 << 20;

/// How a file's bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

#[derive(Clone)]
enum Kind {
    Text { dialect: Dialect, data_start: u64 },
    Ndjson,
    Parquet(ParquetFile),
    Xlsx { sheet: Arc<Sheet>, header: bool },
}

/// A file whose form is known.
#[derive(Clone)]
pub struct OpenFile {
    path: PathBuf,
    shown: String,
    packing: Packing,
    encoding: Encoding,
    kind: Kind,
    names: Vec<String>,
    lines_before: u64,
}

/// What to read of a file.
pub enum Request {
    /// Of delimited text.
    Fields(Layout),
    /// Of JSON lines.
    Keys(Vec<Option<String>>),
    /// Of typed formats: columns and the names to show them under.
    Columns(Vec<Option<usize>>, Vec<String>),
}

/// Rows of a Parquet file that are as much work as a piece of text.
const ROWS_OF_WORK: usize = 1 << 16;

/// A part of a file that one worker turns into a block.
pub enum Piece {
    /// Bytes that end with a record.
    Bytes(Vec<u8>),
    /// Rows of a Parquet row group.
    Slice(Slice),
    /// The whole sheet.
    Sheet,
}

impl Piece {
    /// How much work it is to read the piece, in pieces of text.
    pub fn work(&self) -> usize {
        match self {
            Self::Bytes(_) => 1,
            Self::Slice(slice) => slice.rows().div_ceil(ROWS_OF_WORK),
            Self::Sheet => 8,
        }
    }
}

/// Finds and opens the files of a source, in the order of their names. `wanted` names columns that will be
/// asked for; they help to tell a header from data.
///
/// # Errors
/// `Config` when a path leads nowhere, `Input` when a file cannot be used.
pub fn open_all(source: &Source, base: &Path, wanted: &[&str]) -> Result<Vec<OpenFile>> {
    let paths = resolve(source, base)?;
    paths.par_iter().map(|(path, shown)| OpenFile::open(path, shown, &source.form, wanted)).collect()
}

impl OpenFile {
    /// Looks at a file and learns its form.
    ///
    /// # Errors
    /// `Input` when the file is empty, of another format than declared, or of none that is known.
    pub fn open(path: &Path, shown: &str, form: &Form, wanted: &[&str]) -> Result<Self> {
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
            Sniffed::Binary(FileKind::Parquet) if packing == Packing::Plain => file.open_parquet(form)?,
            Sniffed::Binary(FileKind::Xlsx) if packing == Packing::Plain => file.open_xlsx(form, wanted)?,
            Sniffed::Binary(kind) => {
                return Err(Error::input(
                    path,
                    format!("not a table that can be read: it is {}", kind.describe()),
                )
                .hint("export it as CSV, NDJSON, Parquet or xlsx"));
            }
        }
        file.check_names()?;
        Ok(file)
    }

    fn open_text(&mut self, sample: &[u8], form: &Form, wanted: &[&str]) -> Result<()> {
        let mut text = Vec::new();
        let cut = sample.len() == SAMPLE_BYTES;
        let limit = SAMPLE_BYTES as u64;
        Decoder::new(sample, self.encoding)
            .take(limit)
            .read_to_end(&mut text)
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

    fn open_xlsx(&mut self, form: &Form, wanted: &[&str]) -> Result<()> {
        if form.format.is_some_and(|f| f != Format::Xlsx) {
            return Err(Error::input(&self.path, "declared as text, but it is an Excel workbook")
                .hint("mend `format`, or leave it out"));
        }
        let sheet = Sheet::open(&self.path, form.sheet.as_deref())?;
        let header = form.header.unwrap_or(!are_numbers(wanted));
        self.names =
            if header { sheet.first() } else { (1..=sheet.width()).map(|n| n.to_string()).collect() };
        self.lines_before = 0;
        self.kind = Kind::Xlsx { sheet: Arc::new(sheet), header };
        Ok(())
    }

    fn check_names(&self) -> Result<()> {
        if self.names.is_empty() {
            return Err(Error::input(&self.path, "the file has no columns"));
        }
        Ok(())
    }

    /// The file as messages and tables name it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the columns; numbers from 1 where the file has no header.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the file has a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    /// A format whose records are no text: Parquet or a workbook.
    pub fn is_typed(&self) -> bool {
        matches!(self.kind, Kind::Parquet(_) | Kind::Xlsx { .. })
    }

    /// What the file keeps in a column in a type of its own.
    pub fn stored(&self, name: &str) -> Option<Stored> {
        match &self.kind {
            Kind::Parquet(file) => file.stored(self.place(name).ok()?),
            _ => None,
        }
    }

    /// Lines before the first data record.
    pub fn lines_before(&self) -> u64 {
        self.lines_before
    }

    /// The form in words, for the manifest: format, delimiter, encoding.
    pub fn describe(&self) -> String {
        let packing = match self.packing {
            Packing::Plain => "",
            Packing::Gzip => ", gzip",
            Packing::Zstd => ", zstd",
        };
        match &self.kind {
            Kind::Text { dialect, .. } => {
                let header = if dialect.header { "header" } else { "no header" };
                let (delimiter, encoding) = (dialect.delimiter.label(), self.encoding.name());
                format!("text, delimiter {delimiter}, {header}, {encoding}{packing}")
            }
            Kind::Ndjson => format!("ndjson, {}{packing}", self.encoding.name()),
            Kind::Parquet(_) => "parquet".to_owned(),
            Kind::Xlsx { .. } => "xlsx".to_owned(),
        }
    }

    /// Prepares to read columns by name.
    ///
    /// # Errors
    /// `Input` when a column is missing or there are two of that name.
    pub fn request(&self, wanted: &[String]) -> Result<Request> {
        let places = wanted.iter().map(|name| self.place(name)).collect::<Result<Vec<_>>>()?;
        Ok(match &self.kind {
            Kind::Text { dialect, .. } => {
                let mut feeds = vec![Vec::new(); self.names.len()];
                for (column, place) in places.iter().enumerate() {
                    feeds[*place].push(column);
                }
                Request::Fields(Layout {
                    delimiter: dialect.delimiter,
                    quote: dialect.quote,
                    fields: self.names.len(),
                    feeds,
                    columns: wanted.len(),
                })
            }
            Kind::Ndjson => Request::Keys(wanted.iter().cloned().map(Some).collect()),
            Kind::Parquet(_) | Kind::Xlsx { .. } => {
                Request::Columns(places.into_iter().map(Some).collect(), wanted.to_vec())
            }
        })
    }

    fn place(&self, name: &str) -> Result<usize> {
        let is_data = || self.names.iter().any(|name| is_contact_data(name));
        let mut places = self.names.iter().enumerate().filter(|(_, n)| *n == name).map(|(i, _)| i);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (Some(first), Some(second)) => Err(Error::input(
                &self.path,
                format!("columns {} and {} are both named `{name}`", first + 1, second + 1),
            )
            .hint("rename one of them, or declare `header = false` and use column numbers")),
            (None, _) if is_data() => {
                Err(Error::input(&self.path, format!("there is no column `{name}`")).hint(NO_HEADER))
            }
            (None, _) => {
                let list = self.names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
                let close = error::closest(name, self.names.iter().map(String::as_str));
                Err(Error::input(&self.path, format!("there is no column `{name}`")).hint(close.map_or_else(
                    || format!("its columns: {list}"),
                    |close| format!("did you mean `{close}`? its columns: {list}"),
                )))
            }
        }
    }

    /// Cuts the file into pieces and hands them over until `take` says no.
    ///
    /// # Errors
    /// `Io` and `Input` for what the disk, the packing or the encoding refuse.
    pub fn pieces(&self, take: &mut dyn FnMut(Piece) -> bool) -> Result<()> {
        let (delimiter, quote, data_start) = match &self.kind {
            Kind::Parquet(file) => {
                file.slices().into_iter().all(|slice| take(Piece::Slice(slice)));
                return Ok(());
            }
            Kind::Xlsx { .. } => {
                take(Piece::Sheet);
                return Ok(());
            }
            Kind::Ndjson => (Delimiter::Byte(b'\n'), None, 0),
            Kind::Text { dialect, data_start } => (dialect.delimiter, dialect.quote, *data_start),
        };
        let mut stream = Decoder::new(unpacked(&self.path, self.packing)?, self.encoding);
        std::io::copy(&mut stream.by_ref().take(data_start), &mut std::io::sink())
            .map_err(|e| self.damaged(&e))?;
        let mut cutter = Cutter::new(stream, delimiter, quote);
        while let Some(bytes) = cutter.next_piece().map_err(|e| self.damaged(&e))? {
            if !take(Piece::Bytes(bytes)) {
                break;
            }
        }
        Ok(())
    }

    fn damaged(&self, error: &std::io::Error) -> Error {
        Error::input(&self.path, format!("cannot be read to its end: {error}"))
            .hint("was it copied completely?")
    }

    /// Turns a piece into blocks, in their order: large ones are worked on in parts.
    ///
    /// # Errors
    /// As [`OpenFile::block`], and those of `take`.
    pub fn blocks(
        &self,
        piece: Piece,
        request: &Request,
        take: &mut (dyn FnMut(Block) -> Result<()> + Send),
    ) -> Result<()> {
        match (piece, request, &self.kind) {
            (Piece::Slice(slice), Request::Columns(columns, names), Kind::Parquet(file)) => {
                file.read_blocks(slice, columns, names, take)
            }
            (piece, ..) => take(self.block(piece, request)?),
        }
    }

    /// Bytes of all pieces together, as far as the file tells; for time left, not for accounts.
    pub fn bytes(&self) -> Option<u64> {
        match &self.kind {
            Kind::Parquet(file) => Some(file.slices().into_iter().map(|slice| file.bytes(slice)).sum()),
            Kind::Xlsx { .. } => None,
            Kind::Text { .. } | Kind::Ndjson => size::unpacked(&self.path, self.packing),
        }
    }

    /// Bytes of a piece, where it has bytes.
    pub fn bytes_of(&self, piece: &Piece) -> u64 {
        match (piece, &self.kind) {
            (Piece::Bytes(bytes), _) => bytes.len() as u64,
            (Piece::Slice(slice), Kind::Parquet(file)) => file.bytes(*slice),
            _ => 0,
        }
    }

    /// Turns a piece into a block.
    ///
    /// # Errors
    /// `Input` when a Parquet page is damaged.
    pub fn block(&self, piece: Piece, request: &Request) -> Result<Block> {
        match (piece, request, &self.kind) {
            (Piece::Bytes(bytes), Request::Fields(layout), _) => Ok(csv::split(bytes, layout)),
            (Piece::Bytes(bytes), Request::Keys(keys), _) => Ok(ndjson::split(bytes, keys)),
            (Piece::Slice(slice), Request::Columns(columns, names), Kind::Parquet(file)) => {
                file.read(slice, columns, names)
            }
            (Piece::Sheet, Request::Columns(columns, names), Kind::Xlsx { sheet, header }) => {
                Ok(sheet.block(*header, columns, names))
            }
            _ => Err(Error::internal("a piece of one format met the request of another")),
        }
    }
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
    let mut sample = Vec::new();
    unpacked(path, packing)?.take(SAMPLE_BYTES as u64).read_to_end(&mut sample).map_err(|e| {
        Error::input(path, format!("cannot be unpacked: {e}")).hint("was it copied completely?")
    })?;
    Ok((packing, sample))
}

fn unpacked(path: &Path, packing: Packing) -> Result<Box<dyn Read + Send>> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    Ok(match packing {
        Packing::Plain => Box::new(file),
        Packing::Gzip => {
            Box::new(flate2::read::MultiGzDecoder::new(std::io::BufReader::with_capacity(1 << 17, file)))
        }
        Packing::Zstd => Box::new(zstd::Decoder::new(file).map_err(Error::io("unpack", path))?),
    })
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

/// What to do about a first row that is data.
pub(super) const NO_HEADER: &str =
    "its first row holds data instead of names: say `header = false`, and name columns by number";

/// No header is an e-mail address or a phone number: the first row is a person, whom no message should show.
pub(super) fn is_contact_data(name: &str) -> bool {
    email::canonical(name).is_some() || fold_digits(name).bytes().filter(u8::is_ascii_digit).count() > 7
}
