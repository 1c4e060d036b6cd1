//! What was taken in and not yet passed on: the one owner of the dictionary of the writing side.

use crate::keys::Keys;
use crate::mapping;
use crate::options::ReadOptions;
use crate::pending::Pending;
use crate::request::Request;
use crate::tally::Tally;
use hw_flow::{Dictionary, DictionaryLimits};
use hw_model::{AnswerSetId, Batch, LogEnd, NameId, ShapeId, SpanEnd, SumPoint};

/// Takes requests in, one [`decode`](crate::decode) after the other, and gives batches out.
#[derive(Debug)]
pub struct Intake {
    keys: Keys,
    options: ReadOptions,
    dictionary: Dictionary,
    pending: Pending,
}

impl Intake {
    /// With nothing in it.
    #[must_use]
    pub fn new(options: ReadOptions, limits: DictionaryLimits) -> Self {
        Self {
            keys: Keys::new(&options),
            options,
            dictionary: Dictionary::new(limits),
            pending: Pending::default(),
        }
    }

    /// With the dictionary of an earlier run.
    #[must_use]
    pub fn with_dictionary(options: ReadOptions, dictionary: Dictionary) -> Self {
        let keys = Keys::new(&options);
        Self { keys, options, dictionary, pending: Pending::default() }
    }

    /// The dictionary, to learn what an earlier run wrote, or to take back what could not be written.
    pub const fn dictionary_mut(&mut self) -> &mut Dictionary {
        &mut self.dictionary
    }

    /// The names behind the ids of its records.
    #[must_use]
    pub const fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Spans taken in since the last batch.
    #[must_use]
    pub fn spans(&self) -> &[SpanEnd] {
        &self.pending.spans
    }

    /// Evaluations of feature flags taken in since the last batch.
    #[must_use]
    pub fn evaluations(&self) -> &[SpanEnd] {
        &self.pending.evaluations
    }

    /// Log lines taken in since the last batch.
    pub fn logs(&self) -> impl ExactSizeIterator<Item = &LogEnd> {
        self.pending.logs.iter().map(|line| &line.end)
    }

    /// Points of counters taken in since the last batch.
    #[must_use]
    pub fn sums(&self) -> &[SumPoint] {
        &self.pending.sums
    }

    /// All that was taken in since the last batch, with the definitions it is the first to use.
    pub fn take_batch(&mut self) -> Batch {
        let Pending { mut spans, evaluations, logs, sums } = self.take_pending();
        spans.extend(evaluations);
        let definitions = self.dictionary.drain_definitions();
        Batch { definitions, spans, logs: logs.into_iter().map(|line| line.end).collect(), sums }
    }

    pub(crate) const fn keys(&mut self) -> &mut Keys {
        &mut self.keys
    }

    /// Forgets what was taken in since the last batch.
    pub fn clear(&mut self) {
        self.pending = Pending::default();
    }

    pub(crate) const fn pending_mut(&mut self) -> &mut Pending {
        &mut self.pending
    }

    pub(crate) fn take_pending(&mut self) -> Pending {
        std::mem::take(&mut self.pending)
    }

    /// The answers of a set on spans of a shape, without those whose key turned out to have too many
    /// values. Declared answers stay.
    pub(crate) fn open_answers(
        &self,
        shape: ShapeId,
        set: AnswerSetId,
    ) -> impl Iterator<Item = (NameId, NameId)> {
        let is_declared = |key| {
            let key = self.dictionary.text(key);
            self.options.decisions.iter().any(|rule| rule.name == key)
        };
        let is_open = move |key| !self.dictionary.is_dropped(shape, key) || is_declared(key);
        self.dictionary.answer_set(set).iter().copied().filter(move |(key, _)| is_open(*key))
    }

    /// Makes records of a request that was read to its end.
    pub(crate) fn admit(&mut self, request: &Request<'_>) -> Tally {
        mapping::map(request, &self.options, &mut self.dictionary, &mut self.pending)
    }
}
