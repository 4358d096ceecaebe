//! A run as Markdown.

use crate::kv::idle::{CONNECTIONS, SECONDS};
use crate::kv::load::Load;
use crate::kv::report::{Figure, Report};
use crate::kv::server::Kind;
use crate::kv::setting::Setting;
use crate::report::figure::{Format, median, sorted};
use crate::report::table::markdown;
use std::fmt::Write;

/// Stands where there is no figure.
const NONE: &str = "–";

/// A table for each setting, and one of idling.
pub fn write(report: &Report) -> String {
    let machine = &report.machine;
    let mut text = format!(
        "{} ({} CPUs), Linux {}, {}\n{}\n\n",
        machine.cpu, machine.cpus, machine.kernel, machine.rustc, report.version
    );
    for setting in Setting::ALL {
        text += &section(report, setting);
    }
    text + &idle(report)
}

/// The medians of a server at a load, and the spread of its requests a second.
struct Medians {
    rps: f64,
    least: f64,
    most: f64,
    p50: f64,
    p99: f64,
    cpu: f64,
}

impl Medians {
    fn of(figures: &[&Figure]) -> Option<Self> {
        let all = |of: fn(&Figure) -> f64| sorted(figures.iter().map(|figure| of(figure)));
        let rps = all(|figure| figure.rps);
        let (least, most) = (*rps.first()?, *rps.last()?);
        Some(Self {
            rps: median(&rps),
            least,
            most,
            p50: median(&all(|figure| figure.p50)),
            p99: median(&all(|figure| figure.p99)),
            cpu: median(&all(|figure| figure.cpu_nanos as f64)),
        })
    }
}

fn section(report: &Report, setting: Setting) -> String {
    let head = [
        "request",
        "server",
        "requests per s",
        "spread",
        "× redis",
        "p50, ms",
        "p99, ms",
        "server's CPU ns",
        "samples",
    ];
    let mut rows = Vec::new();
    for load in Load::ALL {
        let medians = |kind| Medians::of(&report.figures_of(setting, kind, load));
        let redis = medians(Kind::Redis);
        for kind in Kind::ALL {
            let samples = report.figures_of(setting, kind, load).len();
            let row = medians(kind).map(|kv| row(load, kind, &kv, redis.as_ref(), samples));
            rows.extend(row);
        }
    }
    let lines = report.samples.iter().filter(|s| s.setting == setting);
    let lines = sorted(lines.flat_map(|s| [s.two_lines.0, s.two_lines.1]));
    let mut text = format!("## {}\n\n{}", setting.title(), markdown(&head, &rows));
    if let (Some(least), Some(most)) = (lines.first(), lines.last()) {
        writeln!(text, "\nTwo lines: {least:.0} to {most:.0} ns.").expect("a string takes all");
    }
    for kind in Kind::ALL {
        let failures = report.samples_of(setting, kind).filter_map(|sample| {
            let reason = sample.figures.as_ref().err()?;
            Some(format!("\n{} failed: {reason}\n", kind.name()))
        });
        text.extend(failures);
    }
    text + "\n"
}

fn row(
    load: Load,
    kind: Kind,
    medians: &Medians,
    redis: Option<&Medians>,
    samples: usize,
) -> Vec<String> {
    let verdicts = redis
        .filter(|_| kind != Kind::Redis)
        .map(|redis| verdicts(load, medians, redis));
    let (ratio, p99) = verdicts.unwrap_or_else(|| (NONE.into(), String::new()));
    vec![
        load.title(),
        kind.name().into(),
        Format(medians.rps).to_string(),
        format!("{} to {}", Format(medians.least), Format(medians.most)),
        ratio,
        format!("{:.2}", medians.p50),
        format!("{:.2}{p99}", medians.p99),
        Format(medians.cpu).to_string(),
        samples.to_string(),
    ]
}

/// `1.25 pass`, and what stands behind p99.
fn verdicts(load: Load, kv: &Medians, redis: &Medians) -> (String, String) {
    let verdict = |passes| if passes { "pass" } else { "miss" };
    let ratio = kv.rps / redis.rps;
    (
        format!("{ratio:.2} {}", verdict(ratio >= load.least())),
        format!(" {}", verdict(kv.p99 <= redis.p99)),
    )
}

fn idle(report: &Report) -> String {
    let head = ["server", "ms of CPU time", "spread"];
    let (mut rows, mut failed) = (Vec::new(), String::new());
    for kind in Kind::ALL {
        let mut millis = Vec::new();
        for idle in report.idle.iter().filter(|idle| idle.server == kind) {
            match &idle.cpu_nanos {
                Ok(nanos) => millis.push(*nanos as f64 / 1e6),
                Err(reason) => failed += &format!("\n{} failed: {reason}\n", kind.name()),
            }
        }
        millis.sort_by(f64::total_cmp);
        if let (Some(least), Some(most)) = (millis.first(), millis.last()) {
            rows.push(vec![
                kind.name().into(),
                format!("{:.2}", median(&millis)),
                format!("{least:.2} to {most:.2}"),
            ]);
        }
    }
    format!(
        "## {SECONDS} idle seconds with {CONNECTIONS} open connections\n\n{}{failed}",
        markdown(&head, &rows)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv::load::Asked;
    use crate::kv::report::{Idle, Sample};

    const LOAD: Load = Load {
        asked: Asked::Get,
        pipeline: 16,
    };

    fn sample(server: Kind, rps: f64, p99: f64) -> Sample {
        let figure = Figure {
            load: LOAD,
            rps,
            p50: p99 / 2.0,
            p99,
            cpu_nanos: 900,
        };
        Sample {
            server,
            setting: Setting::Apart,
            two_lines: (100.0, 120.0),
            figures: Ok(vec![figure]),
        }
    }

    fn written(samples: Vec<Sample>, idle: Vec<Idle>) -> String {
        let mut report = Report::new("redis 7".into());
        (report.samples, report.idle) = (samples, idle);
        write(&report)
    }

    fn cells<'a>(text: &'a str, server: &str) -> Vec<&'a str> {
        let line = text.lines().find(|line| line.contains(server));
        let line = line.unwrap_or_else(|| panic!("no {server}:\n{text}"));
        line.trim_matches('|').split('|').map(str::trim).collect()
    }

    #[test]
    fn kv_is_held_against_redis() {
        let text = written(
            vec![
                sample(Kind::Redis, 400_000.0, 4.0),
                sample(Kind::KvQueue, 500_000.0, 4.0),
                sample(Kind::KvUring, 600_000.0, 5.0),
                sample(Kind::KvUring, 620_000.0, 5.0),
            ],
            Vec::new(),
        );
        assert_eq!(cells(&text, "redis-server")[4], NONE);
        let queue = cells(&text, "kv, queue");
        assert_eq!((queue[4], queue[6]), ("1.25 miss", "4.00 pass"));
        let uring = cells(&text, "kv, io_uring");
        assert_eq!(uring[2..5], ["610,000", "600,000 to 620,000", "1.52 pass"]);
        assert_eq!(uring[6..], ["5.00 miss", "900", "2"]);
    }

    #[test]
    fn failures_have_their_reason() {
        let fallen = Sample {
            figures: Err("it fell".into()),
            ..sample(Kind::KvQueue, 1.0, 1.0)
        };
        let idle = |server, cpu_nanos| Idle { server, cpu_nanos };
        let text = written(
            vec![fallen],
            vec![
                idle(Kind::Redis, Ok(2_500_000)),
                idle(Kind::KvUring, Err("too few descriptors".into())),
            ],
        );
        assert!(text.contains("kv, queue failed: it fell"), "{text}");
        assert_eq!(cells(&text, "| redis-server")[1], "2.50");
        let failed = "kv, io_uring failed: too few descriptors";
        assert!(text.contains(failed), "{text}");
    }
}
