//! From the bytes of a file to UTF-8: which encoding a text is in, or what else the file is.
//!
//! [`sniff`] decides from the first bytes of a file (a mebibyte is plenty). The rule, in order: a byte order
//! mark; the signature of another format; UTF-16 by where its zero bytes stand; UTF-8 when the sample is
//! valid, or when its faults are rare beside valid multi-byte letters; else a code page of one byte per letter,
//! as far as it can be told ([`legacy`]).
//!
//! Plain ASCII counts as UTF-8. A file whose first letter beyond ASCII comes after the sample, in another
//! encoding, is therefore read as UTF-8: its invalid bytes pass through [`decoded`] unchanged, so that those
//! rows can be set aside as `bad_encoding` with the hint to declare the encoding. The other way round,
//! what a declared or found encoding cannot decode comes out as the byte 0xFF, which no UTF-8 contains, and
//! meets the same fate; nothing is replaced in silence.

mod decoder;
mod legacy;

use crate::error::{Error, Result, closest};

pub use decoder::decoded;

/// How the letters of a text file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, plain ASCII included.
    Utf8,
    /// UTF-16, Windows code pages and whatever else the WHATWG Encoding Standard names.
    Other(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// The encoding with a declared name, such as `utf-8`, `windows-1256`, `cp1252`, `utf-16le`.
    ///
    /// # Errors
    /// A configuration error for a name that no one knows, with the closest known one.
    pub fn from_label(label: &str) -> Result<Self> {
        /// What exports are written in, for the hint.
        const COMMON: [&str; 13] = [
            "utf-8",
            "utf-16le",
            "utf-16be",
            "windows-1256",
            "windows-1252",
            "windows-1250",
            "windows-1251",
            "windows-1253",
            "windows-1255",
            "koi8-r",
            "iso-8859-1",
            "iso-8859-6",
            "windows-1254",
        ];
        let bare = label.trim().to_ascii_lowercase();
        let bare = bare.strip_suffix("-sig").unwrap_or(&bare);
        if let Some(encoding) = encoding_rs::Encoding::for_label_no_replacement(bare.as_bytes()) {
            return Ok(Self::from(encoding));
        }
        let error = Error::config(format!("`encoding` should name a known encoding, but is `{label}`"));
        Err(match closest(bare, COMMON) {
            Some(known) => error.hint(format!("did you mean `{known}`?")),
            None => error.hint(format!("known are {}", COMMON.map(|name| format!("`{name}`")).join(", "))),
        })
    }

    /// The standard name, as the manifest shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => encoding_rs::UTF_8.name(),
            Self::Other(encoding) => encoding.name(),
        }
    }
}

impl From<&'static encoding_rs::Encoding> for Encoding {
    fn from(encoding: &'static encoding_rs::Encoding) -> Self {
        if encoding == encoding_rs::UTF_8 { Self::Utf8 } else { Self::Other(encoding) }
    }
}

/// What the first bytes of a file say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// A text in this encoding.
    Text(Encoding),
    /// A text in an encoding that cannot be told; the two that come closest, where any does.
    Unclear(Option<[&'static encoding_rs::Encoding; 2]>),
    /// Not a text table; see [`FileKind::describe`].
    Binary(FileKind),
}

/// Formats that are not text tables, known by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// gzip compression.
    Gzip,
    /// Zstandard compression.
    Zstd,
    /// bzip2 compression.
    Bzip2,
    /// xz compression.
    Xz,
    /// 7-Zip archive.
    SevenZip,
    /// Zip archive that is no workbook.
    Zip,
    /// Excel workbook, `.xlsx` or `.xlsb`.
    Xlsx,
    /// `OpenDocument` spreadsheet.
    Ods,
    /// Old Excel workbook, or one behind a password: both are OLE containers.
    Ole,
    /// Parquet.
    Parquet,
    /// Arrow IPC (Feather).
    Arrow,
    /// `SQLite` database.
    Sqlite,
    /// PDF.
    Pdf,
    /// A web page; many systems name one `.xls`.
    Html,
    /// XML, the Excel 2003 spreadsheet included.
    Xml,
    /// Not a text, and nothing known.
    Unknown,
}

impl FileKind {
    /// The kind with its article, to follow "`orders.csv` is ".
    pub fn describe(self) -> &'static str {
        match self {
            Self::Gzip => "a gzip file",
            Self::Zstd => "a zstd file",
            Self::Bzip2 => "a bzip2 file",
            Self::Xz => "an xz file",
            Self::SevenZip => "a 7-Zip archive",
            Self::Zip => "a zip archive",
            Self::Xlsx => "an Excel workbook (xlsx)",
            Self::Ods => "an OpenDocument spreadsheet (ods)",
            Self::Ole => "an old Excel workbook (xls) or one with a password",
            Self::Parquet => "a Parquet file",
            Self::Arrow => "an Arrow file",
            Self::Sqlite => "an SQLite database",
            Self::Pdf => "a PDF document",
            Self::Html => "a web page (html)",
            Self::Xml => "an XML file",
            Self::Unknown => "a binary file of unknown format",
        }
    }
}

/// What a file is, judged by its first bytes; an empty sample is UTF-8.
pub fn sniff(sample: &[u8]) -> Sniffed {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(sample) {
        let markup = encoding == encoding_rs::UTF_8;
        return match markup.then(|| markup_kind(&sample[mark..])).flatten() {
            Some(kind) => Sniffed::Binary(kind),
            None => Sniffed::Text(encoding.into()),
        };
    }
    if let Some(kind) = signature(sample).or_else(|| markup_kind(sample)) {
        return Sniffed::Binary(kind);
    }
    if let Some(encoding) = utf16_without_mark(sample) {
        return Sniffed::Text(Encoding::Other(encoding));
    }
    if is_binary(sample) {
        return Sniffed::Binary(FileKind::Unknown);
    }
    if is_utf8(sample) { Sniffed::Text(Encoding::Utf8) } else { legacy::sniff(sample) }
}

/// Formats that start with bytes of their own.
fn signature(sample: &[u8]) -> Option<FileKind> {
    const SIGNATURES: [(&[u8], FileKind); 11] = [
        (b"\x1F\x8B", FileKind::Gzip),
        (b"\x28\xB5\x2F\xFD", FileKind::Zstd),
        (b"BZh9", FileKind::Bzip2),
        (b"\xFD7zXZ\0", FileKind::Xz),
        (b"7z\xBC\xAF\x27\x1C", FileKind::SevenZip),
        (b"PK\x03\x04", FileKind::Zip),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", FileKind::Ole),
        (b"PAR1", FileKind::Parquet),
        (b"ARROW1", FileKind::Arrow),
        (b"SQLite format 3\0", FileKind::Sqlite),
        (b"%PDF-", FileKind::Pdf),
    ];
    let (_, kind) = SIGNATURES.iter().find(|(magic, _)| sample.starts_with(magic))?;
    Some(if *kind == FileKind::Zip { zip_kind(sample) } else { *kind })
}

/// Workbooks are zip archives; the names of their parts tell.
fn zip_kind(sample: &[u8]) -> FileKind {
    let holds = |part: &[u8]| memchr::memmem::find(sample, part).is_some();
    if holds(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") {
        FileKind::Ods
    } else if holds(b"xl/") || (holds(b"[Content_Types].xml") && !holds(b"word/") && !holds(b"ppt/")) {
        FileKind::Xlsx
    } else {
        FileKind::Zip
    }
}

/// Pages and XML, by their first tag.
fn markup_kind(sample: &[u8]) -> Option<FileKind> {
    const TAGS: [(&[u8], FileKind); 6] = [
        (b"<!doctype html", FileKind::Html),
        (b"<html", FileKind::Html),
        (b"<head", FileKind::Html),
        (b"<meta", FileKind::Html),
        (b"<table", FileKind::Html),
        (b"<?xml", FileKind::Xml),
    ];
    let text = sample.trim_ascii_start();
    let starts = |tag: &[u8]| text.get(..tag.len()).is_some_and(|front| front.eq_ignore_ascii_case(tag));
    TAGS.iter().find(|(tag, _)| starts(tag)).map(|(_, kind)| *kind)
}

/// UTF-16 shows by zero bytes that nearly all stand at the same side of a pair: digits, delimiters and line
/// ends have one each, whatever the language.
fn utf16_without_mark(sample: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    /// One pair in this many must have a zero; Persian text in a table has one in three or four.
    const PAIRS_PER_ZERO: usize = 20;
    /// Zeros at the other side must be this much rarer.
    const RARER: usize = 20;
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    if pairs < 2 || (even + odd) * PAIRS_PER_ZERO < pairs {
        None
    } else if even * RARER <= odd {
        Some(encoding_rs::UTF_16LE)
    } else if odd * RARER <= even {
        Some(encoding_rs::UTF_16BE)
    } else {
        None
    }
}

/// More than one byte in twenty is a control character that no text has; a stray NUL does not make a binary.
fn is_binary(sample: &[u8]) -> bool {
    const BYTES_PER_CONTROL: usize = 20;
    let controls = sample.iter().filter(|byte| matches!(byte, 0..=8 | 0x0E..=0x19 | 0x1C..=0x1F)).count();
    controls * BYTES_PER_CONTROL > sample.len()
}

/// Valid but for a letter cut at the end of the sample, or with ten valid multi-byte letters for each fault.
fn is_utf8(sample: &[u8]) -> bool {
    const LETTERS_PER_FAULT: usize = 10;
    let (mut letters, mut faults) = (0, 0);
    let mut chunks = sample.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        // A continuation byte is 0b10xxxxxx; every multi-byte letter has exactly one leading byte beside it.
        letters += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
        let cut_at_end = chunks.peek().is_none() && is_letter_start(chunk.invalid());
        faults += usize::from(!chunk.invalid().is_empty() && !cut_at_end);
    }
    letters >= faults * LETTERS_PER_FAULT
}

/// Whether the bytes begin a multi-byte letter without ending it.
fn is_letter_start(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1256};

    const PERSIAN: &str = "شناسه,نام,شهر\n۱,علي كريمي,تهران\n۲,مريم احمدي,شيراز\n۳,رضا,اصفهان\n";

    fn encoded(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
        encoding.encode(&text.replace(['۱', '۲', '۳'], "7")).0.into_owned()
    }

    fn utf16(text: &str, big_end_first: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if big_end_first { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    fn text(encoding: &'static encoding_rs::Encoding) -> Sniffed {
        Sniffed::Text(Encoding::from(encoding))
    }

    #[test]
    fn utf8_is_known_with_and_without_mark_and_when_cut_within_a_letter() {
        let utf8 = Sniffed::Text(Encoding::Utf8);
        assert_eq!(sniff(b""), utf8);
        assert_eq!(sniff(b"id,amount\n1,2.5\n"), utf8);
        assert_eq!(sniff(b"\xEF\xBB\xBFid,amount\n"), utf8);
        assert_eq!(sniff(PERSIAN.as_bytes()), utf8);
        for cut in 1..PERSIAN.len() {
            assert_eq!(sniff(&PERSIAN.as_bytes()[..cut]), utf8, "cut at {cut}");
        }
        let mut faulty = PERSIAN.as_bytes().to_vec();
        faulty.extend_from_slice(b"4,Caf\xE9,x\n");
        assert_eq!(sniff(&faulty), utf8);
    }

    #[test]
    fn utf16_is_known_by_its_mark_or_its_zeros() {
        for rows in ["id,name\r\n1,Smith\r\n", PERSIAN] {
            assert_eq!(sniff(&utf16(rows, false)), text(UTF_16LE), "{rows}");
            assert_eq!(sniff(&utf16(rows, true)), text(UTF_16BE), "{rows}");
            assert_eq!(sniff(&utf16(&format!("\u{FEFF}{rows}"), false)), text(UTF_16LE));
            assert_eq!(sniff(&utf16(&format!("\u{FEFF}{rows}"), true)), text(UTF_16BE));
        }
    }

    #[test]
    fn windows_pages_are_told_apart_by_the_company_of_their_letters() {
        assert_eq!(sniff(&encoded(PERSIAN, WINDOWS_1256)), text(WINDOWS_1256));
        for rows in
            ["id;naam\n1;José\n2;Müller\n", "id;preço\n1;maçã não\n", "1;£5\n", "nom\nÉLÉONORE\n", "a\n50°\n"]
        {
            assert_eq!(sniff(&encoded(rows, WINDOWS_1252)), text(WINDOWS_1252), "{rows}");
        }
    }

    #[test]
    fn other_formats_are_named() {
        let ods = b"PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK";
        for (bytes, kind) in [
            (b"\x1F\x8B\x08\0\0".as_slice(), FileKind::Gzip),
            (b"\x28\xB5\x2F\xFD\x04", FileKind::Zstd),
            (b"PK\x03\x04\x14\0[Content_Types].xml ... xl/workbook.xml", FileKind::Xlsx),
            (b"PK\x03\x04\x14\0orders.csv", FileKind::Zip),
            (ods, FileKind::Ods),
            (b"PAR1\x15\x04", FileKind::Parquet),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0", FileKind::Ole),
            (b"%PDF-1.7", FileKind::Pdf),
            (b"\n <HTML><body><table>", FileKind::Html),
            (b"\xEF\xBB\xBF<table>", FileKind::Html),
            (b"<?xml version=\"1.0\"?>", FileKind::Xml),
            (&[0, 1, 2, 3, 0xFF, 0, 7, 0], FileKind::Unknown),
        ] {
            assert_eq!(sniff(bytes), Sniffed::Binary(kind), "{}", kind.describe());
        }
    }

    #[test]
    fn a_stray_nul_does_not_make_a_binary() {
        let mut rows = b"id,amount\n".repeat(20);
        rows[3] = 0;
        assert_eq!(sniff(&rows), Sniffed::Text(Encoding::Utf8));
    }

    #[test]
    fn declared_names_are_known_or_the_closest_is_named() {
        assert_eq!(Encoding::from_label("cp1256").unwrap().name(), "windows-1256");
        assert_eq!(Encoding::from_label(" UTF-8-SIG ").unwrap(), Encoding::Utf8);
        assert_eq!(Encoding::from_label("latin1").unwrap().name(), "windows-1252");
        let error = Encoding::from_label("windows1256").unwrap_err();
        assert_eq!(error.to_string(), "`encoding` should name a known encoding, but is `windows1256`");
        assert_eq!(error.hint_text(), Some("did you mean `windows-1256`?"));
    }
}
