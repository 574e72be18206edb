//! Drives files through workers: one thread reads and cuts, all threads split and map, results come back in
//! the order of the files.

use std::sync::mpsc::sync_channel;

use rayon::prelude::*;

use super::block::Block;
use super::source::{OpenFile, Piece};
use crate::Result;

/// Work mapped at a time for each thread, in pieces of text; as many again wait to be mapped. Enough that threads
/// seldom wait for one another, few enough that what they made is still in cache when it is taken in.
const WORK_PER_THREAD: usize = 8;

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
/// `map` sees one block; `sink` gets batches of results in order and runs on the calling thread.
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
        let (sender, receiver) = sync_channel::<Result<(usize, Piece)>>(at_once);
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
        let mut place = Place { file: usize::MAX, row: 0, line: 0 };
        loop {
            let (mut batch, mut work) = (Vec::with_capacity(at_once), 0);
            while work < at_once {
                let Ok(piece) = receiver.recv() else { break };
                let piece = piece?;
                work += piece.1.work();
                batch.push(piece);
            }
            if batch.is_empty() {
                return Ok(());
            }
            let mapped: Vec<Result<Vec<Mapped<T>>>> = batch
                .into_par_iter()
                .map(|(file, piece)| {
                    let (mut bytes, mut mapped) = (files[file].bytes_of(&piece), Vec::new());
                    files[file].blocks(piece, &requests[file], &mut |block| {
                        let (rows, lines) = (block.rows as u64, block.line_count);
                        let value = map(file, block)?;
                        mapped.push(Mapped { file, rows, lines, bytes: std::mem::take(&mut bytes), value });
                        Ok(())
                    })?;
                    Ok(mapped)
                })
                .collect();
            let mut placed = Vec::with_capacity(mapped.len());
            for mapped in mapped {
                placed.extend(mapped?.into_iter().map(|m| place.next(m, files)));
            }
            sink(placed)?;
        }
    })
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
