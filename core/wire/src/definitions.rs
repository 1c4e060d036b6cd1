//! Definitions of ids, as they stand in a row of the log.

use crate::WireError;
use hw_model::{
    CodePlace, Definitions, NameId, Severity, Shape, Source, SpanKind, SumSeries, TemplateId,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct DefinitionsV1 {
    names: Vec<Box<str>>,
    /// Service, environment, version, instance, SDK.
    sources: Vec<[u32; 5]>,
    /// Service, kind, operation, peer, path.
    shapes: Vec<(u32, u8, u32, u32, u32)>,
    answer_sets: Vec<Vec<(u32, u32)>>,
    /// Metric, key of the answer, answer, identity.
    sum_series: Vec<(u32, u32, u32, u64)>,
    /// Number, service, severity, text.
    templates: Vec<(u32, u32, u8, Box<str>)>,
    /// Template; file, function, repository and revision; line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<(u32, [String; 4], u32)>,
}

const KINDS: [SpanKind; 6] = [
    SpanKind::Internal,
    SpanKind::Server,
    SpanKind::Client,
    SpanKind::Producer,
    SpanKind::Consumer,
    SpanKind::Evaluation,
];

const SEVERITIES: [Severity; 6] = [
    Severity::Trace,
    Severity::Debug,
    Severity::Info,
    Severity::Warn,
    Severity::Error,
    Severity::Fatal,
];

impl DefinitionsV1 {
    pub(crate) fn new(definitions: &Definitions) -> Self {
        let pairs = |set: &[(NameId, NameId)]| set.iter().map(|(k, v)| (k.0, v.0)).collect();
        Self {
            names: definitions.names.clone(),
            sources: definitions.sources.iter().map(source_numbers).collect(),
            shapes: definitions.shapes.iter().map(shape_numbers).collect(),
            answer_sets: definitions.answer_sets.iter().map(|set| pairs(set)).collect(),
            sum_series: definitions
                .sum_series
                .iter()
                .map(|s| (s.metric.0, s.answer_key.0, s.answer.0, s.identity))
                .collect(),
            templates: definitions
                .templates
                .iter()
                .map(|(id, service, severity, text)| {
                    (id.0, service.0, code(&SEVERITIES, severity), text.clone())
                })
                .collect(),
            places: definitions.places.iter().map(place_words).collect(),
        }
    }

    pub(crate) fn definitions(self) -> Result<Definitions, WireError> {
        let pairs = |set: Vec<(u32, u32)>| set.into_iter().map(|(k, v)| (NameId(k), NameId(v)));
        let series = |(metric, key, answer, identity)| SumSeries {
            metric: NameId(metric),
            answer_key: NameId(key),
            answer: NameId(answer),
            identity,
        };
        let template = |(id, service, severity, text)| {
            let severity = coded(&SEVERITIES, severity, "severity")?;
            Ok((TemplateId(id), NameId(service), severity, text))
        };
        Ok(Definitions {
            names: self.names,
            sources: self.sources.into_iter().map(source).collect(),
            shapes: self.shapes.into_iter().map(shape).collect::<Result<_, _>>()?,
            answer_sets: self.answer_sets.into_iter().map(|set| pairs(set).collect()).collect(),
            sum_series: self.sum_series.into_iter().map(series).collect(),
            templates: self.templates.into_iter().map(template).collect::<Result<_, _>>()?,
            places: self.places.into_iter().map(place).collect(),
        })
    }
}

fn place_words((id, place): &(TemplateId, CodePlace)) -> (u32, [String; 4], u32) {
    let CodePlace { file, line, function, repository, revision } = place.clone();
    (id.0, [file, function, repository, revision], line)
}

fn place((id, words, line): (u32, [String; 4], u32)) -> (TemplateId, CodePlace) {
    let [file, function, repository, revision] = words;
    (TemplateId(id), CodePlace { file, line, function, repository, revision })
}

const fn source_numbers(source: &Source) -> [u32; 5] {
    let Source { service, environment, version, instance, sdk } = *source;
    [service.0, environment.0, version.0, instance.0, sdk.0]
}

fn source(numbers: [u32; 5]) -> Source {
    let [service, environment, version, instance, sdk] = numbers.map(NameId);
    Source { service, environment, version, instance, sdk }
}

fn shape_numbers((service, shape): &(NameId, Shape)) -> (u32, u8, u32, u32, u32) {
    let Shape { kind, operation, peer, path } = shape;
    (service.0, code(&KINDS, kind), operation.0, peer.0, path.0)
}

fn shape(
    (service, kind, operation, peer, path): (u32, u8, u32, u32, u32),
) -> Result<(NameId, Shape), WireError> {
    let kind = coded(&KINDS, kind, "kind of span")?;
    let [operation, peer, path] = [operation, peer, path].map(NameId);
    Ok((NameId(service), Shape { kind, operation, peer, path }))
}

/// The number of a word in a list that only grows.
fn code<T: PartialEq>(list: &[T], word: &T) -> u8 {
    let place = list.iter().position(|known| known == word);
    place.and_then(|at| u8::try_from(at).ok()).expect("invariant: every word is in the list")
}

fn coded<T: Copy>(list: &[T], code: u8, what: &str) -> Result<T, WireError> {
    let word = list.get(usize::from(code)).copied();
    word.ok_or_else(|| WireError::broken(format!("{code} is no {what}")))
}
