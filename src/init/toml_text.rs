//! Text of a configuration: lines with comments beside them, or above where they are long.

/// Signs in a line before its comment moves above it.
const WIDTH: usize = 118;
/// Column at which comments beside short lines begin.
const COMMENTS: usize = 40;

/// Collects the lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    text: String,
}

impl Text {
    /// The text so far.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A comment of its own, wrapped.
    pub(super) fn comment(&mut self, sentence: &str) {
        self.hanging("# ", "# ", sentence);
    }

    /// A comment with a number or a mark in front.
    pub(super) fn listed(&mut self, mark: &str, sentence: &str) {
        let rest = format!("# {}", " ".repeat(mark.chars().count() + 1));
        self.hanging(&format!("# {mark} "), &rest, sentence);
    }

    fn hanging(&mut self, first: &str, rest: &str, sentence: &str) {
        let mut line = first.to_owned();
        let mut empty = true;
        for word in harmless(sentence).split(' ').filter(|word| !word.is_empty()) {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.text.push_str(line.trim_end());
                self.text.push('\n');
                rest.clone_into(&mut line);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A line with a comment.
    pub(super) fn line(&mut self, line: &str, comment: &str) {
        if comment.is_empty() {
            self.text.push_str(line);
            self.text.push('\n');
            return;
        }
        let comment = harmless(comment);
        let width = line.chars().count();
        if width.max(COMMENTS) + 3 + comment.chars().count() > WIDTH {
            self.comment(&comment);
            self.line(line, "");
            return;
        }
        let blanks = " ".repeat(COMMENTS.saturating_sub(width));
        self.text.push_str(&format!("{line}{blanks} # {comment}\n"));
    }

    /// `key = value`, with a comment.
    pub(super) fn entry(&mut self, name: &str, value: &str, comment: &str) {
        self.line(&format!("{name} = {value}"), comment);
    }

    /// `# key = value`: an entry to be taken up by a person.
    pub(super) fn suggestion(&mut self, name: &str, value: &str, comment: &str) {
        self.line(&format!("# {name} = {value}"), comment);
    }
}

/// A comment ends with its line: nothing of a file may end it earlier.
fn harmless(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

/// A text as a TOML value.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04X}", control as u32)),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A list of texts as a TOML value.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    format!("[{}]", texts.into_iter().map(quoted).collect::<Vec<_>>().join(", "))
}

/// A key, quoted where it has to be.
pub(super) fn key(text: &str) -> String {
    let bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { text.to_owned() } else { quoted(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_survives_as_key_and_value() {
        for text in [
            "plain",
            "with \"quotes\"",
            "back\\slash",
            "two\nlines\tand\r",
            "مشتری",
            "",
            "a.b",
            "\u{7f}\u{1}",
        ] {
            let line = format!("{} = {}", key(text), quoted(text));
            let table: toml::Table = toml::from_str(&line).unwrap();
            assert_eq!(
                table.iter().next().map(|(k, v)| (k.as_str(), v.as_str())),
                Some((text, Some(text))),
                "{line}"
            );
        }
    }

    #[test]
    fn long_comments_stand_above_and_no_comment_spills() {
        let mut text = Text::default();
        text.entry("a", "1", "short\nbut of two lines");
        text.entry("b", "2", &"word ".repeat(40));
        let text = text.finish();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(toml::from_str::<toml::Table>(&text).unwrap().len(), 2);
    }
}
