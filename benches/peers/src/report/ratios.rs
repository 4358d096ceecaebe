//! How far Spargio is from its targets.

use crate::bound::Bound;
use crate::contestant::Contestant;
use crate::ours;
use crate::report::Report;
use crate::report::figure::{Figure, Format};
use crate::report::table::markdown;
use crate::report::targets::{Of, TARGETS, Target};
use crate::workload::Workload;

/// What a figure is held against in this run.
struct Measure {
    name: String,
    amount: f64,
    in_class: bool,
}

/// A table of all targets of workloads that were tried.
pub fn write(report: &Report) -> String {
    let ours = ours::ALL.each_ref().map(Contestant::name);
    let head = ["target", "held against"].into_iter().chain(ours);
    let tried = report.workloads();
    let rows: Vec<Vec<String>> = TARGETS
        .iter()
        .filter(|target| tried.contains(&target.workload))
        .map(|target| row(report, target, &ours))
        .collect();
    let note = "A figure is a ratio to what stands in the second column. \\*: one of the two is of samples that cannot be compared, and it proves nothing.";
    format!(
        "## Ratios\n\n{}\n{note}\n",
        markdown(&head.collect::<Vec<_>>(), &rows)
    )
}

fn row(report: &Report, target: &Target, ours: &[&str]) -> Vec<String> {
    let measure = measure(report, target);
    let against = measure.as_ref().map(|m| m.name.clone());
    let mut row = vec![words(target), against.unwrap_or_else(|| "nobody".into())];
    for name in ours {
        let standing = report.standing(target.workload, name);
        let cell = standing.figure().zip(measure.as_ref());
        row.push(
            cell.and_then(|(figure, measure)| verdict(target, figure, measure))
                .unwrap_or_else(|| "–".into()),
        );
    }
    row
}

/// `1.6 pass`, `2.4 miss`.
fn verdict(target: &Target, figure: &Figure, measure: &Measure) -> Option<String> {
    let amount = match target.of {
        Of::Byte => figure.resident?,
        _ => figure.median,
    };
    let ratio = amount / measure.amount;
    let verdict = if ratio <= target.most { "pass" } else { "miss" };
    let mark = if figure.in_class && measure.in_class {
        ""
    } else {
        "\\*"
    };
    Some(format!("{} {verdict}{mark}", Format(ratio)))
}

fn words(target: &Target) -> String {
    let title = target.workload.title();
    let most = target.most;
    match target.of {
        Of::Unit => format!("{title}: at most {most} {}", target.workload.unit()),
        Of::Byte => format!("{title}: at most {most} bytes"),
        Of::Bound => format!("{title}: at most {most} × bound"),
        Of::Best(names) => format!("{title}: at most {most} × {}", names.join(", ")),
        Of::BestRival => format!("{title}: at most {most} × the best rival"),
        Of::BestApart => format!("{title}: at most {most} × the best rival with threads apart"),
        Of::BestSleeper => format!("{title}: at most {most} × the best rival that sleeps"),
    }
}

fn measure(report: &Report, target: &Target) -> Option<Measure> {
    let best = |is: &dyn Fn(&str, &Figure) -> bool| best(report, target.workload, is);
    match target.of {
        Of::Bound => best(&|name, _| name == Bound.name()),
        Of::Best(names) => best(&|name, _| names.iter().any(|start| name.starts_with(start))),
        Of::BestRival => best(&|name, _| is_rival(name)),
        Of::BestApart => best(&|name, _| is_rival(name) && !name.ends_with("-workers")),
        Of::BestSleeper => best(&|name, figure| is_rival(name) && sleeps_elsewhere(figure)),
        Of::Unit | Of::Byte => Some(Measure {
            name: "itself".into(),
            amount: 1.0,
            in_class: true,
        }),
    }
}

/// The best of those contestants.
fn best(
    report: &Report,
    workload: Workload,
    is: &dyn Fn(&str, &Figure) -> bool,
) -> Option<Measure> {
    report
        .standings(workload)
        .filter_map(|(name, standing)| Some((name, standing.figure()?.clone())))
        .filter(|(name, figure)| is(name, figure))
        .min_by(|(_, a), (_, b)| a.median.total_cmp(&b.median))
        .map(|(name, figure)| Measure {
            name: format!("{name}, {}", Format(figure.median)),
            amount: figure.median,
            in_class: figure.in_class,
        })
}

fn is_rival(name: &str) -> bool {
    name != Bound.name() && ours::ALL.iter().all(|spargio| spargio.name() != name)
}

/// Whether near and far were on CPUs of their own, and slept: the thread that calls near sleeps for a millisecond before
/// each ask, and who spins takes all of that.
fn sleeps_elsewhere(figure: &Figure) -> bool {
    const CALLER_SLEEPS: f64 = 1e6;
    let has_two = figure.cpus.is_some_and(|(near, far)| near != far);
    has_two && figure.cpu < 0.5 * (CALLER_SLEEPS + figure.median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Measured;
    use crate::report::examples::{absent, in_class, measured, out_of_class, report};
    use crate::sample::Sample;

    fn twice(sample: Sample) -> [Sample; 2] {
        [sample.clone(), sample]
    }

    fn line(samples: impl IntoIterator<Item = [Sample; 2]>, words: &str) -> Vec<String> {
        let text = write(&report(samples.into_iter().flatten().collect()));
        let line = text.lines().find(|line| line.contains(words));
        let line = line.unwrap_or_else(|| panic!("no {words}:\n{text}"));
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().into())
            .collect()
    }

    fn ask(name: &str, nanos: f64) -> [Sample; 2] {
        twice(in_class(Workload::AskAcross, name, nanos))
    }

    #[test]
    fn a_ratio_passes_or_misses() {
        let samples = [
            ask("bound", 100.0),
            ask("spargio-queue", 170.0),
            ask("spargio-lane", 190.0),
        ];
        let cells = line(samples, "1.8 × bound");
        assert_eq!(cells[1..], ["bound, 100", "1.7 pass", "1.9 miss", "–"]);
    }

    #[test]
    fn rivals_are_matched_by_how_their_names_begin() {
        let samples = [
            ask("spargio-0.5.13-queue", 1200.0),
            ask("spargio-0.5.13-uring", 2400.0),
            ask("tokio", 30_000.0),
            ask("tokio-workers", 600.0),
            ask("spargio-queue", 240.0),
        ];
        let cells = line(samples.clone(), "0.25 × spargio-0.5");
        assert_eq!(cells[1..3], ["spargio-0.5.13-queue, 1,200", "0.20 pass"]);
        let cells = line(samples, "0.5 × tokio-workers");
        assert_eq!(cells[1..3], ["tokio-workers, 600", "0.40 pass"]);
    }

    #[test]
    fn rough_figures_are_marked_and_missing_ones_left_open() {
        let rough = twice(out_of_class(Workload::AskAcross, "bound", 100.0));
        let queue = ask("spargio-queue", 100.0);
        let cells = line([rough, queue.clone()], "1.8 × bound");
        assert_eq!(cells[2..], ["1.0 pass\\*", "–", "–"]);
        let cells = line(
            [twice(absent(Workload::AskAcross, "bound")), queue],
            "1.8 × bound",
        );
        assert_eq!(cells[1..], ["nobody", "–", "–", "–"]);
    }

    fn wake(name: &str, nanos: u64, cpu_nanos: u64, cpus: (u32, u32)) -> [Sample; 2] {
        let gauge = Measured {
            nanos,
            cpu_nanos,
            operations: 1,
            resident: None,
            cpus: Some(cpus),
        };
        twice(measured(Workload::Wake, name, gauge))
    }

    #[test]
    fn a_wake_up_is_held_against_those_who_sleep_elsewhere() {
        let samples = [
            wake("spins", 1_000, 2_000_000, (0, 1)),
            wake("shares", 5_000, 20_000, (1, 1)),
            wake("sleeps", 40_000, 60_000, (0, 1)),
            wake("spargio-queue", 42_000, 90_000, (0, 1)),
        ];
        let cells = line(samples, "the best rival that sleeps");
        assert_eq!(cells[1..3], ["sleeps, 40,000", "1.1 pass"]);
    }

    #[test]
    fn memory_is_held_against_bytes() {
        let gauge = Measured {
            nanos: 90,
            cpu_nanos: 90,
            operations: 1,
            resident: Some(300),
            cpus: None,
        };
        let start = twice(measured(Workload::Start, "spargio-queue", gauge));
        assert_eq!(line([start.clone()], "200 bytes")[2], "300 miss");
        assert_eq!(line([start], "100 ns per actor")[2], "90.0 pass");
    }
}
