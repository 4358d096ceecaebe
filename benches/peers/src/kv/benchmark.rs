//! `redis-benchmark`, the client.

use crate::child::{output, tail};
use crate::kv::load::{Asked, Load};
use crate::kv::report::Figure;
use crate::kv::server::Server;
use std::process::Command;
use std::time::Duration;

/// How many keys there are.
const KEYS: u32 = 100_000;
/// How many connections it has.
const CONNECTIONS: u32 = 50;
/// Longer than any load takes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What the server and the client of this machine are.
pub fn version() -> Result<String, String> {
    let mut words = Vec::new();
    for program in ["redis-server", "redis-benchmark"] {
        let ended = output(Command::new(program).arg("--version"), TIMEOUT);
        let ended = ended.map_err(|error| {
            format!(
                "{program} cannot be run: {error} (Debian has it in redis-server and redis-tools)"
            )
        })?;
        words.push(ended.out.trim().to_string());
    }
    Ok(words.join("; "))
}

/// Sets as many keys as there are, more or less: they are drawn.
pub fn fill(server: &Server) -> Result<(), String> {
    let load = Load {
        asked: Asked::Set,
        pipeline: 16,
    };
    bench(server, load, KEYS).map(drop)
}

/// Has the server do a load.
pub fn run(server: &Server, load: Load) -> Result<Figure, String> {
    let before = server.cpu_time()?;
    let out = bench(server, load, load.requests())?;
    let spent = server.cpu_time()?.saturating_sub(before);
    let row = read(&out)?;
    Ok(Figure {
        load,
        rps: row.rps,
        p50: row.p50,
        p99: row.p99,
        cpu_nanos: spent.as_nanos() as u64 / u64::from(load.requests()),
    })
}

fn bench(server: &Server, load: Load, requests: u32) -> Result<String, String> {
    let mut command = Command::new("taskset");
    command
        .args(["-c", server.setting.client_cpus(), "redis-benchmark"])
        .args(["-h", "127.0.0.1"])
        .args(["-p", &server.address.port().to_string()])
        .args(["-t", load.test(), "--csv"])
        .args(["-n", &requests.to_string()])
        .args(["-r", &KEYS.to_string()])
        .args(["-c", &CONNECTIONS.to_string()])
        .args(["-P", &load.pipeline.to_string()]);
    let ended = output(&mut command, TIMEOUT).map_err(|error| error.to_string())?;
    if ended.status.success() {
        Ok(ended.out)
    } else {
        let said = tail(&(ended.err + &ended.out));
        Err(format!("redis-benchmark: {}: {said}", ended.status))
    }
}

/// A line of its table.
#[derive(Debug, PartialEq)]
struct Row {
    rps: f64,
    /// Milliseconds, as all its latencies.
    p50: f64,
    p99: f64,
}

/// Reads the table, which has a heading and one line.
fn read(csv: &str) -> Result<Row, String> {
    let unread = || format!("redis-benchmark printed something else than a table: {csv}");
    let mut lines = csv.lines().map(|line| {
        line.split(',')
            .map(|cell| cell.trim().trim_matches('"'))
            .collect::<Vec<_>>()
    });
    let head = lines.find(|line| line.first() == Some(&"test"));
    let (head, row) = head.zip(lines.next()).ok_or_else(unread)?;
    let number = |name: &str| {
        let column = head.iter().position(|cell| *cell == name);
        let cell = column.and_then(|column| row.get(column));
        cell.and_then(|cell| cell.parse().ok()).ok_or_else(unread)
    };
    Ok(Row {
        rps: number("rps")?,
        p50: number("p50_latency_ms")?,
        p99: number("p99_latency_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#""test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms""#;

    #[test]
    fn a_table_is_read_by_its_heading() {
        let csv = format!(
            "{HEAD}\n{}\n",
            r#""SET","281690.12","2.369","0.592","2.327","3.863","4.783","6.071""#
        );
        let row = Row {
            rps: 281_690.12,
            p50: 2.327,
            p99: 4.783,
        };
        assert_eq!(read(&csv), Ok(row));
    }

    #[test]
    fn anything_else_is_an_error() {
        for csv in [
            "",
            "Error from server",
            HEAD,
            &format!("{HEAD}\n\"SET\",\"fast\""),
        ] {
            let error = read(csv).expect_err(csv);
            assert!(error.contains("something else than a table"), "{error}");
        }
    }
}
