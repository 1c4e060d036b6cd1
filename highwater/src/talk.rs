//! Log lines of the running process: on stderr, for people.

use tracing::Level;

/// Begins to write them. `HIGHWATER_LOG` names the level: error, warn, info (the default), debug.
pub(crate) fn begin() {
    let level = std::env::var("HIGHWATER_LOG").ok().and_then(|word| word.parse().ok());
    let lines = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level.unwrap_or(Level::INFO))
        .with_target(false);
    // A second server in one process talks like the first.
    drop(lines.try_init());
}
