//! Which instances of which versions were heard, when first and when last.
//!
//! Changes are read off this: a version that is new, a version that is back, an instance that
//! fell silent while another began. Span times count (when something happened), not arrival times.

use crate::services::ServiceIdx;
use hw_model::{NameId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

/// One running instance of one version of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// The service.
    pub service: ServiceIdx,
    /// `service.version`; empty if not said.
    pub version: NameId,
    /// `service.instance.id` or what stands for it; empty if not said.
    pub instance: NameId,
    /// Telemetry SDK; empty if not said.
    pub sdk: NameId,
    /// Start of its first span.
    pub first_at: Timestamp,
    /// End of its last span.
    pub last_at: Timestamp,
    /// How many spans, or log lines where it sent no spans.
    pub n_records: u64,
    /// Whether it sent spans at all.
    pub has_spans: bool,
}

/// What was heard of the spans of a service, all its instances together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// End of its last span.
    pub last_at: Timestamp,
    /// How many spans.
    pub n_spans: u64,
}

/// All instances heard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Instances {
    by_source: Vec<Option<u32>>,
    instances: Vec<Instance>,
    /// By number of the service; none where no span came.
    voices: Vec<Option<Voice>>,
}

/// What was heard of an instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    pub from: Timestamp,
    pub to: Timestamp,
    pub is_span: bool,
}

impl Heard {
    pub(crate) const fn span(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to, is_span: true }
    }

    pub(crate) const fn log(at: Timestamp) -> Self {
        Self { from: at, to: at, is_span: false }
    }
}

impl Instances {
    /// Notes a record of `source`. `describe` is asked only for a source heard for the first time.
    pub(crate) fn note(
        &mut self,
        source: SourceId,
        heard: Heard,
        describe: impl FnOnce() -> Instance,
    ) {
        let at = source.0 as usize;
        if self.by_source.len() <= at {
            self.by_source.resize(at + 1, None);
        }
        let Some(slot) = self.by_source.get_mut(at) else { return };
        let position = *slot.get_or_insert_with(|| {
            self.instances.push(describe());
            u32::try_from(self.instances.len() - 1).expect("invariant: sources_max")
        });
        let Some(instance) = self.instances.get_mut(position as usize) else { return };
        if heard.is_span && !instance.has_spans {
            instance.first_at = heard.from;
            instance.last_at = heard.to;
            instance.n_records = 0;
            instance.has_spans = true;
        }
        if heard.is_span == instance.has_spans {
            instance.first_at = instance.first_at.min(heard.from);
            instance.last_at = instance.last_at.max(heard.to);
            instance.n_records += 1;
        }
        if heard.is_span {
            let service = instance.service;
            self.note_voice(service, heard.to);
        }
    }

    fn note_voice(&mut self, service: ServiceIdx, at: Timestamp) {
        let number = service.0 as usize;
        if self.voices.len() <= number {
            self.voices.resize(number + 1, None);
        }
        let Some(slot) = self.voices.get_mut(number) else { return };
        let voice = slot.get_or_insert(Voice { last_at: at, n_spans: 0 });
        voice.last_at = voice.last_at.max(at);
        voice.n_spans += 1;
    }

    pub(crate) fn voices(&self) -> impl Iterator<Item = (ServiceIdx, Voice)> {
        let numbered = (0..).map(ServiceIdx).zip(&self.voices);
        numbered.filter_map(|(service, voice)| voice.map(|voice| (service, voice)))
    }

    pub(crate) fn all(&self) -> &[Instance] {
        &self.instances
    }
}
