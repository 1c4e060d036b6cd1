//! Rules in files: TOML for Highwater, YAML for Prometheus.

use anyhow::Context;
use hw_api::RuleBody;
use std::fmt;
use std::path::{Path, PathBuf};

/// A file of a rule that cannot be used, and why.
#[derive(Debug)]
pub(crate) struct RuleFileError(pub String);

impl fmt::Display for RuleFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RuleFileError {}

/// What a rule is called in files.
pub(super) struct Names {
    /// For Highwater.
    pub toml: PathBuf,
    /// For Prometheus.
    pub rule: PathBuf,
    /// For promtool.
    pub test: PathBuf,
}

impl Names {
    /// The names of the rule of an incident.
    pub(super) fn of(folder: &Path, incident: &str) -> Self {
        let file = |end: &str| folder.join(format!("{incident}.{end}"));
        Self { toml: file("rule.toml"), rule: file("rule.yml"), test: file("rule.test.yml") }
    }
}

/// Reads a rule of ours.
pub(super) fn read(file: &Path) -> Result<RuleBody, RuleFileError> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| RuleFileError(format!("failed to read {name}: {error}")))?;
    toml::from_str(&text).map_err(|error| RuleFileError(format!("{name} is no rule: {error}")))
}

/// The text of a rule of ours.
pub(super) fn toml_of(rule: &RuleBody) -> anyhow::Result<String> {
    let because: String = rule.because.iter().map(|reason| format!("# {reason}\n")).collect();
    let rule = toml::to_string(rule).context("failed to write the rule")?;
    Ok(format!("# highwater rule add THIS_FILE\n{because}\n{rule}"))
}

/// Writes a file, unless there is another one of that name.
pub(super) fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    match std::fs::read_to_string(file) {
        Ok(known) if known == text => return Ok(()),
        Ok(_) => {
            let why = format!(
                "{} is there already and says something else: move it away, or take another folder",
                file.display()
            );
            return Err(RuleFileError(why).into());
        }
        Err(_) => {}
    }
    std::fs::write(file, text).with_context(|| format!("failed to write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_is_read_as_it_was_written() {
        let rule = RuleBody {
            name: "screening passes \"too\" much".into(),
            signal: "transfer".into(),
            hop: Some("a|b|c|d".into()),
            window_s: 300,
            above: Some(0.75),
            items_min: 50,
            because: vec!["Half is usual.".into()],
            ..RuleBody::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let names = Names::of(folder.path(), "INC-1");
        let text = toml_of(&rule).unwrap();
        assert!(text.contains("\n# Half is usual.\n\nname = "), "{text}");
        write(&names.toml, &text).unwrap();
        assert_eq!(read(&names.toml).unwrap(), rule);
        write(&names.toml, &text).unwrap();
        let other = write(&names.toml, "else").unwrap_err().to_string();
        assert!(other.contains("says something else"), "{other}");
        std::fs::write(&names.toml, "abov = 5").unwrap();
        let wrong = read(&names.toml).unwrap_err().to_string();
        assert!(wrong.contains("is no rule") && wrong.contains("abov"), "{wrong}");
    }
}
