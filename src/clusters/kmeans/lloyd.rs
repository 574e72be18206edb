//! Lloyd's passes from given centres: every row to its nearest centre, every centre to the mean of its
//! rows, until no label changes.
//!
//! Which rows a pass looks at, and how, is `pass`; the labels, passes and centres are those of the plain
//! algorithm, to which the tests hold them.

use rayon::prelude::*;

use super::blocks::{LANES, with_width};
use super::pass::{Chunk, Moves, Pass, ROUNDING, Scratch};
use super::rows::{Rows, squared_distance};
use super::sieve::Sieve;
use crate::math::sum::{CHUNK, Sum};

/// When to stop before no label changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    /// Passes at most.
    pub(super) max_iter: u32,
    /// Stop when the squared ways of the centres add up to this or less; negative: never.
    pub(super) shift: f64,
}

/// A finished run, from one start.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Centres, row after row: the means of their rows.
    pub(super) centroids: Vec<f64>,
    /// Cluster of each row.
    pub(super) labels: Vec<u16>,
    /// Rows of each cluster; never 0.
    pub(super) sizes: Vec<u32>,
    /// Sum of the squared distances of the rows to the centre of their cluster.
    pub(super) inertia: f64,
    /// Passes made, counting the last one, in which nothing changed.
    pub(super) passes: u32,
    /// Whether it ended because no label changed, or the centres moved less than asked.
    pub(super) converged: bool,
}

/// Runs Lloyd's passes from the given centres.
///
/// Of equally near centres the first wins. A cluster that loses its last row gets the row farthest from
/// its own centre (the first of equally far ones) out of a cluster with more than one row.
/// Rows must be finite and have at least as many distinct points as there are centres.
pub(super) fn lloyd(rows: Rows<'_>, sieve: &Sieve, start: &[f64], stop: Stop) -> Run {
    let mut state = State::new(rows, sieve, start);
    let mut passes = 0;
    let mut converged = false;
    while passes < stop.max_iter && !converged {
        passes += 1;
        let changed = state.assign();
        let refilled = state.refill_empty();
        if !changed && !refilled {
            return state.finish(passes, true, false);
        }
        converged = state.update() <= stop.shift;
    }
    state.finish(passes, converged, true)
}

/// A run under way.
struct State<'a> {
    rows: Rows<'a>,
    sieve: &'a Sieve,
    k: usize,
    centroids: Vec<f64>,
    /// Cluster of each row; `k` before the first pass.
    labels: Vec<u16>,
    /// The reading of its cluster's `travelled` from which a row has to be looked at again.
    due: Vec<f32>,
    /// How much of the gap of its rows each cluster has used up so far; one more for the label `k`.
    travelled: Vec<f64>,
    /// Rows per cluster.
    counts: Vec<i64>,
    /// Sum of the rows per cluster and column.
    sums: Vec<Sum>,
    /// Per chunk.
    moves: Vec<Moves>,
}

impl<'a> State<'a> {
    fn new(rows: Rows<'a>, sieve: &'a Sieve, start: &[f64]) -> Self {
        let (n, d) = (rows.len(), rows.width());
        let k = start.len() / d;
        Self {
            rows,
            sieve,
            k,
            centroids: start.to_vec(),
            labels: vec![k as u16; n],
            due: vec![f32::NEG_INFINITY; n],
            travelled: vec![0.0; k + 1],
            counts: vec![0; k],
            sums: vec![Sum::default(); k * d],
            moves: vec![Moves::new(k, d); n.div_ceil(CHUNK)],
        }
    }

    /// Gives every row its nearest centre; whether any label changed.
    fn assign(&mut self) -> bool {
        let pass = Pass::new(self.sieve, &self.centroids, &self.travelled);
        let width = self.rows.width();
        let chunks = self
            .rows
            .chunks()
            .zip(self.sieve.rows().chunks())
            .zip(self.labels.par_chunks_mut(CHUNK))
            .zip(self.due.par_chunks_mut(CHUNK))
            .zip(self.moves.par_iter_mut())
            .map(|((((rows, small), labels), due), moves)| Chunk { rows, small, labels, due, moves });
        chunks.for_each_init(
            || Scratch::new(width),
            |scratch, chunk| with_width!(width, D => pass.chunk::<D>(scratch, chunk)),
        );
        self.collect_moves()
    }

    /// Adds up what the chunks changed, in their order; whether there was anything.
    fn collect_moves(&mut self) -> bool {
        let mut changed = false;
        for moves in &mut self.moves {
            changed |= moves.drain_into(&mut self.counts, &mut self.sums);
        }
        changed
    }

    /// Gives each empty cluster one row; whether there was an empty one.
    fn refill_empty(&mut self) -> bool {
        let empty: Vec<usize> = (0..self.k).filter(|&cluster| self.counts[cluster] == 0).collect();
        for &cluster in &empty {
            let Some(row) = self.farthest_row() else { break };
            let from = usize::from(self.labels[row]);
            self.labels[row] = cluster as u16;
            self.due[row] = f32::NEG_INFINITY;
            self.counts[from] -= 1;
            self.counts[cluster] += 1;
            let d = self.rows.width();
            for (column, &value) in self.rows.row(row).iter().enumerate() {
                self.sums[from * d + column].add(-value);
                self.sums[cluster * d + column].add(value);
            }
        }
        !empty.is_empty()
    }

    /// The row farthest from its centre among clusters of two and more; the first of equally far ones.
    fn farthest_row(&self) -> Option<usize> {
        let d = self.rows.width();
        let distance = |row: usize| {
            let cluster = usize::from(self.labels[row]);
            let centre = &self.centroids[cluster * d..][..d];
            (self.counts[cluster] > 1).then(|| (squared_distance(self.rows.row(row), centre), row))
        };
        let farther = |a: (f64, usize), b: (f64, usize)| {
            if b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).is_gt() { b } else { a }
        };
        (0..self.rows.len()).into_par_iter().filter_map(distance).reduce_with(farther).map(|(_, row)| row)
    }

    /// Moves the centres to the means of their rows; the sum of the squared ways.
    fn update(&mut self) -> f64 {
        let d = self.rows.width();
        let mut ways = vec![0.0; self.k];
        let mut shift = 0.0;
        for (cluster, way) in ways.iter_mut().enumerate() {
            let count = self.counts[cluster] as f64;
            let centre = &mut self.centroids[cluster * d..][..d];
            let mut square = 0.0;
            for (old, sum) in centre.iter_mut().zip(&self.sums[cluster * d..]) {
                let new = sum.value() / count;
                square += (new - *old) * (new - *old);
                *old = new;
            }
            *way = square.sqrt();
            shift += square;
        }
        self.travel(&ways);
        shift
    }

    /// Books how much the centres' ways can have narrowed the gap of each cluster's rows.
    fn travel(&mut self, ways: &[f64]) {
        let longest =
            (0..self.k).fold(0, |best, cluster| if ways[cluster] > ways[best] { cluster } else { best });
        let others = ways.iter().enumerate().filter(|&(cluster, _)| cluster != longest);
        let second = others.map(|(_, &way)| way).fold(0.0, f64::max);
        for (cluster, &way) in ways.iter().enumerate() {
            let other = if cluster == longest { second } else { ways[longest] };
            self.travelled[cluster] += (way + other) * (1.0 + ROUNDING) * self.sieve.scale;
        }
    }

    /// Ends the run. If the centres `moved` after the last pass, every row gets its nearest centre once
    /// more, as in scikit-learn.
    fn finish(mut self, passes: u32, converged: bool, moved: bool) -> Run {
        if moved {
            self.assign();
            if self.refill_empty() {
                self.update();
            }
        }
        let Self { rows, labels, centroids, .. } = self;
        let inertia = inertia(rows, &labels, &centroids);
        let sizes = self.counts.iter().map(|&count| count as u32).collect();
        Run { centroids, labels, sizes, inertia, passes, converged }
    }
}

/// The sum of the squared distances of the rows to the centres of their clusters.
fn inertia(rows: Rows<'_>, labels: &[u16], centroids: &[f64]) -> f64 {
    let d = rows.width();
    let chunk = |(rows, labels): (Rows<'_>, &[u16])| -> Sum {
        let squares = |(values, labels): (&[f64], &[u16])| -> f64 {
            let pairs = values.chunks_exact(d).zip(labels);
            pairs.map(|(row, &label)| squared_distance(row, &centroids[usize::from(label) * d..])).sum()
        };
        rows.values().chunks(LANES * d).zip(labels.chunks(LANES)).map(squares).collect()
    };
    let chunks: Vec<Sum> = rows.chunks().zip(labels.par_chunks(CHUNK)).map(chunk).collect();
    chunks.into_iter().collect::<Sum>().value()
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::super::rows::nearest;
    use super::super::seeding::plus_plus;
    use super::*;
    use crate::clusters::golden::{Reference, close, numbers};
    use crate::math::random::{Stream, stream};

    const TO_THE_END: Stop = Stop { max_iter: 1_000, shift: -1.0 };

    fn run(rows: Rows<'_>, start: &[f64], stop: Stop) -> Run {
        lloyd(rows, &Sieve::new(rows, start), start, stop)
    }

    /// The textbook algorithm: all distances, all sums, every time.
    fn plain(rows: Rows<'_>, start: &[f64]) -> (Vec<u16>, u32, Vec<f64>) {
        let (d, k) = (rows.width(), start.len() / rows.width());
        let mut centres = start.to_vec();
        let mut labels = vec![u16::MAX; rows.len()];
        for pass in 1.. {
            let before = labels.clone();
            labels = rows.iter().map(|row| nearest(row, &centres).0 as u16).collect();
            for empty in 0..k {
                if labels.iter().any(|&label| usize::from(label) == empty) {
                    continue;
                }
                let size = |cluster: u16| labels.iter().filter(|&&label| label == cluster).count();
                let distance =
                    |i: usize| squared_distance(rows.row(i), &centres[usize::from(labels[i]) * d..][..d]);
                let farthest = (0..rows.len())
                    .filter(|&i| size(labels[i]) > 1)
                    .reduce(|best, i| if distance(i) > distance(best) { i } else { best });
                labels[farthest.unwrap()] = empty as u16;
            }
            if labels == before {
                return (labels, pass, centres);
            }
            for (cluster, centre) in centres.chunks_mut(d).enumerate() {
                let members: Vec<&[f64]> = rows
                    .iter()
                    .zip(&labels)
                    .filter(|&(_, &l)| usize::from(l) == cluster)
                    .map(|(row, _)| row)
                    .collect();
                for (column, c) in centre.iter_mut().enumerate() {
                    *c =
                        members.iter().map(|row| row[column]).collect::<Sum>().value() / members.len() as f64;
                }
            }
        }
        unreachable!("no end to the passes")
    }

    /// Rows around a few centres; `grain` above 0 rounds to its multiples, which makes many equal.
    fn blobs(n: usize, d: usize, grain: f64, random: &mut Stream) -> Vec<f64> {
        let centres: Vec<f64> = (0..6 * d).map(|_| random.unit() * 8.0).collect();
        let mut values = Vec::with_capacity(n * d);
        for _ in 0..n {
            let centre = random.below(6) * d;
            for column in 0..d {
                let x = centres[centre + column] + random.unit() + random.unit() + random.unit();
                values.push(if grain > 0.0 { (x / grain).round() * grain } else { x });
            }
        }
        values
    }

    #[test]
    fn given_starts_end_where_the_reference_ends() {
        for reference in Reference::all() {
            let rows = Rows::new(&reference.values, reference.d).unwrap();
            for k in 2..=8 {
                let expected = &reference.k(k)["fixed_init"];
                let found = run(rows, &reference.rows(&expected["rows_0based"]), TO_THE_END);
                let name = format!("{} k = {k}", reference.name);
                assert_eq!(u64::from(found.passes), expected["passes"].as_u64().unwrap(), "{name}");
                let sizes: Vec<f64> = found.sizes.iter().map(|&size| f64::from(size)).collect();
                assert_eq!(sizes, numbers(&expected["sizes"]), "{name}");
                assert!(close(&found.centroids, &numbers(&expected["centroids"]), 1e-9), "{name}");
                assert!(close(&[found.inertia], &numbers(&expected["inertia"]), 1e-9), "{name}");
                assert!(found.converged);
            }
        }
    }

    #[test]
    fn bounds_and_single_precision_change_nothing() {
        let mut random = stream(5, "bounds");
        for case in 0..120 {
            let (d, k) = (1 + case % 11, 1 + random.below(9));
            let n = k * 4 + random.below(9_000);
            let grain = [0.0, 0.5, 1.0][case % 3];
            let values = blobs(n, d, grain, &mut random);
            let rows = Rows::new(&values, d).unwrap();
            if rows.distinct(k) < k {
                continue;
            }
            let start = plus_plus(rows, k, &mut random);
            let (labels, passes, centres) = plain(rows, &start);
            let found = run(rows, &start, TO_THE_END);
            assert_eq!(found.labels, labels, "case {case}");
            assert_eq!(found.passes, passes, "case {case}");
            assert!(close(&found.centroids, &centres, 1e-14), "case {case}");
        }
    }

    #[test]
    fn far_from_the_origin_the_labels_are_still_exact() {
        let mut random = stream(6, "far");
        let near = blobs(3_000, 3, 0.0, &mut random);
        let far: Vec<f64> = near.iter().map(|x| x * 1e-3 + 1e6).collect();
        let rows = Rows::new(&far, 3).unwrap();
        let start = plus_plus(rows, 5, &mut random);
        let found = run(rows, &start, TO_THE_END);
        assert_eq!((found.labels, found.passes, found.centroids), plain(rows, &start));
    }

    #[test]
    fn a_giant_beside_small_rows_leaves_the_decision_to_double_precision() {
        let mut random = stream(7, "giant");
        let mut values = blobs(2_000, 2, 0.0, &mut random);
        values.extend([1e12, -1e12]);
        let rows = Rows::new(&values, 2).unwrap();
        let start = plus_plus(rows, 6, &mut random);
        let found = run(rows, &start, TO_THE_END);
        assert_eq!((found.labels, found.passes, found.centroids), plain(rows, &start));
    }

    #[test]
    fn an_empty_cluster_takes_the_farthest_row() {
        // both centres start left of all rows; the second gets none and takes 10, the farthest
        let values = [1.0, 2.0, 3.0, 10.0];
        let rows = Rows::new(&values, 1).unwrap();
        let found = run(rows, &[0.0, -5.0], TO_THE_END);
        assert_eq!(found.labels, [0, 0, 0, 1]);
        assert_eq!(found.centroids, [2.0, 10.0]);
        assert_eq!((found.inertia, found.passes), (2.0, 2));
    }

    #[test]
    fn equally_near_centres_go_to_the_first() {
        let values = [0.0, 1.0, 2.0];
        let found = run(Rows::new(&values, 1).unwrap(), &[0.0, 2.0], Stop { max_iter: 1, shift: -1.0 });
        // 1 belongs to the first centre: the means after the pass are 0.5 and 2
        assert_eq!(found.centroids, [0.5, 2.0]);
        let found = run(Rows::new(&values, 1).unwrap(), &[2.0, 0.0], Stop { max_iter: 1, shift: -1.0 });
        assert_eq!(found.centroids, [1.5, 0.0]);
    }

    #[test]
    fn inertia_never_rises_between_passes() {
        let mut random = stream(8, "inertia");
        let values = blobs(5_000, 3, 0.0, &mut random);
        let rows = Rows::new(&values, 3).unwrap();
        let start = plus_plus(rows, 7, &mut random);
        let after = |max_iter| run(rows, &start, Stop { max_iter, shift: -1.0 }).inertia;
        let curve: Vec<f64> = (1..30).map(after).collect();
        assert!(curve.windows(2).all(|pair| pair[1] <= pair[0] * (1.0 + 1e-14)), "{curve:?}");
    }

    #[test]
    fn unfinished_runs_say_so_and_label_by_their_centres() {
        let mut random = stream(9, "unfinished");
        let values = blobs(5_000, 2, 0.0, &mut random);
        let rows = Rows::new(&values, 2).unwrap();
        let start = plus_plus(rows, 6, &mut random);
        let found = run(rows, &start, Stop { max_iter: 2, shift: -1.0 });
        assert!(!found.converged);
        assert_eq!(found.passes, 2);
        let labels: Vec<u16> = rows.iter().map(|row| nearest(row, &found.centroids).0 as u16).collect();
        assert_eq!(found.labels, labels);
    }

    #[test]
    fn the_thread_count_does_not_change_the_bytes() {
        let mut random = stream(10, "threads");
        let values = blobs(40_000, 3, 0.0, &mut random);
        let rows = Rows::new(&values, 3).unwrap();
        let start = plus_plus(rows, 7, &mut random);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| run(rows, &start, TO_THE_END));
            let bits: Vec<u64> = found.centroids.iter().map(|c| c.to_bits()).collect();
            (bits, found.inertia.to_bits(), found.labels, found.passes)
        };
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(3));
    }
}
