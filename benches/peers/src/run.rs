//! A run: samples of every contestant in turn, so that what the machine does meanwhile happens to all of them.

use crate::args::Plan;
use crate::bracket::{self, Class};
use crate::contestant::Contestant;
use crate::load;
use crate::report::figure::{Format, value};
use crate::report::{Entrant, Machine, Report};
use crate::sample::{Outcome, Sample};
use crate::spinners::Spinners;
use crate::workload::Workload;
use std::error::Error;
use std::thread::available_parallelism;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A contestant that fails so often at a workload is not tried again.
const MOST_FAILURES: usize = 2;
/// Who has fewer samples that can be compared gets more of them.
const FEWEST_IN_CLASS: usize = 2;
/// How long that may go on at a workload: five minutes in a whole run.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often to look where the cores are, meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Measures what the plan says. What is measured so far is saved after each workload.
pub fn run(plan: &Plan, contestants: &[&dyn Contestant]) -> Result<Report, Box<dyn Error>> {
    if available_parallelism()?.get() < 2 {
        return Err("near and far need a CPU each, and this process may use but one".into());
    }
    let is_chosen = |c: &&&dyn Contestant| plan.contestants.iter().any(|name| name == c.name());
    let entrants: Vec<Entrant> = contestants
        .iter()
        .filter(is_chosen)
        .map(Entrant::of)
        .collect();
    let mut report = Report {
        machine: Machine::here(),
        entrants,
        samples: Vec::new(),
    };
    let start = Instant::now();
    for (done, &workload) in plan.workloads.iter().enumerate() {
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        eprintln!(
            "{} ({} of {}, {minutes:.1} min so far)",
            workload.name(),
            done + 1,
            plan.workloads.len()
        );
        measure(&mut report, workload, plan.samples)?;
        report.save(&plan.json)?;
    }
    load::clear()?;
    Ok(report)
}

fn measure(report: &mut Report, workload: Workload, samples: usize) -> Result<(), Box<dyn Error>> {
    let _spinners = match workload {
        // Cores that idle are what is measured.
        Workload::Idle => None,
        _ => Some(Spinners::start()?),
    };
    for _ in 0..samples {
        for entrant in 0..report.entrants.len() {
            if is_wanted(&so_far(report, workload, entrant), true) {
                take(report, workload, entrant);
            }
        }
    }
    take_what_is_lacking(report, workload);
    Ok(())
}

/// Gives those who lack samples that can be compared some more, whenever the cores share a cache: they may yet do so.
fn take_what_is_lacking(report: &mut Report, workload: Workload) {
    let until = Instant::now() + PATIENCE;
    loop {
        let is_lacking = |entrant: &usize| is_wanted(&so_far(report, workload, *entrant), false);
        let lacking: Vec<usize> = (0..report.entrants.len()).filter(is_lacking).collect();
        if lacking.is_empty() {
            return;
        }
        for entrant in lacking {
            while Class::of(bracket::measure()) != Class::M && Instant::now() < until {
                sleep(LOOK_AGAIN);
            }
            if Instant::now() >= until {
                return;
            }
            take(report, workload, entrant);
        }
    }
}

fn so_far(report: &Report, workload: Workload, entrant: usize) -> Vec<&Sample> {
    let name = &report.entrants[entrant].name;
    report.samples_of(workload, name).collect()
}

fn take(report: &mut Report, workload: Workload, entrant: usize) {
    let name = &report.entrants[entrant].name;
    let sample = Sample::take(name, workload);
    eprintln!("  {name}: {}", describe(&sample));
    report.samples.push(sample);
}

/// Whether one more sample is worth its time.
fn is_wanted(so_far: &[&Sample], first_rounds: bool) -> bool {
    let is_absent = |sample: &&&Sample| matches!(sample.outcome, Outcome::Absent);
    let has_failed = |sample: &&&Sample| matches!(sample.outcome, Outcome::Failed(_));
    let in_class = |sample: &&&Sample| sample.measured().is_some() && sample.is_in_class();
    let count = |is: &dyn Fn(&&&Sample) -> bool| so_far.iter().filter(is).count();
    count(&is_absent) == 0
        && count(&has_failed) < MOST_FAILURES
        && (first_rounds || count(&in_class) < FEWEST_IN_CLASS)
}

/// A line of progress.
fn describe(sample: &Sample) -> String {
    let what = match &sample.outcome {
        Outcome::Absent => return "has no such thing".into(),
        Outcome::Failed(reason) => format!("failed: {reason}"),
        Outcome::Measured(measured) => {
            let figure = value(sample.workload, measured);
            format!("{} {}", Format(figure), sample.workload.unit())
        }
    };
    let (before, after) = sample.classes;
    format!(
        "{what} (two lines: {before} {:.0}, {after} {:.0} ns)",
        sample.before, sample.after
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::{failed, in_class, out_of_class};

    #[test]
    fn the_first_rounds_are_for_all() {
        let sample = in_class(Workload::Fan, "bound", 10.0);
        assert!(is_wanted(&[], true));
        assert!(is_wanted(&[&sample; 4], true));
    }

    #[test]
    fn more_rounds_are_for_those_who_lack_samples() {
        let good = in_class(Workload::Fan, "bound", 10.0);
        let rough = out_of_class(Workload::Fan, "bound", 10.0);
        assert!(!is_wanted(&[&rough, &good, &good], false));
        assert!(is_wanted(&[&rough, &rough, &good], false));
    }

    #[test]
    fn hopeless_ones_are_left_alone() {
        let failure = failed(Workload::Fan, "bound", "it fell");
        assert!(is_wanted(&[&failure], true));
        assert!(!is_wanted(&[&failure, &failure], true));
        let absent = Sample {
            outcome: Outcome::Absent,
            ..failure
        };
        assert!(!is_wanted(&[&absent], true));
    }
}
