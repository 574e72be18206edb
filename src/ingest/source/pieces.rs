//! Reading a file whose form is known: pieces cut by one thread, blocks made of them by any.

use std::io::Read;

use super::{Kind, OpenFile, unpacked};
use crate::ingest::block::Block;
use crate::ingest::csv::{self, Cutter, Layout};
use crate::ingest::dialect::Delimiter;
use crate::ingest::encoding::decoded;
use crate::ingest::ndjson;
use crate::ingest::parquet::Slice;
use crate::ingest::size;
use crate::{Error, Result};

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

impl OpenFile {
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
        let file = unpacked(&self.path, self.packing)?;
        let mut stream = decoded(file, self.encoding).map_err(|e| self.damaged(&e))?;
        std::io::copy(&mut stream.by_ref().take(data_start), &mut std::io::sink())
            .map_err(|e| self.damaged(&e))?;
        let mut cutter = Cutter::new(stream, self.bytes(), delimiter, quote);
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

    /// Turns a piece into blocks and these into what `map` makes of them, in their order: large pieces are worked on in
    /// parts.
    ///
    /// # Errors
    /// As [`OpenFile::block`], and those of `map`.
    pub fn map_blocks<T: Send>(
        &self,
        piece: Piece,
        request: &Request,
        map: &(impl Fn(Block) -> Result<T> + Sync),
    ) -> Result<Vec<T>> {
        match (piece, request, &self.kind) {
            (Piece::Slice(slice), Request::Columns(columns, names), Kind::Parquet(file)) => {
                file.map_blocks(slice, columns, names, map)
            }
            (piece, ..) => Ok(vec![map(self.block(piece, request)?)?]),
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
            (Piece::Sheet, Request::Columns(columns, names), Kind::Xlsx { sheet, header, .. }) => {
                Ok(sheet.block(*header, columns, names))
            }
            _ => Err(Error::internal("a piece of one format met the request of another")),
        }
    }
}
