//! A run as Markdown.

use crate::bound::Bound;
use crate::contestant::Contestant;
use crate::report::Report;
use crate::report::figure::{Figure, Format, Standing};
use crate::workload::Workload;
use std::fmt::Write;

/// Stands where there is no figure.
const NONE: &str = "–";
/// Behind figures that are of all samples, for want of such as can be compared.
const ROUGH: &str = "\\*";

/// All tables but the ratios.
pub fn write(report: &Report) -> String {
    let machine = &report.machine;
    let mut text = format!(
        "{} ({} CPUs), Linux {}, {}\n\n",
        machine.cpu, machine.cpus, machine.kernel, machine.rustc
    );
    text += &summary(report);
    for workload in report.workloads() {
        text += &section(report, workload);
    }
    text + &settings(report)
}

/// Every median: a row for each workload, a column for each contestant.
fn summary(report: &Report) -> String {
    let names = report.entrants.iter().map(|entrant| entrant.name.as_str());
    let head: Vec<&str> = ["medians"].into_iter().chain(names).collect();
    let row = |workload: Workload| {
        let title = format!("{}, {}", workload.title(), workload.unit());
        let cells = report
            .standings(workload)
            .map(|(_, standing)| match standing {
                Standing::Figure(figure) => marked(&figure),
                Standing::Absent => NONE.into(),
                Standing::Failed(_) => "failed".into(),
                Standing::Untried => String::new(),
            });
        [title].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = report.workloads().into_iter().map(row).collect();
    let note =
        "of all samples, as fewer than two had two cores that share a cache before and after.";
    format!(
        "## Summary\n\n{}\n{ROUGH} {note}\n\n",
        markdown(&head, &rows)
    )
}

fn marked(figure: &Figure) -> String {
    let mark = if figure.in_class { "" } else { ROUGH };
    format!("{}{mark}", Format(figure.median))
}

/// A workload's table, the best first.
fn section(report: &Report, workload: Workload) -> String {
    let bound = report.standing(workload, Bound.name());
    let bound = bound.figure().map(|bound| bound.median);
    let mut figures = Vec::new();
    let (mut absent, mut failed) = (Vec::new(), String::new());
    for (name, standing) in report.standings(workload) {
        match standing {
            Standing::Figure(figure) => figures.push((name, figure)),
            Standing::Absent => absent.push(name),
            Standing::Failed(reason) => {
                writeln!(failed, "\n{name} failed: {reason}").expect("a string takes all");
            }
            Standing::Untried => {}
        }
    }
    figures.sort_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
    let rows: Vec<Vec<String>> = figures
        .iter()
        .map(|(name, figure)| row(workload, name, figure, bound))
        .collect();
    let mut text = format!(
        "## {}\n\n{}",
        workload.title(),
        used(&columns(workload), rows)
    );
    if !absent.is_empty() {
        writeln!(text, "\nHave no such thing: {}.", absent.join(", ")).expect("a string takes all");
    }
    text + &failed + "\n"
}

fn columns(workload: Workload) -> [&'static str; 9] {
    [
        "contestant",
        workload.unit(),
        "spread",
        "× bound",
        "CPU ns",
        "bytes",
        "on CPUs",
        "samples",
        "two lines, ns",
    ]
}

/// A cell is empty where the column does not apply.
fn row(workload: Workload, name: &str, figure: &Figure, bound: Option<f64>) -> Vec<String> {
    // That of an idle process is not compared.
    let times = bound
        .filter(|_| !workload.is_of_cpu_time())
        .map(|bound| figure.median / bound);
    let cpu = (!workload.is_of_cpu_time()).then_some(figure.cpu);
    let format = |number: Option<f64>| number.map(|n| Format(n).to_string()).unwrap_or_default();
    let cpus = figure.cpus.map(|(near, far)| format!("{near}, {far}"));
    let all = if figure.in_class { "" } else { "all " };
    let failed = match figure.failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    vec![
        name.into(),
        marked(figure),
        format!("{} to {}", Format(figure.least), Format(figure.most)),
        format(times),
        format(cpu),
        format(figure.resident),
        cpus.unwrap_or_default(),
        format!("{all}{}{failed}", figure.samples),
        format!("{:.0} to {:.0}", figure.bracket.0, figure.bracket.1),
    ]
}

/// A table of those columns in which there is something.
fn used(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let is_used = |column: &usize| rows.iter().any(|row| !row[*column].is_empty());
    let used: Vec<usize> = (0..head.len()).filter(is_used).collect();
    let head: Vec<&str> = used.iter().map(|&column| head[column]).collect();
    let pick = |row: &Vec<String>| used.iter().map(|&column| row[column].clone()).collect();
    markdown(&head, &rows.iter().map(pick).collect::<Vec<_>>())
}

/// How each contestant was set up.
fn settings(report: &Report) -> String {
    let row =
        |entrant: &crate::report::Entrant| vec![entrant.name.clone(), entrant.setting.clone()];
    let rows: Vec<Vec<String>> = report.entrants.iter().map(row).collect();
    format!(
        "## Contestants\n\n{}",
        markdown(&["contestant", "setting"], &rows)
    )
}

/// A table in Markdown.
pub fn markdown(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(head) + &line(&vec!["---"; head.len()]);
    for row in rows {
        text += &line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Measured;
    use crate::report::examples::{absent, failed, in_class, measured, out_of_class, report};

    /// The cells of a line.
    fn cells<'a>(text: &'a str, first: &str) -> Vec<&'a str> {
        let starts = format!("| {first} |");
        let line = text.lines().find(|line| line.starts_with(&starts));
        let line = line.unwrap_or_else(|| panic!("no line of {first}:\n{text}"));
        line.trim_matches('|').split('|').map(str::trim).collect()
    }

    #[test]
    fn figures_can_be_read_back() {
        let fan = |name, nanos| in_class(Workload::Fan, name, nanos);
        let samples = vec![
            fan("slow", 31_400.0),
            fan("slow", 31_600.0),
            fan("bound", 10.0),
            fan("bound", 10.0),
            out_of_class(Workload::Fan, "rough", 500.0),
            absent(Workload::Fan, "none"),
            failed(Workload::Fan, "broken", "it fell"),
        ];
        let text = section(&report(samples), Workload::Fan);
        let head = [
            "contestant",
            "ns per ask",
            "spread",
            "× bound",
            "CPU ns",
            "samples",
            "two lines, ns",
        ];
        assert_eq!(cells(&text, "contestant"), head);
        let slow = [
            "slow",
            "31,500",
            "31,400 to 31,600",
            "3,150",
            "15,750",
            "2",
            "100 to 120",
        ];
        assert_eq!(cells(&text, "slow"), slow);
        assert_eq!(cells(&text, "rough")[5], "all 1");
        assert_eq!(cells(&text, "rough")[1], "500\\*");
        let order = ["| bound", "| rough", "| slow"].map(|name| text.find(name));
        assert!(order.is_sorted(), "{text}");
        assert!(text.contains("Have no such thing: none."), "{text}");
        assert!(text.contains("broken failed: it fell"), "{text}");
    }

    #[test]
    fn columns_are_those_that_apply() {
        let gauge = Measured {
            nanos: 5_000,
            cpu_nanos: 5_000,
            operations: 100,
            resident: Some(103),
            cpus: None,
        };
        let start = report(vec![measured(Workload::Start, "bound", gauge)]);
        let text = section(&start, Workload::Start);
        assert_eq!(cells(&text, "contestant")[5], "bytes");
        assert_eq!(cells(&text, "bound")[5], "103");
        let idle = report(vec![in_class(Workload::Idle, "bound", 10.0)]);
        let text = section(&idle, Workload::Idle);
        let head = [
            "contestant",
            "ms of CPU time",
            "spread",
            "samples",
            "two lines, ns",
        ];
        assert_eq!(cells(&text, "contestant"), head);
    }

    #[test]
    fn the_summary_has_everybody() {
        let samples = vec![
            in_class(Workload::Fan, "bound", 10.0),
            in_class(Workload::Wake, "bound", 9000.0),
            absent(Workload::Wake, "kameo"),
        ];
        let text = summary(&report(samples));
        assert_eq!(cells(&text, "medians"), ["medians", "bound", "kameo"]);
        assert_eq!(
            cells(&text, "64 actors asked at once, ns per ask")[1..],
            ["10.0\\*", ""]
        );
        assert_eq!(
            cells(&text, "Ask when both sides sleep, ns per ask")[1..],
            ["9,000\\*", NONE]
        );
    }
}
