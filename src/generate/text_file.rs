//! Exports as lines of text: CSV, TSV, NDJSON, plain or gzip-compressed.
//!
//! A line is the same in all of them: for each column some fixed bytes (a delimiter, or a JSON key), then the
//! cell; then the fixed end of the line. Cells are formatted straight into one reused buffer.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::calendar::{Calendar, DAY_MINUTES, persian_digits};
use super::export::{Sheet, Value};
use super::params::{Format, GenerateParams, Locale};
use crate::error::{Error, Result};

/// Bytes gathered before they are handed to the system.
const BUFFER: usize = 1 << 20;
/// Arabic decimal separator, U+066B.
const PERSIAN_POINT: &str = "\u{66b}";
/// Arabic thousands separator, U+066C.
const PERSIAN_GROUP: &str = "\u{66c}";

/// Where finished bytes go.
enum Sink {
    Plain(File),
    Gzip(Box<GzEncoder<File>>),
}

/// An open text export.
pub(super) struct TextFile<'a> {
    path: PathBuf,
    sink: Sink,
    buffer: Vec<u8>,
    calendar: &'a Calendar,
    json: bool,
    delimiter: u8,
    persian: bool,
    /// The moment written last and its text: the rows of an order share it.
    last_moment: (u32, Vec<u8>),
    /// What stands before each cell, in the file's order.
    before: Vec<Vec<u8>>,
    /// What ends a line.
    end: &'static [u8],
    /// Which of the sheet's columns stands where.
    order: Vec<usize>,
}

impl<'a> TextFile<'a> {
    pub(super) fn create<const N: usize>(
        path: PathBuf,
        sheet: &Sheet<N>,
        order: [usize; N],
        params: &GenerateParams,
        calendar: &'a Calendar,
    ) -> Result<Self> {
        let file = File::create_new(&path).map_err(Error::io("create", &path))?;
        let json = params.format == Format::Ndjson;
        let delimiter = if params.format == Format::Tsv { b'\t' } else { b',' };
        let declared = sheet.names(params.locale);
        let names = order.map(|column| declared[column]);
        let between = |place| if place == 0 { vec![] } else { vec![delimiter] };
        let key = |(place, name)| format!("{}\"{name}\":", if place == 0 { '{' } else { ',' }).into_bytes();
        let mut text = Self {
            path,
            sink: match params.format {
                Format::CsvGz => Sink::Gzip(Box::new(GzEncoder::new(file, Compression::fast()))),
                _ => Sink::Plain(file),
            },
            buffer: Vec::with_capacity(BUFFER + BUFFER / 8),
            calendar,
            json,
            delimiter,
            persian: params.locale == Locale::Fa,
            last_moment: (u32::MAX, Vec::new()),
            before: if json {
                names.iter().enumerate().map(key).collect()
            } else {
                (0..N).map(between).collect()
            },
            end: if json { b"}\n" } else { b"\n" },
            order: order.to_vec(),
        };
        if !json {
            text.buffer.extend_from_slice(names.join(&*char::from(delimiter).to_string()).as_bytes());
            text.buffer.push(b'\n');
        }
        Ok(text)
    }

    #[inline]
    pub(super) fn row(&mut self, values: &[Value<'_>]) -> Result<()> {
        self.cells(values, self.order.len())
    }

    pub(super) fn short_row(&mut self, values: &[Value<'_>]) -> Result<()> {
        self.cells(values, self.order.len() - 1)
    }

    pub(super) fn blank_line(&mut self) {
        self.buffer.push(b'\n');
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.flush()?;
        match self.sink {
            Sink::Plain(_) => Ok(()),
            Sink::Gzip(sink) => sink.finish().map(drop).map_err(Error::io("write", &self.path)),
        }
    }

    fn flush(&mut self) -> Result<()> {
        let written = match &mut self.sink {
            Sink::Plain(sink) => sink.write_all(&self.buffer),
            Sink::Gzip(sink) => sink.write_all(&self.buffer),
        };
        self.buffer.clear();
        written.map_err(Error::io("write", &self.path))
    }

    #[inline]
    fn cells(&mut self, values: &[Value<'_>], count: usize) -> Result<()> {
        for place in 0..count {
            match &*self.before[place] {
                [byte] => self.buffer.push(*byte),
                bytes => self.buffer.extend_from_slice(bytes),
            }
            self.cell(values[self.order[place]]);
        }
        self.buffer.extend_from_slice(self.end);
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    #[inline]
    fn cell(&mut self, value: Value<'_>) {
        match value {
            Value::Missing if self.json => self.push("null"),
            Value::Missing => {}
            Value::Text(text) => self.text(text),
            Value::FloatId(number) => {
                self.digits(number, false);
                self.push(".0");
            }
            Value::Whole(_) | Value::Cents(_) if !self.persian => self.unquoted(value),
            Value::Grouped(number) => self.grouped(number),
            _ if self.json => {
                self.buffer.push(b'"');
                self.unquoted(value);
                self.buffer.push(b'"');
            }
            _ => self.unquoted(value),
        }
    }

    /// A cell that has no special characters, without the quotes that JSON may want.
    #[inline]
    fn unquoted(&mut self, value: Value<'_>) {
        let calendar = self.calendar;
        match value {
            Value::Id(prefix, number) => {
                if !prefix.is_empty() {
                    self.push(prefix);
                }
                self.digits(number, false);
            }
            Value::Plain(text) => self.push(text),
            Value::Whole(number) => {
                self.sign(number);
                self.digits(number.unsigned_abs(), self.persian);
            }
            Value::Cents(cents) => self.cents(cents),
            Value::Moment(moment) => {
                if self.last_moment.0 != moment {
                    let (day, minute) = split(moment);
                    self.last_moment.0 = moment;
                    self.last_moment.1.clear();
                    for text in [calendar.day(day), " ", calendar.minute(minute)] {
                        self.last_moment.1.extend_from_slice(text.as_bytes());
                    }
                }
                self.buffer.extend_from_slice(&self.last_moment.1);
            }
            Value::BadMoment(moment) => {
                let (day, minute) = split(moment);
                for text in [calendar.bad_day(day), " ", calendar.minute(minute)] {
                    self.push(text);
                }
            }
            Value::Day(day) => self.push(calendar.day(day as usize)),
            Value::Missing | Value::Text(_) | Value::FloatId(_) | Value::Grouped(_) => {}
        }
    }

    #[inline]
    fn push(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn sign(&mut self, number: i64) {
        if number < 0 {
            self.buffer.push(b'-');
        }
    }

    fn cents(&mut self, cents: i64) {
        self.sign(cents);
        let cents = cents.unsigned_abs();
        self.digits(cents / 100, self.persian);
        self.push(if self.persian { PERSIAN_POINT } else { "." });
        self.digits(cents / 10 % 10, self.persian);
        self.digits(cents % 10, self.persian);
    }

    /// A number without sign. The Persian digits are U+06F0 to U+06F9, two bytes each.
    #[inline]
    fn digits(&mut self, mut number: u64, persian: bool) {
        let mut digits = [0_u8; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        if persian {
            for digit in &digits[first..] {
                self.buffer.extend_from_slice(&[0xDB, 0xB0 + (digit - b'0')]);
            }
        } else {
            self.buffer.extend_from_slice(&digits[first..]);
        }
    }

    fn grouped(&mut self, number: i64) {
        let plain = number.to_string();
        let digits: Vec<&str> = plain
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|three| std::str::from_utf8(three).expect("a number's digits are ASCII"))
            .collect();
        if self.persian {
            self.text(&persian_digits(&digits.join(PERSIAN_GROUP)));
        } else {
            self.text(&digits.join(","));
        }
    }

    /// Any text, quoted as the form wants it.
    fn text(&mut self, text: &str) {
        if self.json {
            let quoted = serde_json::to_string(text).expect("text is always JSON");
            self.push(&quoted);
        } else if text.bytes().any(|b| b == self.delimiter || matches!(b, b'"' | b'\n' | b'\r')) {
            self.buffer.push(b'"');
            self.push(&text.replace('"', "\"\""));
            self.buffer.push(b'"');
        } else {
            self.push(text);
        }
    }
}

/// Day and minute of the day.
fn split(moment: u32) -> (usize, u32) {
    ((moment / DAY_MINUTES) as usize, moment % DAY_MINUTES)
}
