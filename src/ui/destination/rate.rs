//! How fast a run delivers, out of its samples.

use jiff::Timestamp;

use crate::engine::snapshot::Sample;

/// So many points are enough for a plot.
const POINTS: f64 = 60.0;

/// An instant as seconds.
pub(super) fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// Changes per second over the time of the samples: at most about sixty points, each the mean of its part.
pub(super) fn per_second(samples: &[Sample]) -> Vec<[f64; 2]> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return vec![];
    };
    let whole = seconds(last.at) - seconds(first.at);
    let part = (whole / POINTS).max(1.0);
    let mut points = vec![];
    let mut from = first;
    for sample in samples {
        let length = seconds(sample.at) - seconds(from.at);
        if length < part {
            continue;
        }
        let n_settled = sample.n_settled.saturating_sub(from.n_settled);
        #[expect(clippy::cast_precision_loss, reason = "it becomes a point on screen")]
        let rate = n_settled as f64 / length;
        points.push([seconds(from.at) + length / 2.0, rate]);
        from = sample;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(counts: &[(i64, u64)]) -> Vec<Sample> {
        let at = |second| Timestamp::from_second(second).expect("an instant");
        let counts = counts.iter();
        counts
            .map(|(second, n_settled)| Sample {
                at: at(*second),
                n_settled: *n_settled,
            })
            .collect()
    }

    #[test]
    fn a_rate_is_what_was_settled_over_how_long_it_took() {
        let points = per_second(&samples(&[(0, 0), (10, 100), (20, 100)]));
        assert_eq!(points, [[5.0, 10.0], [15.0, 0.0]]);
        assert_eq!(per_second(&[]), Vec::<[f64; 2]>::new());
        assert_eq!(per_second(&samples(&[(3, 5)])), Vec::<[f64; 2]>::new());
    }

    #[test]
    fn many_samples_become_few_points_with_the_same_sum() {
        let counts: Vec<_> = (0..=600_u64)
            .map(|i| (i64::try_from(i).unwrap_or(0), i * 3))
            .collect();
        let points = per_second(&samples(&counts));
        assert!(points.len() <= 61, "{}", points.len());
        assert!(points.iter().all(|[_, rate]| (*rate - 3.0).abs() < 1e-9));
    }
}
