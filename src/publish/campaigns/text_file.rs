//! Campaign files as text: comma-separated, UTF-8, lines ended by CR LF (RFC 4180).

use super::line::{Cell, clock};
use crate::config::campaigns::Formulas;

/// How a comma-separated file is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextForm {
    /// Begin with a byte order mark.
    pub(super) bom: bool,
    /// A person opens it: texts are quoted, and those that begin like a formula are neutralised if so asked.
    pub(super) people: Option<Formulas>,
    /// No file is larger than this; further ones follow.
    pub(super) most_bytes: usize,
}

/// The form that machines read.
pub(super) const MACHINE: TextForm = TextForm { bom: false, people: None, most_bytes: usize::MAX };

/// A file's bytes and the number of its lines below the header.
#[derive(Debug)]
pub(super) struct TextFile {
    pub(super) bytes: Vec<u8>,
    pub(super) lines: usize,
}

/// The lines as files: one, or more where one would be too large. Each has the header.
pub(super) fn files<'a>(
    header: &[String],
    lines: impl Iterator<Item = &'a [Cell]>,
    form: TextForm,
) -> Vec<TextFile> {
    let head: Vec<Cell> = header.iter().map(|name| Cell::Text(name.clone())).collect();
    let mut top = if form.bom { "\u{FEFF}".as_bytes().to_vec() } else { Vec::new() };
    write_line(&mut top, &head, form);
    let mut files = vec![TextFile { bytes: top.clone(), lines: 0 }];
    let mut line = Vec::new();
    for cells in lines {
        line.clear();
        write_line(&mut line, cells, form);
        if files.last().is_some_and(|file| file.lines > 0 && file.bytes.len() + line.len() > form.most_bytes)
        {
            files.push(TextFile { bytes: top.clone(), lines: 0 });
        }
        let file = files.last_mut().expect("there is a first file");
        file.bytes.extend_from_slice(&line);
        file.lines += 1;
    }
    files
}

fn write_line(out: &mut Vec<u8>, cells: &[Cell], form: TextForm) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        match cell {
            Cell::Empty => {}
            Cell::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Cell::Text(text) => write_text(out, text, form),
            Cell::Time(at) => write_text(out, &clock(*at), form),
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn write_text(out: &mut Vec<u8>, text: &str, form: TextForm) {
    let needs_quotes = text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if form.people.is_none() && !needs_quotes {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    // One that has apostrophes already gets one more, so that taking one away always gives the text back.
    if form.people == Some(Formulas::Neutralise) && is_formula(text.trim_start_matches('\'')) {
        out.push(b'\'');
    }
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Whether a spreadsheet could take a text for a formula: the first sign that is seen is one that begins one,
/// in its usual or full-width form, or a control sign that spreadsheets pass over.
pub(super) fn is_formula(text: &str) -> bool {
    const STARTS: [char; 8] = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];
    text.chars().find_map(|sign| match sign {
        '\t' | '\r' | '\n' | '\0' => Some(true),
        _ if sign.is_whitespace() || is_unseen(sign) => None,
        _ => Some(STARTS.contains(&sign)),
    }) == Some(true)
}

/// Byte order mark, zero-width and direction signs, other controls.
fn is_unseen(sign: char) -> bool {
    sign.is_control()
        || matches!(
            sign,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<Cell> {
        texts.iter().map(|text| Cell::Text((*text).to_owned())).collect()
    }

    fn text(lines: &[Vec<Cell>], form: TextForm) -> String {
        let made = files(&["a".to_owned(), "b".to_owned()], lines.iter().map(Vec::as_slice), form);
        assert_eq!(made.len(), 1);
        String::from_utf8(made.into_iter().next().unwrap().bytes).unwrap()
    }

    #[test]
    fn formulas_are_neutralised_for_people_only() {
        let lines = [cells(&["=1+1", "x,\"y\""]), vec![Cell::Number(-5.0), Cell::Empty]];
        let people = TextForm { bom: true, people: Some(Formulas::Neutralise), ..MACHINE };
        assert_eq!(text(&lines, people), "\u{FEFF}\"a\",\"b\"\r\n\"'=1+1\",\"x,\"\"y\"\"\"\r\n-5,\r\n");
        assert_eq!(text(&lines, MACHINE), "a,b\r\n=1+1,\"x,\"\"y\"\"\"\r\n-5,\r\n");
        let lines = [cells(&["'=1+1", "'Abd"])];
        assert_eq!(text(&lines, TextForm { bom: false, ..people }), "\"a\",\"b\"\r\n\"''=1+1\",\"'Abd\"\r\n");
        let lines = [cells(&["=1+1", "x,\"y\""])];
        let dangerous = TextForm { people: Some(Formulas::KeepDangerous), ..MACHINE };
        assert_eq!(text(&lines[..1], dangerous), "\"a\",\"b\"\r\n\"=1+1\",\"x,\"\"y\"\"\"\r\n");
    }

    #[test]
    fn formulas_are_seen_behind_what_is_not() {
        for formula in [
            "=1",
            "+1",
            "-1",
            "@x",
            "\tx",
            "\rx",
            "\nx",
            "\0x",
            " =1",
            "\u{A0}=1",
            "\u{FEFF}=1",
            "\u{200B}+1",
            "\u{202E}-1",
            "\u{FF1D}1",
            "\u{FF0B}1",
            "\u{FF0D}1",
            "\u{FF20}x",
            "\u{200F}\u{FF1D}1",
            "+989121112233",
        ] {
            assert!(is_formula(formula), "{formula:?}");
        }
        for text in ["", "سارا", "a=b", "'=1", "1-2", "\u{200C}سارا"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }

    #[test]
    fn large_files_are_split_with_a_header_each() {
        let lines: Vec<Vec<Cell>> = (0..5).map(|n| vec![Cell::Number(f64::from(n)), Cell::Empty]).collect();
        let form = TextForm { most_bytes: 5 + 2 * 4, ..MACHINE };
        let made = files(&["a".to_owned(), "b".to_owned()], lines.iter().map(Vec::as_slice), form);
        let made: Vec<&str> = made.iter().map(|f| std::str::from_utf8(&f.bytes).unwrap()).collect();
        assert_eq!(made, ["a,b\r\n0,\r\n1,\r\n", "a,b\r\n2,\r\n3,\r\n", "a,b\r\n4,\r\n"]);
    }
}
