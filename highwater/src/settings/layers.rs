//! One value from four layers: flag, environment, file, default.

use super::SettingsError;
use super::keys::Fault;
use crate::server::ClockKind;
use clap::ValueEnum;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::Value;

/// A setting: where it may be set, what it is otherwise, and why.
pub(super) struct Setting<T: 'static> {
    /// Key in the file; `a.b` is `b` in the table `a`.
    pub key: &'static str,
    /// Flag of `serve`, if there is one.
    pub flag: Option<&'static str>,
    /// The default as it would be written.
    pub default: &'static str,
    /// What it is, and why the default is what it is.
    pub reason: &'static str,
    /// Reads a value, or says what is right.
    pub parse: fn(&str) -> Result<T, String>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Flag,
    Environment(String),
    File(String),
    Default,
}

/// A value, and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Layered<T> {
    pub value: T,
    pub text: String,
    pub origin: Origin,
}

/// The settings file.
#[derive(Debug)]
pub(super) struct File {
    name: String,
    table: Value,
}

/// All keys of the file, at its top.
pub(super) const TOP_KEYS: &[&str] = &[
    "access",
    "clock",
    "data",
    "decisions",
    "repositories",
    "false_alarms_per_month",
    "hooks",
    "item_keys_max",
    "items",
    "listen",
    "otlp_grpc",
    "otlp_http",
    "receivers",
    "people",
    "retention",
    "tls",
    "trackers",
    "window",
];

/// Keys of the table `retention`.
pub(super) const RETENTION_KEYS: &[&str] = &["windows_days", "seconds_days"];

pub(super) const DATA: Setting<PathBuf> = Setting {
    key: "data",
    flag: Some("--data DIR"),
    default: "highwater-data",
    reason: "Folder of the log, the record and the history. Beside where it is started, so that it is \
             seen, and easily removed.",
    parse: |text| if text.is_empty() { Err("must name a folder".into()) } else { Ok(text.into()) },
};

pub(super) const LISTEN: Setting<Option<SocketAddr>> = Setting {
    key: "listen",
    flag: Some("--listen ADDRESS"),
    default: "127.0.0.1:4319",
    reason: "Where the API answers; \"off\" for nowhere. Loopback, so that nobody else reads it: an \
             address that others can reach needs TLS and a token. The port follows those of OTLP.",
    parse: address,
};

pub(super) const OTLP_GRPC: Setting<Option<SocketAddr>> = Setting {
    key: "otlp_grpc",
    flag: Some("--otlp-grpc ADDRESS"),
    default: "127.0.0.1:4317",
    reason: "Where OTLP comes in over gRPC; \"off\" for nowhere. The port is OTLP's own.",
    parse: address,
};

pub(super) const OTLP_HTTP: Setting<Option<SocketAddr>> = Setting {
    key: "otlp_http",
    flag: Some("--otlp-http ADDRESS"),
    default: "127.0.0.1:4318",
    reason: "Where OTLP comes in over HTTP; \"off\" for nowhere. The port is OTLP's own.",
    parse: address,
};

pub(super) const WINDOW: Setting<i64> = Setting {
    key: "window",
    flag: Some("--window LENGTH"),
    default: "10s",
    reason: "Length of the windows that are stored and shown, from 1s to 1h. Ten seconds show a \
             minute's course and keep 90 days small. Set once per data folder.",
    parse: crate::time_argument::parse_window,
};

pub(super) const CLOCK: Setting<ClockKind> = Setting {
    key: "clock",
    flag: Some("--clock wall|data"),
    default: "wall",
    reason: "What says what is now. wall: this machine; what is older than an hour is refused. data: \
             the latest record, for recordings, demos and tests.",
    parse: |text| ClockKind::from_str(text, false).map_err(|_| "must be wall or data".into()),
};

pub(super) const FALSE_ALARMS: Setting<f64> = Setting {
    key: "false_alarms_per_month",
    flag: None,
    default: "1",
    reason: "False alarms tolerated in 30 days over everything watched. One: who is woken more often \
             for nothing stops looking.",
    parse: |text| {
        let number = text.parse().ok().filter(|n| (1e-6..=1e6).contains(n));
        number.ok_or_else(|| "must be a number from 0.000001 to 1000000".into())
    },
};

pub(super) const ITEM_KEYS_MAX: Setting<usize> = Setting {
    key: "item_keys_max",
    flag: None,
    default: "4000000",
    reason: "Records of the last quarter of an hour of which a copy in another request is known. Four \
             million are 4,400 a second, in about 100 MB; beyond it copies may count twice, which \
             /metrics says.",
    parse: |text| {
        let number = text.parse().ok().filter(|n| (1_000..=1_000_000_000).contains(n));
        number.ok_or_else(|| "must be a number from 1000 to 1000000000".into())
    },
};

pub(super) const WINDOWS_DAYS: Setting<i64> = Setting {
    key: "retention.windows_days",
    flag: None,
    default: "90",
    reason: "Days for which windows are kept: a quarter, to compare with. A busy leg takes some 30 \
             bytes a window, 8 MB in a month.",
    parse: days,
};

pub(super) const SECONDS_DAYS: Setting<i64> = Setting {
    key: "retention.seconds_days",
    flag: None,
    default: "7",
    reason: "Days for which judged seconds are kept, to test rules on: a week has each day once.",
    parse: days,
};

fn days(text: &str) -> Result<i64, String> {
    let days = text.parse().ok().filter(|days| (1..=3_650).contains(days));
    days.ok_or_else(|| "must be a number of days from 1 to 3650".into())
}

fn address(text: &str) -> Result<Option<SocketAddr>, String> {
    if text == "off" {
        return Ok(None);
    }
    let text = text
        .strip_prefix("localhost:")
        .map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    let address = text.parse();
    address
        .map(Some)
        .map_err(|_| "must be an address and a port such as 127.0.0.1:4318, or off".to_owned())
}

impl File {
    /// Reads the file; without one, nothing is set in it.
    pub(super) fn read(file: Option<&Path>) -> Result<Self, SettingsError> {
        let Some(path) = file else {
            return Ok(Self { name: String::new(), table: Value::Table(toml::Table::new()) });
        };
        let name = path.display().to_string();
        let error = |why| SettingsError { file: name.clone(), key: String::new(), why };
        let text = std::fs::read_to_string(path).map_err(|cause| error(cause.to_string()))?;
        Self::parse(&name, &text).map_err(error)
    }

    pub(super) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| not_toml(text, &error))?;
        Ok(Self { name: name.to_owned(), table: Value::Table(table) })
    }

    pub(super) const fn table(&self) -> &Value {
        &self.table
    }

    pub(super) fn error(&self, (key, why): Fault) -> SettingsError {
        SettingsError { file: self.name.clone(), key, why }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        key.split('.').try_fold(&self.table, |value, part| value.get(part))
    }
}

/// Where a text is no TOML, and why; without the line, in which a secret may stand.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
    format!("TOML parse error in line {line}: {}", error.message())
}

impl<T> Layered<T> {
    /// The value of the highest layer that has one.
    pub(super) fn pick(
        setting: &Setting<T>,
        flag: Option<&str>,
        file: &File,
    ) -> Result<Self, Fault> {
        let variable = variable(setting.key);
        let (text, origin) = if let Some(text) = flag {
            (text.to_owned(), Origin::Flag)
        } else if let Ok(text) = std::env::var(&variable) {
            (text, Origin::Environment(variable))
        } else if let Some(value) = file.get(setting.key) {
            (written(value), Origin::File(file.name.clone()))
        } else {
            (setting.default.to_owned(), Origin::Default)
        };
        let value = (setting.parse)(&text).map_err(|why| match &origin {
            Origin::Flag => {
                let flag = setting.flag.and_then(|flag| flag.split(' ').next());
                (flag.unwrap_or(setting.key).to_owned(), why)
            }
            Origin::Environment(variable) => (variable.clone(), why),
            Origin::File(_) | Origin::Default => (setting.key.to_owned(), why),
        })?;
        Ok(Self { value, text, origin })
    }
}

/// The environment variable of a key.
pub(super) fn variable(key: &str) -> String {
    format!("HIGHWATER_{}", key.replace('.', "_").to_uppercase())
}

/// A value as it would be typed.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(variable) => write!(f, "{variable}"),
            Self::File(name) => write!(f, "{name}"),
            Self::Default => f.write_str("default"),
        }
    }
}
