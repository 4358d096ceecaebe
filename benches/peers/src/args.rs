//! The command line.

use crate::kv;
use crate::workload::Workload;
use std::path::PathBuf;

/// What is wanted.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Nothing but options: measure.
    Run(Plan),
    /// One sample, in this process.
    Sample {
        contestant: String,
        workload: Workload,
        operations: Option<u64>,
    },
    /// Keeps a CPU awake for a run.
    Spin {
        cpu: usize,
        parent: u32,
    },
    Table {
        json: PathBuf,
    },
    Chart {
        json: PathBuf,
        svg: Option<PathBuf>,
    },
    /// The example `kv` beside `redis-server`.
    Kv(kv::Plan),
    KvTable {
        json: PathBuf,
    },
    Help,
}

/// What a run measures, and where it puts that.
#[derive(Debug, PartialEq)]
pub struct Plan {
    pub workloads: Vec<Workload>,
    pub contestants: Vec<String>,
    pub samples: usize,
    pub json: PathBuf,
    pub svg: Option<PathBuf>,
}

pub const HELP: &str = "\
spargio-peers [--workload W..] [--contestant C..] [--samples N] [--json PATH] [--svg PATH]
    measures, all by default, and prints tables; N is 5 and PATH peers.json by default
spargio-peers table JSON
    prints the tables of an earlier run
spargio-peers chart JSON [--svg PATH]
    draws an earlier run, to the standard output by default
spargio-peers sample CONTESTANT WORKLOAD [OPERATIONS]
    takes one sample in this process and prints it as JSON
spargio-peers kv --kv PATH [--samples N] [--json PATH]
    measures the example kv, whose program is at PATH, beside redis-server; N is 5 and the other PATH kv.json by default
spargio-peers kv table JSON
    prints the tables of an earlier run of that";

/// Reads the command line, without the program's name.
pub fn parse(words: &[String], contestants: &[&str]) -> Result<Command, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["help" | "--help" | "-h", ..] => Ok(Command::Help),
        ["sample", name, workload, ref rest @ ..] => Ok(Command::Sample {
            contestant: contestant(name, contestants)?,
            workload: self::workload(workload)?,
            operations: match rest {
                [] => None,
                [operations] => Some(number(operations)?),
                [_, surplus, ..] => return Err(format!("`{surplus}` is too much")),
            },
        }),
        ["spin", cpu, parent] => Ok(Command::Spin {
            cpu: number(cpu)?,
            parent: number(parent)?,
        }),
        ["table", json] => Ok(Command::Table { json: json.into() }),
        ["chart", json] => Ok(Command::Chart {
            json: json.into(),
            svg: None,
        }),
        ["chart", json, "--svg", svg] => Ok(Command::Chart {
            json: json.into(),
            svg: Some(svg.into()),
        }),
        ["kv", "table", json] => Ok(Command::KvTable { json: json.into() }),
        ["kv", ref options @ ..] => kv::parse(options)
            .map(Command::Kv)
            .map_err(|error| format!("{error}:\n{HELP}")),
        [command @ ("sample" | "spin" | "table" | "chart"), ..] => {
            Err(format!("`{command}` takes other arguments:\n{HELP}"))
        }
        _ => plan(&words, contestants).map(Command::Run),
    }
}

/// Reads the options of a run.
fn plan(words: &[&str], contestants: &[&str]) -> Result<Plan, String> {
    let (mut workloads, mut chosen) = (Vec::new(), Vec::new());
    let (mut samples, mut json, mut svg) = (5, PathBuf::from("peers.json"), None);
    let mut words = words.iter().copied().peekable();
    while let Some(option) = words.next() {
        let value = words.next_if(|word| !word.starts_with("--"));
        let value =
            value.ok_or_else(|| format!("`{option}` is no option with a value:\n{HELP}"))?;
        // Names may follow names.
        let more = std::iter::from_fn(|| words.next_if(|word| !word.starts_with("--")));
        match option {
            "--workload" => {
                for name in std::iter::once(value).chain(more) {
                    workloads.push(workload(name)?);
                }
            }
            "--contestant" => {
                for name in std::iter::once(value).chain(more) {
                    chosen.push(contestant(name, contestants)?);
                }
            }
            "--samples" => samples = number(value)?,
            "--json" => json = value.into(),
            "--svg" => svg = Some(value.into()),
            _ => return Err(format!("`{option}` is no option:\n{HELP}")),
        }
    }
    if samples == 0 {
        return Err("`--samples` needs at least 1".into());
    }
    if workloads.is_empty() {
        workloads = Workload::ALL.to_vec();
    }
    if chosen.is_empty() {
        chosen = contestants.iter().copied().map(String::from).collect();
    }
    Ok(Plan {
        workloads,
        contestants: chosen,
        samples,
        json,
        svg,
    })
}

fn workload(name: &str) -> Result<Workload, String> {
    Workload::of_name(name).ok_or_else(|| {
        let names = Workload::ALL.map(Workload::name).join(", ");
        format!("there is no workload `{name}`; there are: {names}")
    })
}

fn contestant(name: &str, contestants: &[&str]) -> Result<String, String> {
    if contestants.contains(&name) {
        return Ok(name.into());
    }
    let names = contestants.join(", ");
    Err(format!(
        "there is no contestant `{name}`; there are: {names}"
    ))
}

fn number<N: std::str::FromStr>(word: &str) -> Result<N, String> {
    word.parse()
        .map_err(|_| format!("`{word}` is no number, or out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        let words: Vec<String> = line.split_whitespace().map(String::from).collect();
        parse(&words, &["bound", "kameo"])
    }

    fn planned(line: &str) -> Plan {
        match parsed(line) {
            Ok(Command::Run(plan)) => plan,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_is_everything() {
        let plan = planned("");
        assert_eq!(plan.workloads, Workload::ALL);
        assert_eq!(plan.contestants, ["bound", "kameo"]);
        assert_eq!((plan.samples, plan.svg), (5, None));
        assert_eq!(plan.json, PathBuf::from("peers.json"));
    }

    #[test]
    fn options_choose() {
        let plan = planned(
            "--workload fan idle --contestant kameo --workload wake --samples 2 --svg a.svg",
        );
        assert_eq!(
            plan.workloads,
            [Workload::Fan, Workload::Idle, Workload::Wake]
        );
        assert_eq!(plan.contestants, ["kameo"]);
        assert_eq!((plan.samples, plan.svg), (2, Some("a.svg".into())));
    }

    #[test]
    fn every_workload_has_the_name_that_the_json_has() {
        for workload in Workload::ALL {
            let json = serde_json::to_value(workload).expect("a name");
            assert_eq!(json, workload.name());
            assert_eq!(Workload::of_name(workload.name()), Some(workload));
        }
    }

    #[test]
    fn mistakes_say_what_there_is() {
        for (line, words) in [
            (
                "--workload nap",
                "no workload `nap`; there are: ask_across, wake",
            ),
            (
                "sample me fan",
                "no contestant `me`; there are: bound, kameo",
            ),
            ("sample bound fan 1 2", "`2` is too much"),
            ("sample bound", "`sample` takes other arguments"),
            ("table", "`table` takes other arguments"),
            ("--samples five", "`five` is no number"),
            ("--samples 0", "at least 1"),
            ("--svg", "`--svg` is no option with a value"),
            ("--wrkload fan", "`--wrkload` is no option"),
            ("kv --port 1", "`--port` is no option of `kv`"),
            ("frobnicate", "`frobnicate` is no option"),
        ] {
            let error = parsed(line).expect_err(line);
            assert!(error.contains(words), "{line}: {error}");
        }
    }

    #[test]
    fn commands_are_read() {
        let sample = Command::Sample {
            contestant: "bound".into(),
            workload: Workload::Fan,
            operations: Some(64),
        };
        assert_eq!(parsed("sample bound fan 64"), Ok(sample));
        let spin = Command::Spin { cpu: 1, parent: 7 };
        assert_eq!(parsed("spin 1 7"), Ok(spin));
        assert_eq!(
            parsed("table a.json"),
            Ok(Command::Table {
                json: "a.json".into()
            })
        );
        let chart = Command::Chart {
            json: "a.json".into(),
            svg: Some("a.svg".into()),
        };
        assert_eq!(parsed("chart a.json --svg a.svg"), Ok(chart));
        assert_eq!(
            parsed("kv table a.json"),
            Ok(Command::KvTable {
                json: "a.json".into()
            })
        );
        assert!(matches!(parsed("kv --kv a"), Ok(Command::Kv(_))));
        assert_eq!(parsed("--help"), Ok(Command::Help));
    }
}
