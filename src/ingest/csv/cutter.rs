//! A byte stream to pieces that end where a record ends.

use std::io::Read;

use memchr::{memchr, memrchr};

use super::fields::{Stop, first_line_end, next_field};
use crate::ingest::dialect::Delimiter;

/// Bytes of a piece at most, about; few enough to stay in cache while it is read.
const BLOCK_BYTES: usize = 1 << 20;
/// Pieces that a small file is cut into, so that all threads have some of it, as far as they have enough bytes.
const PIECES: usize = 16;
const FEWEST_BYTES: usize = 1 << 16;
/// A record longer than this counts as never closed.
const LONGEST_RECORD: usize = 8 << 20;

/// Cuts a byte stream into pieces that end with a record.
pub struct Cutter<R> {
    source: R,
    delimiter: Delimiter,
    quote: Option<u8>,
    /// Bytes asked for at a time.
    at_once: usize,
    kept: Vec<u8>,
    ended: bool,
}

impl<R: Read> Cutter<R> {
    /// A cutter over decoded (UTF-8) bytes, as many as known.
    pub fn new(source: R, bytes: Option<u64>, delimiter: Delimiter, quote: Option<u8>) -> Self {
        let share = bytes.map_or(BLOCK_BYTES, |bytes| bytes as usize / PIECES);
        let at_once = share.clamp(FEWEST_BYTES, BLOCK_BYTES);
        Self { source, delimiter, quote, at_once, kept: Vec::new(), ended: false }
    }

    /// The next piece, or `None` at the end.
    ///
    /// # Errors
    /// The source's own.
    pub fn next_piece(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        loop {
            if self.ended {
                let rest = std::mem::take(&mut self.kept);
                return Ok(if rest.is_empty() { None } else { Some(rest) });
            }
            let mut piece = std::mem::take(&mut self.kept);
            self.fill(&mut piece)?;
            if self.ended {
                self.kept = piece;
                continue;
            }
            let end = match last_record_end(&piece, self.delimiter, self.quote) {
                Some(end) => end,
                None if piece.len() > LONGEST_RECORD => first_line_end(&piece, 0),
                None => {
                    self.kept = piece;
                    continue;
                }
            };
            self.kept = piece[end..].to_vec();
            piece.truncate(end);
            return Ok(Some(piece));
        }
    }

    fn fill(&mut self, piece: &mut Vec<u8>) -> std::io::Result<()> {
        let target = piece.len() + self.at_once;
        piece.reserve_exact(self.at_once);
        let missing = (target - piece.len()) as u64;
        let got = self.source.by_ref().take(missing).read_to_end(piece)?;
        self.ended = got < missing as usize;
        Ok(())
    }
}

/// End of the last complete record: the byte after its line end.
fn last_record_end(bytes: &[u8], delimiter: Delimiter, quote: Option<u8>) -> Option<usize> {
    let Some(quote) = quote.filter(|q| memchr(*q, bytes).is_some()) else {
        return memrchr(b'\n', bytes).map(|at| at + 1);
    };
    let (mut at, mut last) = (0, None);
    while at < bytes.len() {
        let field = next_field(bytes, at, delimiter, Some(quote));
        match field.stop {
            Stop::Delimiter => at = field.next,
            Stop::Line => {
                at = field.next;
                last = Some(at);
            }
            Stop::End | Stop::Unclosed => break,
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::csv::split;
    use crate::ingest::csv::tests::layout;

    #[test]
    fn pieces_end_with_records_whatever_the_quotes_hold() {
        let record = "1,\"line one\nline \"\"two\"\"\",z\n";
        let text = record.repeat(3 * BLOCK_BYTES / record.len());
        let mut cutter = Cutter::new(text.as_bytes(), None, Delimiter::Byte(b','), Some(b'"'));
        let mut rows = 0;
        while let Some(piece) = cutter.next_piece().unwrap() {
            let block = split(piece, &layout(3, Delimiter::Byte(b',')));
            assert!(block.broken.is_empty());
            rows += block.rows;
        }
        assert_eq!(rows, 3 * BLOCK_BYTES / record.len());
    }
}
