//! The requests of a recording as they were sent, in order of arrival: for whoever sends them again.
//!
//! A recording may lie in many files, and in any order. Requests are put into a temporary file while
//! they are read, and what is kept in memory of each is where it lies there and when its last record
//! came.

use crate::decode::{Encoding, Signal};
use crate::files::{self, FileReport, Progress, Raw, ReadError};
use crate::future::from_the_future;
use crate::intake::Intake;
use crate::options::ReadOptions;
use hw_flow::DictionaryLimits;
use hw_model::Timestamp;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Requests of a recording, in order of arrival.
#[derive(Debug)]
pub struct Requests {
    spill: File,
    places: std::vec::IntoIter<Place>,
    reports: Vec<FileReport>,
}

/// A request as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    /// What it holds.
    pub signal: Signal,
    /// How it is written.
    pub encoding: Encoding,
    /// Its bytes, not compressed.
    pub body: Vec<u8>,
    /// When its last record came.
    pub arrived_at: Timestamp,
    /// Records in it that can be used.
    pub n_records: u64,
}

/// Where a request lies.
#[derive(Clone, Copy, Debug)]
struct Place {
    arrived_at: Timestamp,
    n_records: u64,
    from: u64,
    bytes: usize,
    signal: Signal,
    encoding: Encoding,
}

impl Requests {
    /// Reads all files at `paths`, of any signal and in any order. Requests in which no record can be
    /// used are left out.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, none is a recording, or there is no room for a temporary copy.
    pub fn read(paths: &[PathBuf], progress: &Progress) -> Result<Self, ReadError> {
        let spill = tempfile::tempfile().map_err(ReadError::spill)?;
        let mut reading = Reading {
            spill: BufWriter::with_capacity(1 << 20, spill),
            written: 0,
            places: Vec::new(),
        };
        let mut reports = Vec::new();
        let unusable = files::each(paths, progress, |path| {
            let file = files::open(path)?;
            let take = |intake: &mut Intake, _, raw: Raw<'_>| reading.take(intake, raw);
            // Names of one file are of no use to the next.
            let mut intake = Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD);
            reports.push(files::read(path, file, progress, &mut intake, take)?);
            Ok(())
        })?;
        reports.extend(unusable);
        let Reading { spill, mut places, .. } = reading;
        places.sort_by_key(|place| place.arrived_at);
        let spill = spill.into_inner().map_err(|error| ReadError::spill(error.into_error()))?;
        Ok(Self { spill, places: places.into_iter(), reports })
    }

    /// When the first that is left came.
    #[must_use]
    pub fn first_at(&self) -> Option<Timestamp> {
        self.places.as_slice().first().map(|place| place.arrived_at)
    }

    /// Those that came in `[from, to)`.
    #[must_use]
    pub fn within(self, from: Timestamp, to: Timestamp) -> Self {
        let Self { spill, places, reports } = self;
        let is_wanted = |place: &Place| from <= place.arrived_at && place.arrived_at < to;
        let places: Vec<Place> = places.filter(is_wanted).collect();
        Self { spill, places: places.into_iter(), reports }
    }

    /// How many are left.
    #[must_use]
    pub fn n_left(&self) -> usize {
        self.places.len()
    }

    /// Bytes of those that are left.
    #[must_use]
    pub fn bytes_left(&self) -> u64 {
        self.places.as_slice().iter().map(|place| place.bytes as u64).sum()
    }

    /// How reading went.
    #[must_use]
    pub fn reports(&self) -> &[FileReport] {
        &self.reports
    }

    fn fetch(&mut self, place: Place) -> Result<RecordedRequest, ReadError> {
        let mut body = vec![0; place.bytes];
        self.spill.seek(SeekFrom::Start(place.from)).map_err(ReadError::spill)?;
        self.spill.read_exact(&mut body).map_err(ReadError::spill)?;
        let Place { signal, encoding, arrived_at, n_records, .. } = place;
        Ok(RecordedRequest { signal, encoding, body, arrived_at, n_records })
    }
}

impl Iterator for Requests {
    type Item = Result<RecordedRequest, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next()?;
        Some(self.fetch(place))
    }
}

/// Reading of all files.
struct Reading {
    spill: BufWriter<File>,
    written: u64,
    places: Vec<Place>,
}

impl Reading {
    fn take(&mut self, intake: &mut Intake, raw: Raw<'_>) -> Result<(), ReadError> {
        let found = contents(intake);
        intake.clear();
        drop(intake.dictionary_mut().drain_definitions());
        let Some((signal, arrived_at, n_records)) = found else { return Ok(()) };
        self.spill.write_all(raw.bytes).map_err(ReadError::spill)?;
        let (from, bytes) = (self.written, raw.bytes.len());
        self.written += bytes as u64;
        let encoding = raw.encoding;
        self.places.push(Place { arrived_at, n_records, from, bytes, signal, encoding });
        Ok(())
    }
}

/// What a request holds, when its last record came by clocks that are right, and how many there are;
/// `None` for nothing.
fn contents(intake: &Intake) -> Option<(Signal, Timestamp, u64)> {
    let spans = intake.spans().iter().chain(intake.evaluations()).map(|span| span.ended_at);
    let logs = intake.logs().map(|log| log.at);
    let mut arrivals: Vec<Timestamp> = spans.collect();
    let signal = if !arrivals.is_empty() {
        Signal::Traces
    } else if logs.len() > 0 {
        Signal::Logs
    } else {
        Signal::Metrics
    };
    arrivals.extend(logs);
    arrivals.extend(intake.sums().iter().map(|point| point.at));
    let n_records = arrivals.len() as u64;
    let to = from_the_future(&mut arrivals).unwrap_or(Timestamp(i64::MAX));
    let last = arrivals.into_iter().filter(|at| *at < to).max()?;
    Some((signal, last, n_records))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request with one span that ends so many seconds after a minute began.
    fn span(end_s: u32) -> String {
        format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{end_s:032x}","spanId":"{end_s:016x}","name":"x","kind":2,"startTimeUnixNano":"1795329800000000000","endTimeUnixNano":"17953298{end_s:02}000000000"}}]}}]}}]}}"#
        )
    }

    fn line(s: u32) -> String {
        format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"timeUnixNano":"17953298{s:02}500000000","body":{{"stringValue":"x"}}}}]}}]}}]}}"#
        )
    }

    fn file(lines: &[String]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines.join("\n")).unwrap();
        file
    }

    #[test]
    fn requests_of_many_files_come_in_order_and_byte_for_byte() {
        let (spans, logs) = (file(&[span(9), span(3)]), file(&[line(5), line(3)]));
        let paths = [logs.path().to_owned(), spans.path().to_owned()];
        let requests = Requests::read(&paths, &Progress::new()).unwrap();
        assert_eq!(requests.n_left(), 4);
        assert_eq!(requests.reports().len(), 2);
        let requests: Vec<RecordedRequest> = requests.map(Result::unwrap).collect();
        let bodies: Vec<String> =
            requests.iter().map(|sent| String::from_utf8(sent.body.clone()).unwrap()).collect();
        assert_eq!(bodies, [span(3), line(3), line(5), span(9)]);
        assert_eq!((requests[1].signal, requests[1].n_records), (Signal::Logs, 1));
        assert_eq!(requests[3].arrived_at, Timestamp::from_s(1_795_329_809));
    }

    #[test]
    fn what_is_no_recording_is_said_beside_what_is() {
        let (good, bad) = (file(&[span(1), "{".to_owned()]), file(&["nonsense".to_owned()]));
        let paths = [good.path().to_owned(), bad.path().to_owned()];
        let requests = Requests::read(&paths, &Progress::new()).unwrap();
        let faults: Vec<u64> = requests.reports().iter().map(|report| report.n_faults).collect();
        assert_eq!((requests.n_left(), faults), (1, vec![1, 1]));
        assert!(Requests::read(&paths[1..], &Progress::new()).is_err());
    }
}
