//! An order that puts similar rows next to each other.

use makespan_model::Order as _;

const ROUNDS: usize = 32;

/// Sorts the rows along the direction in which they differ most: by their scores on the first principal component
/// (Pearson 1901; Jolliffe, *Principal Component Analysis*), highest first, ties in the given order.
///
/// `columns` contains one value per row each, NaN if unknown, which counts as the mean. The component is found by power
/// iteration from a fixed start, so the same rows always get the same order; its sign is chosen such that large values
/// score high. O(rows × columns) for each of a fixed number of iterations, plus a sort.
pub(super) fn alike(columns: &[&[f32]], rows: &[u32]) -> Vec<u32> {
    let means: Vec<f32> = columns
        .iter()
        .map(|column| {
            let known = rows.iter().map(|&r| column[r as usize]).filter(|v| v.is_finite());
            let (sum, n) = known.fold((0.0f64, 0u32), |(sum, n), v| (sum + f64::from(v), n + 1));
            if n > 0 { (sum / f64::from(n)) as f32 } else { 0.0 }
        })
        .collect();
    let centred = |column: usize, row: u32| {
        let v = columns[column][row as usize];
        if v.is_finite() { v - means[column] } else { 0.0 }
    };
    // Uneven, so that it is not orthogonal to a component by accident of symmetry.
    let mut direction: Vec<f32> = (0..columns.len()).map(|c| 1.0 + c as f32 * 0.01).collect();
    let mut scores = vec![0.0f32; rows.len()];
    for _ in 0..ROUNDS {
        for (score, &row) in scores.iter_mut().zip(rows) {
            *score = direction.iter().enumerate().map(|(c, d)| d * centred(c, row)).sum();
        }
        let next: Vec<f32> = (0..columns.len())
            .map(|c| {
                scores.iter().zip(rows).map(|(score, &row)| f64::from(score * centred(c, row))).sum::<f64>()
                    as f32
            })
            .collect();
        let length = next.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt() as f32;
        if !(length > 0.0 && length.is_finite()) {
            return rows.to_vec();
        }
        direction = next.iter().map(|v| v / length).collect();
    }
    let sign = if direction.iter().sum::<f32>() < 0.0 { -1.0 } else { 1.0 };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.order_by(|&a, &b| (sign * scores[b]).total_cmp(&(sign * scores[a])));
    order.into_iter().map(|i| rows[i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_rows_are_adjacent() {
        // Two kinds of row, mixed: high in the first two columns, or low in them. The third column says nothing.
        let a = [0.9, 0.1, 0.8, 0.0, 1.0, f32::NAN];
        let b = [0.8, 0.0, 1.0, 0.1, 0.9, 0.1];
        let c = [0.5; 6];
        let order = alike(&[&a, &b, &c], &[0, 1, 2, 3, 4, 5]);
        let mut high = order[..3].to_vec();
        high.sort_unstable();
        assert_eq!(high, [0, 2, 4]);
        assert_eq!(order, alike(&[&a, &b, &c], &[0, 1, 2, 3, 4, 5]));
        // Nothing to tell them apart: as they came.
        assert_eq!(alike(&[&c], &[3, 1, 2]), [3, 1, 2]);
        assert_eq!(alike(&[], &[3, 1]), [3, 1]);
        assert_eq!(alike(&[&[f32::NAN; 6]], &[3, 1]), [3, 1]);
    }
}
