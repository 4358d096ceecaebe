//! Statistics: of a contestant's samples at a workload, the median and the spread of those that can be compared.

use crate::measure::Measured;
use crate::sample::{Outcome, Sample};
use crate::workload::Workload;
use std::fmt;

/// With fewer samples in class than that, all count, and the figure is marked.
const FEWEST_IN_CLASS: usize = 2;

/// How a contestant did.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    Figure(Figure),
    /// It has no such thing.
    Absent,
    /// No sample came to anything; why the first did not.
    Failed(String),
    /// No sample was taken.
    Untried,
}

/// What its samples came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// In the workload's unit.
    pub median: f64,
    pub least: f64,
    pub most: f64,
    /// The median of CPU nanoseconds per operation.
    pub cpu: f64,
    /// The median of resident bytes.
    pub resident: Option<f64>,
    /// Of the last sample.
    pub cpus: Option<(u32, u32)>,
    /// The least and the most nanoseconds of two lines' round trip, before and after these samples.
    pub bracket: (f64, f64),
    /// How many samples it is of.
    pub samples: usize,
    /// Whether these are in class. If not, it is of all that were measured.
    pub in_class: bool,
    /// How many samples failed.
    pub failed: usize,
}

impl Standing {
    /// How the contestant of these samples did.
    pub fn of(workload: Workload, samples: &[&Sample]) -> Self {
        let failures = samples.iter().filter_map(|sample| match &sample.outcome {
            Outcome::Failed(reason) => Some(reason),
            Outcome::Measured(_) | Outcome::Absent => None,
        });
        let failures: Vec<&String> = failures.collect();
        let measured: Vec<(&Sample, &Measured)> = samples
            .iter()
            .filter_map(|sample| Some((*sample, sample.measured()?)))
            .collect();
        match (&measured[..], &failures[..]) {
            ([], [first, ..]) => Self::Failed(first.to_string()),
            ([], []) if samples.is_empty() => Self::Untried,
            ([], []) => Self::Absent,
            _ => Self::Figure(Figure::of(workload, &measured, failures.len())),
        }
    }

    pub fn figure(&self) -> Option<&Figure> {
        match self {
            Self::Figure(figure) => Some(figure),
            Self::Absent | Self::Failed(_) | Self::Untried => None,
        }
    }
}

impl Figure {
    fn of(workload: Workload, measured: &[(&Sample, &Measured)], failed: usize) -> Self {
        let mut kept = measured.to_vec();
        kept.retain(|(sample, _)| sample.is_in_class());
        let in_class = kept.len() >= FEWEST_IN_CLASS;
        if !in_class {
            kept = measured.to_vec();
        }
        let values = sorted(kept.iter().map(|(_, m)| value(workload, m)));
        let brackets = sorted(kept.iter().flat_map(|(s, _)| [s.before, s.after]));
        let resident = sorted(
            kept.iter()
                .filter_map(|(_, m)| m.resident)
                .map(|b| b as f64),
        );
        Self {
            median: median(&values),
            least: values[0],
            most: values[values.len() - 1],
            cpu: median(&sorted(kept.iter().map(|(_, m)| cpu(m)))),
            resident: (!resident.is_empty()).then(|| median(&resident)),
            cpus: kept.iter().filter_map(|(_, m)| m.cpus).next_back(),
            bracket: (brackets[0], brackets[brackets.len() - 1]),
            samples: kept.len(),
            in_class,
            failed,
        }
    }
}

/// What a sample is compared by, in the workload's unit.
pub fn value(workload: Workload, measured: &Measured) -> f64 {
    match workload {
        Workload::Idle => measured.cpu_nanos as f64 / 1e6,
        Workload::Timers => cpu(measured),
        _ => measured.nanos as f64 / measured.operations as f64,
    }
}

fn cpu(measured: &Measured) -> f64 {
    measured.cpu_nanos as f64 / measured.operations as f64
}

/// In their order.
pub fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The middle of sorted values; of an even number of them, the middle between the two in the middle.
pub fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

/// A figure for people: `0.04`, `8.4`, `137`, `31,400`.
pub struct Format(pub f64);

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            ..0.995 => format!("{:.2}", self.0),
            ..99.5 => format!("{:.1}", self.0),
            _ => grouped(self.0.round() as u64),
        };
        f.pad(&text)
    }
}

fn grouped(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::{absent, failed, in_class, measured, out_of_class};

    fn standing(samples: &[Sample]) -> Standing {
        Standing::of(Workload::Fan, &samples.iter().collect::<Vec<_>>())
    }

    fn figure(samples: &[Sample]) -> Figure {
        standing(samples).figure().expect("a figure").clone()
    }

    fn of(nanos: &[f64]) -> Vec<Sample> {
        nanos
            .iter()
            .map(|&n| in_class(Workload::Fan, "bound", n))
            .collect()
    }

    #[test]
    fn the_median_stands_in_the_middle() {
        let figure = figure(&of(&[30.0, 10.0, 500.0, 20.0, 40.0]));
        assert_eq!(
            (figure.least, figure.median, figure.most),
            (10.0, 30.0, 500.0)
        );
        assert_eq!(
            (figure.cpu, figure.samples, figure.in_class),
            (15.0, 5, true)
        );
        assert_eq!(super::median(&[1.0, 2.0, 4.0, 9.0]), 3.0);
    }

    #[test]
    fn samples_out_of_class_do_not_count() {
        let mut samples = of(&[10.0, 12.0]);
        samples.push(out_of_class(Workload::Fan, "bound", 90.0));
        let figure = figure(&samples);
        assert_eq!(
            (figure.median, figure.most, figure.samples),
            (11.0, 12.0, 2)
        );
        assert_eq!(figure.bracket, (100.0, 120.0));
    }

    #[test]
    fn with_too_few_in_class_all_count_and_it_says_so() {
        let mut samples = of(&[10.0]);
        samples.push(out_of_class(Workload::Fan, "bound", 90.0));
        let figure = figure(&samples);
        assert_eq!(
            (figure.median, figure.samples, figure.in_class),
            (50.0, 2, false)
        );
        assert_eq!(figure.bracket, (100.0, 600.0));
    }

    #[test]
    fn failures_are_counted_beside_figures() {
        let mut samples = of(&[10.0, 10.0]);
        samples.push(failed(Workload::Fan, "bound", "it fell"));
        assert_eq!(figure(&samples).failed, 1);
        assert_eq!(standing(&samples[2..]), Standing::Failed("it fell".into()));
        assert_eq!(
            standing(&[absent(Workload::Fan, "bound")]),
            Standing::Absent
        );
        assert_eq!(standing(&[]), Standing::Untried);
    }

    #[test]
    fn an_idle_process_is_measured_by_its_cpu_time() {
        let gauge = Measured {
            nanos: 3_000_000_000,
            cpu_nanos: 250_000,
            operations: 1,
            ..Measured::default()
        };
        assert_eq!(value(Workload::Idle, &gauge), 0.25);
        let sample = measured(Workload::Idle, "bound", gauge);
        let rough = Sample {
            classes: out_of_class(Workload::Idle, "", 0.0).classes,
            ..sample
        };
        assert!(rough.is_in_class(), "cores that idle may be anywhere");
    }

    #[test]
    fn figures_are_short() {
        let text = |n| Format(n).to_string();
        assert_eq!(
            [0.043, 0.999, 8.44, 99.4, 99.6, 137.4, 31_400.0, 1_002_003.0].map(text),
            [
                "0.04",
                "1.0",
                "8.4",
                "99.4",
                "100",
                "137",
                "31,400",
                "1,002,003"
            ]
        );
    }
}
