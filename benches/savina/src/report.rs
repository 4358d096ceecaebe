//! The report: a Markdown table of medians, and every sample as JSON.

use crate::benchmark::Benchmark;
use crate::contestant::Contestant;
use crate::measure::Sample;
use crate::options::Options;
use crate::params::Scale;
use std::fmt::Write;
use std::time::Duration;

pub(crate) struct Report {
    iterations: usize,
    backend: &'static str,
    scale: Scale,
    rows: Vec<Benchmark>,
    columns: Vec<Contestant>,
    cells: Vec<Cell>,
}

/// What came of one benchmark on one contestant.
struct Cell {
    benchmark: Benchmark,
    contestant: Contestant,
    samples: Vec<Sample>,
    failures: Vec<String>,
}

impl Report {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            iterations: options.iterations,
            backend: options.door.name(),
            scale: options.scale,
            rows: options.benchmarks().collect(),
            columns: options.contestants().collect(),
            cells: Vec::new(),
        }
    }

    pub(crate) fn add(
        &mut self,
        benchmark: Benchmark,
        contestant: Contestant,
        outcome: Result<Sample, String>,
    ) {
        let position = self.position(benchmark, contestant).unwrap_or_else(|| {
            self.cells.push(Cell {
                benchmark,
                contestant,
                samples: Vec::new(),
                failures: Vec::new(),
            });
            self.cells.len() - 1
        });
        let cell = &mut self.cells[position];
        match outcome {
            Ok(sample) => cell.samples.push(sample),
            Err(failure) => {
                eprintln!("{} on {contestant} failed: {failure}", benchmark.name());
                cell.failures.push(failure);
            }
        }
    }

    pub(crate) fn has_failures(&self) -> bool {
        self.cells.iter().any(|cell| !cell.failures.is_empty())
    }

    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "{} samples each; ms: median (quartiles), CPU median. Spargio's backend: {}.{}\n\n| benchmark |",
            self.iterations,
            self.backend,
            match self.scale {
                Scale::Full => "",
                Scale::Small => " Small parameters: the times say nothing.",
            }
        );
        for column in &self.columns {
            _ = write!(table, " {column} |");
        }
        table.push_str("\n|---|");
        table.push_str(&"---|".repeat(self.columns.len()));
        for &row in &self.rows {
            _ = write!(table, "\n| {} |", row.name());
            for &column in &self.columns {
                let cell = self.position(row, column).map(|at| self.cells[at].text());
                _ = write!(table, " {} |", cell.as_deref().unwrap_or("-"));
            }
        }
        table
    }

    pub(crate) fn json(&self) -> String {
        let scale = match self.scale {
            Scale::Full => "full",
            Scale::Small => "small",
        };
        let results: Vec<String> = self.cells.iter().map(Cell::json).collect();
        format!(
            "{{\n  \"iterations\": {},\n  \"backend\": \"{}\",\n  \"scale\": \"{scale}\",\n  \"results\": [\n{}\n  ]\n}}\n",
            self.iterations,
            self.backend,
            results.join(",\n")
        )
    }

    fn position(&self, benchmark: Benchmark, contestant: Contestant) -> Option<usize> {
        let here = |cell: &Cell| cell.benchmark == benchmark && cell.contestant == contestant;
        self.cells.iter().position(here)
    }
}

impl Cell {
    /// The times of all samples, in milliseconds, the shortest first.
    fn sorted(&self, of: fn(&Sample) -> Duration) -> Vec<f64> {
        let mut times: Vec<f64> = self.samples.iter().map(|it| ms(of(it))).collect();
        times.sort_by(f64::total_cmp);
        times
    }

    fn text(&self) -> String {
        let (wall, cpu) = (self.sorted(|it| it.wall), self.sorted(|it| it.cpu));
        let mut text = String::new();
        if !wall.is_empty() {
            let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| quantile(&wall, share));
            let cpu = quantile(&cpu, 0.5);
            _ = write!(text, "{middle:.1} ({low:.1}-{high:.1}), CPU {cpu:.1}");
        }
        if !self.failures.is_empty() {
            _ = write!(text, " {} failed", self.failures.len());
        }
        text
    }

    fn json(&self) -> String {
        let times = |of: fn(&Sample) -> Duration| {
            let times: Vec<String> = self
                .samples
                .iter()
                .map(|it| format!("{:.4}", ms(of(it))))
                .collect();
            times.join(", ")
        };
        let failures: Vec<String> = self.failures.iter().map(|it| quoted(it)).collect();
        format!(
            "    {{\"benchmark\": \"{}\", \"framework\": \"{}\", \"threads\": {}, \"wall_ms\": [{}], \"cpu_ms\": [{}], \"failures\": [{}]}}",
            self.benchmark.name(),
            self.contestant.framework.name(),
            self.contestant.threads,
            times(|it| it.wall),
            times(|it| it.cpu),
            failures.join(", ")
        )
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The value below which this share of sorted values lies, between two of them if need be.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * place.fract()
}

/// A text as JSON has it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character < ' ' => _ = write!(quoted, "\\u{:04x}", character as u32),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{quantile, quoted};

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.5), 3.0);
        assert_eq!(quantile(&[7.0], 0.75), 7.0);
    }

    #[test]
    fn text_is_quoted() {
        assert_eq!(quoted("a \"b\"\n\\"), r#""a \"b\"\u000a\\""#);
    }
}
