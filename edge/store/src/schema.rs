//! The shape of the database, by version.

use crate::error::OpenError;
use crate::folder::Paths;
use rusqlite::{Connection, OpenFlags};

/// Tells a database of Highwater from any other: `HWTR`.
const APPLICATION: i64 = 0x4857_5452;

/// What each version adds, the first first.
const STEPS: [&str; 4] = [
    include_str!("schema/v1.sql"),
    include_str!("schema/v2.sql"),
    include_str!("schema/v3.sql"),
    include_str!("schema/v4.sql"),
];

/// The newest format.
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// Milliseconds that a statement waits for another process that reads or copies.
const BUSY_MS: u64 = 5_000;

/// Opens the database to write, brings it up to date, and sets what durability needs.
pub(crate) fn open(paths: &Paths) -> Result<Connection, OpenError> {
    let file = paths.database();
    let failed = |source| OpenError::Database { file: file.clone(), source };
    let mut connection = Connection::open(&file).map_err(failed)?;
    let found = version(&connection, paths)?;
    prepare(&connection).map_err(failed)?;
    for (step, sql) in (0..).zip(STEPS).skip_while(|(step, _)| *step < found) {
        let transaction = connection.transaction().map_err(failed)?;
        transaction.execute_batch(sql).map_err(failed)?;
        let marks =
            format!("pragma application_id = {APPLICATION}; pragma user_version = {}", step + 1);
        transaction.execute_batch(&marks).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(connection)
}

/// Opens the database to read only.
pub(crate) fn open_to_read(paths: &Paths) -> Result<Connection, OpenError> {
    let file = paths.database();
    if !file.exists() {
        return Err(OpenError::Missing { folder: paths.folder().to_owned() });
    }
    let failed = |source| OpenError::Database { file: file.clone(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&file, flags).map_err(failed)?;
    version(&connection, paths)?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS)).map_err(failed)?;
    Ok(connection)
}

/// The format of a database: 0 if it is empty.
fn version(connection: &Connection, paths: &Paths) -> Result<i64, OpenError> {
    let file = paths.database();
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let foreign = || OpenError::Foreign { file: file.clone() };
    let (application, found) = match (pragma("application_id"), pragma("user_version")) {
        (Ok(application), Ok(found)) => (application, found),
        (Err(error), _) | (_, Err(error)) => {
            let is_foreign = error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase);
            return Err(if is_foreign {
                foreign()
            } else {
                OpenError::Database { file, source: error }
            });
        }
    };
    let is_empty = application == 0 && found == 0;
    if !is_empty && application != APPLICATION {
        return Err(foreign());
    }
    if found > VERSION {
        let folder = paths.folder().to_owned();
        return Err(OpenError::Newer { folder, found, known: VERSION });
    }
    Ok(found)
}

/// A commit is durable when it returns. The write-ahead log is written back every 16 MiB.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    connection.execute_batch(
        "pragma page_size = 8192;
         pragma journal_mode = wal;
         pragma synchronous = full;
         pragma wal_autocheckpoint = 2048;
         pragma journal_size_limit = 67108864;
         pragma temp_store = memory;
         pragma cache_size = -16384;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}
