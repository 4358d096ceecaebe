//! The command line of `kv`, behind that word.

use std::path::PathBuf;

/// What is measured, and where that is put.
#[derive(Debug, PartialEq)]
pub struct Plan {
    /// The example's program.
    pub kv: PathBuf,
    pub samples: usize,
    pub json: PathBuf,
}

/// Reads the options. The error is what is wrong with them.
pub fn parse(words: &[&str]) -> Result<Plan, String> {
    let (mut kv, mut samples, mut json) = (None, 5, PathBuf::from("kv.json"));
    let mut words = words.iter().copied();
    while let Some(option) = words.next() {
        let value = words.next().filter(|word| !word.starts_with("--"));
        let value = value.ok_or_else(|| format!("`{option}` is no option with a value"))?;
        match option {
            "--kv" => kv = Some(PathBuf::from(value)),
            "--samples" => {
                samples = value
                    .parse()
                    .map_err(|_| format!("`{value}` is no number, or out of range"))?;
            }
            "--json" => json = value.into(),
            _ => return Err(format!("`{option}` is no option of `kv`")),
        }
    }
    if samples == 0 {
        return Err("`--samples` needs at least 1".into());
    }
    let kv = kv.ok_or(
        "`kv` needs `--kv PATH`, the program of the example: `cargo build --release --example kv` \
         in the root of the repository puts it into `target/release/examples/kv`",
    )?;
    Ok(Plan { kv, samples, json })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Plan, String> {
        parse(&line.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn options_choose() {
        let plan = |kv: &str, samples, json: &str| {
            let (kv, json) = (kv.into(), json.into());
            Ok(Plan { kv, samples, json })
        };
        assert_eq!(parsed("--kv a"), plan("a", 5, "kv.json"));
        let line = "--samples 2 --kv a --json b.json";
        assert_eq!(parsed(line), plan("a", 2, "b.json"));
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        for (line, words) in [
            ("", "needs `--kv PATH`"),
            ("--kv", "`--kv` is no option with a value"),
            ("--kv a --samples 0", "at least 1"),
            ("--kv a --samples x", "`x` is no number"),
            ("--kv a --port 1", "`--port` is no option of `kv`"),
        ] {
            let error = parsed(line).expect_err(line);
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
