//! Partners at the smallest total cost.

/// Pairs rows with columns so that the sum of their costs is smallest (Kuhn 1955; shortest augmenting paths
/// with potentials, Jonker & Volgenant 1987). O(rows² · columns) for rows ≤ columns.
///
/// `cost` has one row per element of the one side, all of one length, every value finite. Returns the column of
/// each row; with more rows than columns some rows stay alone. Of several assignments of the same cost the one
/// found depends on the order of rows and columns only.
pub fn assign(cost: &[Vec<f64>]) -> Vec<Option<usize>> {
    let (rows, columns) = (cost.len(), cost.first().map_or(0, Vec::len));
    if rows <= columns {
        return pair(rows, columns, &|row, column| cost[row][column]).into_iter().map(Some).collect();
    }
    let mut of_row = vec![None; rows];
    for (column, row) in pair(columns, rows, &|column, row| cost[row][column]).into_iter().enumerate() {
        of_row[row] = Some(column);
    }
    of_row
}

/// The column of each row; `rows` ≤ `columns`.
fn pair(rows: usize, columns: usize, cost: &dyn Fn(usize, usize) -> f64) -> Vec<usize> {
    // Index 0 is nobody: u and v are the potentials of rows and columns from 1 on.
    let (mut u, mut v) = (vec![0.0; rows + 1], vec![0.0; columns + 1]);
    let mut row_of = vec![0; columns + 1];
    for row in 1..=rows {
        row_of[0] = row;
        let (mut least, mut before) = (vec![f64::INFINITY; columns + 1], vec![0; columns + 1]);
        let mut done = vec![false; columns + 1];
        let mut at = 0;
        while row_of[at] != 0 {
            done[at] = true;
            let here = row_of[at];
            let (mut delta, mut next) = (f64::INFINITY, 0);
            for column in (1..=columns).filter(|column| !done[*column]) {
                let reduced = cost(here - 1, column - 1) - u[here] - v[column];
                if reduced < least[column] {
                    (least[column], before[column]) = (reduced, at);
                }
                if least[column] < delta {
                    (delta, next) = (least[column], column);
                }
            }
            for column in 0..=columns {
                if done[column] {
                    u[row_of[column]] += delta;
                    v[column] -= delta;
                } else {
                    least[column] -= delta;
                }
            }
            at = next;
        }
        while at != 0 {
            row_of[at] = row_of[before[at]];
            at = before[at];
        }
    }
    let mut of_row = vec![0; rows];
    for column in 1..=columns {
        if row_of[column] > 0 {
            of_row[row_of[column] - 1] = column - 1;
        }
    }
    of_row
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn total(cost: &[Vec<f64>], pairs: &[Option<usize>]) -> f64 {
        cost.iter().zip(pairs).filter_map(|(row, column)| column.map(|column| row[column])).sum()
    }

    #[test]
    fn the_vectors_cost_what_they_should() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/hungarian_vectors.json"));
        let vectors: Vec<Value> = serde_json::from_str(text).unwrap();
        for vector in &vectors {
            let cost: Vec<Vec<f64>> = serde_json::from_value(vector["cost"].clone()).unwrap();
            let pairs = assign(&cost);
            let expected = vector["total"].as_f64().unwrap();
            assert!((total(&cost, &pairs) - expected).abs() < 1e-12, "{vector}");
            let mut columns: Vec<usize> = pairs.iter().flatten().copied().collect();
            assert_eq!(columns.len(), cost.len().min(cost[0].len()));
            columns.sort_unstable();
            columns.dedup();
            assert_eq!(columns.len(), cost.len().min(cost[0].len()), "nobody has two partners");
        }
    }

    #[test]
    fn the_best_of_all_permutations_of_three() {
        let cost = vec![vec![3.0, 1.0, 2.0], vec![1.0, 1.0, 4.0], vec![2.0, 5.0, 0.5]];
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let sums = orders.iter().map(|order| (0..3).map(|row| cost[row][order[row]]).sum::<f64>());
        let best = sums.fold(f64::INFINITY, f64::min);
        assert!((total(&cost, &assign(&cost)) - best).abs() < 1e-12);
    }

    #[test]
    fn nobody_to_pair() {
        assert!(assign(&[]).is_empty());
        assert_eq!(assign(&[vec![], vec![]]), [None, None]);
    }
}
