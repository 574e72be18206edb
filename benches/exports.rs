//! The transaction exports of a company, taken apart as a run takes them apart.

use std::sync::Arc;

use moshtari::Config;
use moshtari::facts::Facts;
use moshtari::ingest::block::Block;
use moshtari::ingest::source::{Piece, Request};
use moshtari::ingest::transactions::{Limit, TransactionReader};
use moshtari::zone::Zone;

/// Opened exports.
pub(crate) struct Exports {
    pub(crate) reader: TransactionReader,
    requests: Vec<Request>,
}

impl Exports {
    pub(crate) fn open(config: &Config) -> Arc<Self> {
        let transactions = config.transactions.as_ref().expect("the generator writes transactions");
        let reader = TransactionReader::open(transactions, &config.base, Zone::utc(), Limit::None)
            .expect("the generator writes exports that can be read");
        let wanted = reader.plan.main_columns();
        let requests = reader.plan.files.iter().map(|file| file.request(wanted)).collect::<Result<_, _>>();
        let requests = requests.expect("the columns are there");
        Arc::new(Self { reader, requests })
    }

    /// The pieces of every file, as the reading thread hands them over.
    pub(crate) fn pieces(&self) -> Vec<(usize, Piece)> {
        let mut pieces = Vec::new();
        for (index, file) in self.reader.plan.files.iter().enumerate() {
            let all = file.pieces(&mut |piece| {
                pieces.push((index, piece));
                true
            });
            all.expect("the file is whole");
        }
        pieces
    }

    /// The fields of pieces.
    pub(crate) fn blocks(&self, pieces: Vec<(usize, Piece)>) -> Vec<Block> {
        let files = &self.reader.plan.files;
        let block = |(index, piece): (usize, Piece)| files[index].block(piece, &self.requests[index]);
        pieces.into_iter().map(block).collect::<Result<_, _>>().expect("the pieces are whole")
    }

    /// Accepted rows of every piece.
    pub(crate) fn facts(&self) -> Vec<Facts> {
        let read = |block| self.reader.read(block).expect("the export has one currency").facts;
        self.blocks(self.pieces()).into_iter().map(read).collect()
    }
}
