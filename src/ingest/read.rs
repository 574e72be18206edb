//! Drives files through workers: one thread reads and cuts, all threads split and map, results come back in
//! the order of the files.

use std::sync::mpsc::{Receiver, sync_channel};

use rayon::prelude::*;

use super::block::Block;
use super::source::{OpenFile, Piece, Request};
use crate::{Error, Result};

/// Work mapped at a time for each thread, in pieces of text; as many again wait to be mapped. Enough that threads
/// seldom wait for one another, few enough that what they made is still in cache when it is taken in.
const WORK_PER_THREAD: usize = 4;

/// What a piece became, and where it stood.
#[derive(Debug)]
pub struct Placed<T> {
    /// Index of the file.
    pub file: usize,
    /// Number of the piece's first record in its file; the first data record is 1.
    pub first_row: u64,
    /// Line of the piece's first line in its file; the first line is 1.
    pub first_line: u64,
    /// Records in the piece.
    pub rows: u64,
    /// Bytes of the piece before it was split, as far as known.
    pub bytes: u64,
    /// The mapped value.
    pub value: T,
}

/// Reads the wanted columns of every file, maps blocks in parallel and hands the results over in file order.
///
/// `map` sees one block; `sink` gets batches of results in order and runs on the calling thread, which waits for those of
/// the rayon pool and must therefore be none of them.
///
/// # Errors
/// Those of reading, of `map` and of `sink`; the first in file order wins.
pub fn read_blocks<T: Send>(
    files: &[OpenFile],
    wanted: &[String],
    map: impl Fn(usize, Block) -> Result<T> + Sync,
    mut sink: impl FnMut(Vec<Placed<T>>) -> Result<()>,
) -> Result<()> {
    let requests = files.iter().map(|f| f.request(wanted)).collect::<Result<Vec<_>>>()?;
    std::thread::scope(|scope| {
        let at_once = WORK_PER_THREAD * rayon::current_num_threads();
        let (sender, receiver) = sync_channel::<Sent>(at_once);
        scope.spawn(move || {
            for (index, file) in files.iter().enumerate() {
                let sent = file.pieces(&mut |piece| sender.send(Ok((index, piece))).is_ok());
                if let Err(error) = sent {
                    // The receiver is gone only when the run has failed already.
                    let _ = sender.send(Err(error));
                    return;
                }
            }
        });
        // The next batch is mapped while the last one is taken in, so that no thread waits for the others.
        let (mapped_sender, mapped_receiver) = sync_channel(1);
        let map = &map;
        let requests = &requests;
        scope.spawn(move || {
            // Where pieces have to be read, few at first, so that no thread waits until there are many.
            let first = rayon::current_num_threads().min(at_once);
            for most_read in std::iter::successors(Some(first), |n| Some((2 * n).min(at_once))) {
                let (batch, broken) = next_batch(&receiver, most_read, at_once);
                let ended = batch.is_empty() || broken.is_some();
                let mapped: Vec<Result<Vec<Mapped<T>>>> = batch
                    .into_par_iter()
                    .map(|(file, piece)| mapped(files, file, piece, &requests[file], map))
                    .chain(broken.map(Err))
                    .collect();
                // The other side is gone only when the run has failed already.
                if mapped_sender.send(mapped).is_err() || ended {
                    return;
                }
            }
        });
        let mut place = Place { file: usize::MAX, row: 0, line: 0 };
        for batch in mapped_receiver {
            let mut placed = Vec::with_capacity(batch.len());
            for mapped in batch {
                placed.extend(mapped?.into_iter().map(|m| place.next(m, files)));
            }
            sink(placed)?;
        }
        Ok(())
    })
}

/// A file's number and a piece of it, or why there are no more.
type Sent = Result<(usize, Piece)>;

/// The next pieces that are enough work, or as many as may have been read; none at the end; and the error that ended
/// them.
fn next_batch(
    receiver: &Receiver<Sent>,
    most_read: usize,
    enough: usize,
) -> (Vec<(usize, Piece)>, Option<Error>) {
    let (mut batch, mut work) = (Vec::with_capacity(enough), 0);
    while work < enough {
        match receiver.recv() {
            Ok(Ok((file, piece))) => {
                work += piece.work();
                let waited = matches!(piece, Piece::Bytes(_)) && work >= most_read;
                batch.push((file, piece));
                if waited {
                    break;
                }
            }
            Ok(Err(error)) => return (batch, Some(error)),
            Err(_) => break,
        }
    }
    (batch, None)
}

/// The blocks of one piece, mapped.
fn mapped<T: Send>(
    files: &[OpenFile],
    file: usize,
    piece: Piece,
    request: &Request,
    map: &(impl Fn(usize, Block) -> Result<T> + Sync),
) -> Result<Vec<Mapped<T>>> {
    let bytes = files[file].bytes_of(&piece);
    let mut mapped = files[file].map_blocks(piece, request, &|block| {
        let (rows, lines) = (block.rows as u64, block.line_count);
        Ok(Mapped { file, rows, lines, bytes: 0, value: map(file, block)? })
    })?;
    if let Some(first) = mapped.first_mut() {
        first.bytes = bytes;
    }
    Ok(mapped)
}

struct Mapped<T> {
    file: usize,
    rows: u64,
    lines: u64,
    bytes: u64,
    value: T,
}

struct Place {
    file: usize,
    row: u64,
    line: u64,
}

impl Place {
    fn next<T>(&mut self, mapped: Mapped<T>, files: &[OpenFile]) -> Placed<T> {
        if mapped.file != self.file {
            *self = Self { file: mapped.file, row: 1, line: 1 + files[mapped.file].lines_before() };
        }
        let placed = Placed {
            file: mapped.file,
            first_row: self.row,
            first_line: self.line,
            rows: mapped.rows,
            bytes: mapped.bytes,
            value: mapped.value,
        };
        self.row += mapped.rows;
        self.line += mapped.lines;
        placed
    }
}
