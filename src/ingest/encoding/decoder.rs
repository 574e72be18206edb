//! A reader that turns the bytes of a text file into UTF-8.

use std::io::{self, Read};

use encoding_rs::DecoderResult;

use super::Encoding;

/// Bytes read from the file at once when they have to be transcoded.
const CHUNK: usize = 64 * 1024;

/// What stands for bytes that cannot be decoded; it makes the row invalid UTF-8 and so visible.
const UNDECODABLE: u8 = 0xFF;

/// A text file as UTF-8 without its byte order mark.
///
/// UTF-8 passes through unchanged, invalid bytes included, straight into the caller's buffer. Other
/// encodings are transcoded; bytes that they do not define come out as 0xFF.
///
/// # Errors
/// Those of `file`.
pub fn decoded<'a>(mut file: impl Read + 'a, encoding: Encoding) -> io::Result<Box<dyn Read + 'a>> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    match encoding {
        Encoding::Utf8 => {
            let mut head = Vec::new();
            file.by_ref().take(MARK.len() as u64).read_to_end(&mut head)?;
            if head == MARK {
                head.clear();
            }
            Ok(Box::new(io::Cursor::new(head).chain(file)))
        }
        Encoding::Other(encoding) => Ok(Box::new(Transcoder::new(file, encoding))),
    }
}

/// A file that is not UTF-8.
struct Transcoder<R> {
    file: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    ready: Vec<u8>,
    ready_at: usize,
    ready_end: usize,
    file_ended: bool,
    finished: bool,
}

impl<R> Transcoder<R> {
    fn new(file: R, encoding: &'static encoding_rs::Encoding) -> Self {
        Self {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; CHUNK],
            raw_at: 0,
            raw_end: 0,
            // One byte becomes at most three.
            ready: vec![0; 3 * CHUNK + 16],
            ready_at: 0,
            ready_end: 0,
            file_ended: false,
            finished: false,
        }
    }

    /// Turns what was read into UTF-8, up to the next undecodable place.
    fn decode(&mut self) {
        let room = self.ready.len() - 1;
        let (outcome, read, written) = self.decoder.decode_to_utf8_without_replacement(
            &self.raw[self.raw_at..self.raw_end],
            &mut self.ready[..room],
            self.file_ended,
        );
        self.raw_at += read;
        (self.ready_at, self.ready_end) = (0, written);
        match outcome {
            DecoderResult::InputEmpty => self.finished = self.file_ended,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                self.ready[written] = UNDECODABLE;
                self.ready_end += 1;
            }
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready_at == self.ready_end && !self.finished {
            if self.raw_at == self.raw_end && !self.file_ended {
                self.raw_end = self.file.read(&mut self.raw)?;
                self.raw_at = 0;
                self.file_ended = self.raw_end == 0;
            }
            self.decode();
        }
        let count = buffer.len().min(self.ready_end - self.ready_at);
        buffer[..count].copy_from_slice(&self.ready[self.ready_at..self.ready_at + count]);
        self.ready_at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{UTF_16LE, WINDOWS_1256};

    /// Gives a few bytes at a time, as pipes and decompressors do.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn read(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
        let mut whole = Vec::new();
        decoded(bytes, encoding).unwrap().read_to_end(&mut whole).unwrap();
        for step in 1..5 {
            let mut decoder = decoded(Trickle(bytes, step), encoding).unwrap();
            let (mut again, mut small) = (Vec::new(), [0; 3]);
            loop {
                let count = decoder.read(&mut small).unwrap();
                if count == 0 {
                    break;
                }
                again.extend_from_slice(&small[..count]);
            }
            assert_eq!(again, whole, "in steps of {step}");
        }
        whole
    }

    #[test]
    fn utf8_passes_through_without_its_mark_and_with_its_faults() {
        assert_eq!(read(b"\xEF\xBB\xBFid\n\xFF\xFE1\n", Encoding::Utf8), b"id\n\xFF\xFE1\n");
        for text in ["", "a", "ab", "abc", "نام"] {
            assert_eq!(read(text.as_bytes(), Encoding::Utf8), text.as_bytes());
        }
    }

    #[test]
    fn other_encodings_become_utf8() {
        let rows = "شهر,نام\nتهران,علي\n".repeat(9_000);
        let (bytes, _, _) = WINDOWS_1256.encode(&rows);
        assert_eq!(read(&bytes, WINDOWS_1256.into()), rows.as_bytes());
        let bytes: Vec<u8> = "\u{FEFF}نام\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&bytes, UTF_16LE.into()), "نام\r\n".as_bytes());
    }

    #[test]
    fn what_cannot_be_decoded_shows_as_invalid_utf8() {
        // A lone surrogate between two letters, then half a unit at the end.
        let bytes = b"a\0\x00\xD8b\0c";
        let text = read(bytes, UTF_16LE.into());
        assert_eq!(text, b"a\xFFb\xFF");
    }
}
