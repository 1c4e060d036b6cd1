//! What a server is told: addresses, folder, clock, and how long history is kept.

use super::access::{ACCESS_KEYS, TLS_KEYS, access};
use super::hooks::hooks;
use super::keys::Keys;
use super::layers::{
    CLOCK, DATA, File, ITEM_KEYS_MAX, LISTEN, Layered, OTLP_GRPC, OTLP_HTTP, RETENTION_KEYS,
    SECONDS_DAYS, TOP_KEYS, WINDOW, WINDOWS_DAYS,
};
use super::receivers::receivers;
use super::{Settings, SettingsError};
use crate::server::{DataSettings, ServerSettings};
use clap::Args;
use hw_ingest::{ReceiverSettings, SeenLimits};
use hw_store::Retention;
use std::path::PathBuf;

/// Flags of a server. All but `--insecure-listen`, which is to be seen where the server is started, can
/// also be set by the environment, and all but that and `--config` by the settings file; `highwater
/// settings --explain` shows those, with their reasons.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ServeFlags {
    /// Settings file.
    #[arg(long, value_name = "FILE", env = "HIGHWATER_CONFIG")]
    pub config: Option<PathBuf>,

    /// Folder of the log, the record and the history [default: highwater-data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,

    /// Where the API answers, or "off" [default: 127.0.0.1:4319].
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,

    /// Where OTLP comes in over gRPC, or "off" [default: 127.0.0.1:4317].
    #[arg(long, value_name = "ADDRESS")]
    pub otlp_grpc: Option<String>,

    /// Where OTLP comes in over HTTP, or "off" [default: 127.0.0.1:4318].
    #[arg(long, value_name = "ADDRESS")]
    pub otlp_http: Option<String>,

    /// Certificate for TLS, and those it rests on: PEM. Addresses that other machines can reach need
    /// it, and a token.
    #[arg(long, value_name = "FILE")]
    pub tls_certificate: Option<String>,

    /// Its private key: PEM.
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,

    /// Serve other machines without TLS. Whoever can see the network then reads tokens and
    /// telemetry: only behind something that encrypts. Tokens are needed all the same.
    #[arg(long)]
    pub insecure_listen: bool,

    /// Length of a window, 1s to 1h; set once per data folder [default: 10s].
    #[arg(long, value_name = "LENGTH")]
    pub window: Option<String>,

    /// What says what is now: wall, this machine's clock; data, the latest record, for recordings
    /// and tests [default: wall].
    #[arg(long, value_name = "CLOCK")]
    pub clock: Option<String>,
}

/// Which data folder.
#[derive(Clone, Debug, Args)]
pub(crate) struct DataFlag {
    /// Folder of the log, the record and the history [default: highwater-data].
    #[arg(long, value_name = "DIR")]
    data: Option<String>,

    /// Settings file.
    #[arg(long, value_name = "FILE", env = "HIGHWATER_CONFIG")]
    config: Option<PathBuf>,
}

impl DataFlag {
    /// The folder, from all layers.
    pub(crate) fn folder(&self) -> Result<PathBuf, SettingsError> {
        let file = File::read(self.config.as_deref())?;
        let folder = Layered::pick(&DATA, self.data.as_deref(), &file);
        folder.map(|folder| folder.value).map_err(|fault| file.error(fault))
    }
}

impl ServeFlags {
    /// What a server is told, from all layers.
    pub(crate) fn settings(&self) -> Result<ServerSettings, SettingsError> {
        let file = File::read(self.config.as_deref())?;
        self.layered(&file).map_err(|fault| file.error(fault))
    }

    fn layered(&self, file: &File) -> Result<ServerSettings, super::Fault> {
        let top = Keys::of("", file.table(), TOP_KEYS)?;
        if let Some(retention) = top.get("retention") {
            Keys::of("retention", retention, RETENTION_KEYS)?;
        }
        for (key, known) in [("tls", TLS_KEYS), ("access", ACCESS_KEYS)] {
            top.get(key).map(|table| Keys::of(key, table, known)).transpose()?;
        }
        let receiver = ReceiverSettings {
            http: Layered::pick(&OTLP_HTTP, self.otlp_http.as_deref(), file)?.value,
            grpc: Layered::pick(&OTLP_GRPC, self.otlp_grpc.as_deref(), file)?.value,
            ..ReceiverSettings::standard()
        };
        let item_keys_max = Layered::pick(&ITEM_KEYS_MAX, None, file)?.value;
        Ok(ServerSettings {
            folder: Layered::pick(&DATA, self.data.as_deref(), file)?.value,
            listen: Layered::pick(&LISTEN, self.listen.as_deref(), file)?.value,
            receiver,
            access: access(self, file)?,
            receivers: receivers(&top)?,
            trackers: super::trackers::trackers(&top)?,
            hooks: hooks(&top)?,
            people: super::people::people(&top)?,
            retention: Retention {
                windows_days: Layered::pick(&WINDOWS_DAYS, None, file)?.value,
                seconds_days: Layered::pick(&SECONDS_DAYS, None, file)?.value,
            },
            data: DataSettings {
                settings: Settings::from_file(file)?,
                window_s: Layered::pick(&WINDOW, self.window.as_deref(), file)?.value,
                clock: Layered::pick(&CLOCK, self.clock.as_deref(), file)?.value,
                seen: SeenLimits { item_keys_max, ..SeenLimits::STANDARD },
            },
        })
    }
}
