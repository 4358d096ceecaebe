//! Made-up samples for the tests.

use crate::bracket::Class;
use crate::measure::Measured;
use crate::report::{Entrant, Machine, Report};
use crate::sample::{Outcome, Sample};
use crate::workload::Workload;

/// A sample of so many nanoseconds per operation, and half of that in CPU time.
pub fn in_class(workload: Workload, contestant: &str, nanos: f64) -> Sample {
    const OPERATIONS: u64 = 1000;
    let total = nanos * OPERATIONS as f64;
    measured(
        workload,
        contestant,
        Measured {
            nanos: total as u64,
            cpu_nanos: (total / 2.0) as u64,
            operations: OPERATIONS,
            ..Measured::default()
        },
    )
}

pub fn measured(workload: Workload, contestant: &str, measured: Measured) -> Sample {
    Sample {
        contestant: contestant.into(),
        workload,
        before: 100.0,
        after: 120.0,
        classes: (Class::M, Class::M),
        outcome: Outcome::Measured(measured),
    }
}

pub fn out_of_class(workload: Workload, contestant: &str, nanos: f64) -> Sample {
    Sample {
        after: 600.0,
        classes: (Class::M, Class::L),
        ..in_class(workload, contestant, nanos)
    }
}

pub fn failed(workload: Workload, contestant: &str, reason: &str) -> Sample {
    Sample {
        outcome: Outcome::Failed(reason.into()),
        ..in_class(workload, contestant, 0.0)
    }
}

pub fn absent(workload: Workload, contestant: &str) -> Sample {
    Sample {
        outcome: Outcome::Absent,
        ..in_class(workload, contestant, 0.0)
    }
}

/// A run of these samples.
pub fn report(samples: Vec<Sample>) -> Report {
    let mut entrants: Vec<Entrant> = Vec::new();
    for sample in &samples {
        if entrants
            .iter()
            .all(|entrant| entrant.name != sample.contestant)
        {
            let (name, setting) = (sample.contestant.clone(), "as it comes".into());
            entrants.push(Entrant { name, setting });
        }
    }
    let machine = Machine {
        cpu: "a CPU".into(),
        cpus: 2,
        kernel: "6.18".into(),
        rustc: "rustc 1.95".into(),
    };
    Report {
        machine,
        entrants,
        samples,
    }
}
