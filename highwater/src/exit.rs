//! What the process says when it ends.

use crate::client::ClientError;
use crate::command::{CompareError, FileError, RuleFileError};
use crate::drill::DrillError;
use crate::server::Unsuitable;
use crate::settings::{FlagError, SettingsError};
use crate::time_argument::TimeError;
use crate::told::ToldError;
use hw_access::CertificateError;
use hw_ingest::{BindError, ReadError};
use hw_store::{BackupError, OpenError, VerifyError};
use std::process::ExitCode;

/// Exit codes, a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well: no incident.
    Fine,
    /// An incident was found.
    Found,
    /// The command line or the settings are wrong.
    Usage,
    /// An input cannot be read.
    Unreadable,
    /// Our own fault.
    Internal,
    /// What another command said.
    Other(u8),
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Found => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
            Self::Internal => 70,
            Self::Other(code) => code,
        }
    }

    /// The code for an error, by what it is.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            if let Some(read) = cause.downcast_ref::<ReadError>() {
                let is_ours = matches!(read, ReadError::Spill { .. });
                return if is_ours { Self::Internal } else { Self::Unreadable };
            }
            let is_unreadable = cause.is::<ToldError>()
                || cause.is::<NothingToRead>()
                || cause.is::<FileError>()
                || cause.is::<RuleFileError>();
            if is_unreadable {
                return Self::Unreadable;
            }
            if let Some(open) = cause.downcast_ref::<OpenError>() {
                return Self::of_open(open);
            }
            if let Some(error) = cause.downcast_ref::<ClientError>() {
                return Self::of_client(error);
            }
            if let Some(error) = cause.downcast_ref::<BackupError>() {
                return Self::of_backup(error);
            }
            if let Some(VerifyError::Open(open)) = cause.downcast_ref::<VerifyError>() {
                return Self::of_open(open);
            }
            let is_usage = cause.is::<SettingsError>()
                || cause.is::<FlagError>()
                || cause.is::<TimeError>()
                || cause.is::<CompareError>()
                || cause.is::<DrillError>()
                || cause.is::<BindError>()
                || cause.is::<CertificateError>()
                || cause.is::<Unsuitable>();
            if is_usage {
                return Self::Usage;
            }
        }
        Self::Internal
    }

    const fn of_client(error: &ClientError) -> Self {
        match error {
            ClientError::Unreachable { .. } => Self::Unreadable,
            ClientError::Refused { .. } => Self::Usage,
            ClientError::Failed { .. } => Self::Internal,
        }
    }

    const fn of_backup(error: &BackupError) -> Self {
        match error {
            BackupError::Open(open) => Self::of_open(open),
            BackupError::NotEmpty(_) => Self::Usage,
            BackupError::Damaged { .. } | BackupError::Snapshot(_) => Self::Unreadable,
            BackupError::Read(_) | BackupError::Io { .. } | BackupError::NoSnapshot => {
                Self::Internal
            }
        }
    }

    const fn of_open(error: &OpenError) -> Self {
        match error {
            OpenError::Unwritable { .. } | OpenError::InUse { .. } => Self::Usage,
            OpenError::Missing { .. } | OpenError::Newer { .. } | OpenError::Foreign { .. } => {
                Self::Unreadable
            }
            OpenError::Database { .. } => Self::Internal,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The input could be read and holds nothing to judge.
#[derive(Debug)]
pub(crate) struct NothingToRead(pub String);

impl std::fmt::Display for NothingToRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NothingToRead {}
