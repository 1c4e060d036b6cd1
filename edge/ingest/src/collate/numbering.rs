//! Numbers names, sources, shapes and the rest anew, in the order of what they stand for.
//!
//! The dictionary numbers things as they come, so its numbers show in which order files were read,
//! and whoever breaks ties by id would show it too. Here each kind is sorted by the texts behind it,
//! and only what a record uses gets a number. Answers whose key turned out to have too many values
//! are left out of all spans, also of those read before it turned out.

use super::used::{Marks, Used};
use crate::intake::Intake;
use crate::pending::LogLine;
use hw_model::{
    AnswerSetId, CodePlace, Definitions, NameId, Severity, Shape, ShapeId, Source, SourceId,
    SpanEnd, SpanKind, SumPoint, SumSeries, SumSeriesId, TemplateId,
};
use std::collections::{BTreeMap, HashMap};

/// New numbers for old ones.
#[derive(Debug)]
pub(super) struct Numbering {
    sources: Order<Source>,
    shapes: Order<(NameId, Shape)>,
    answers: HashMap<(ShapeId, AnswerSetId), AnswerSetId>,
    templates: Order<Template>,
    series: Order<SumSeries>,
}

/// Service, severity and words of a log template.
type Template = (NameId, Severity, Box<str>);

/// A set of answers on a shape as the dictionary knows it, and what remains of it.
type Open = ((ShapeId, AnswerSetId), Vec<(NameId, NameId)>);

/// Pairs of key and value.
type AnswerSet = Box<[(NameId, NameId)]>;

impl Numbering {
    /// Numbers what is used, and says what the numbers stand for. `intake` must not have given a
    /// batch away before.
    pub(super) fn new(used: &Used, intake: &mut Intake) -> (Self, Definitions) {
        let old = intake.take_batch().definitions;
        let is_first = old.names.first().is_some_and(|name| name.is_empty());
        assert!(is_first, "invariant: a collated intake gives no batches away");
        let open = used.answers.iter().map(|(shape, set)| {
            ((*shape, *set), intake.open_answers(*shape, *set).collect::<Vec<_>>())
        });
        let open: Vec<Open> = open.collect();
        let names = names(used, &old, &open);
        let (answers, answer_sets) = number_answers(&open, &names);
        let numbering =
            Self {
                sources: Order::new(used.sources.ids().filter_map(|id| {
                    Some((id, new_source(old.sources.get(id as usize)?, &names)))
                })),
                shapes: Order::new(used.shapes.ids().filter_map(|id| {
                    let (service, shape) = old.shapes.get(id as usize)?;
                    Some((id, (names.name(*service), new_shape(shape, &names))))
                })),
                answers,
                templates: Order::new(old.templates.into_iter().filter_map(|template| {
                    let (id, service, severity, text) = template;
                    used.templates.has(id.0).then(|| (id.0, (names.name(service), severity, text)))
                })),
                series: Order::new(used.series.ids().filter_map(|id| {
                    Some((id, new_series(old.sum_series.get(id as usize)?, &names)))
                })),
            };
        let definitions = Definitions {
            names: names.items.iter().map(|(_, text)| text.clone()).collect(),
            sources: numbering.sources.items.clone(),
            shapes: numbering.shapes.items.clone(),
            answer_sets,
            sum_series: numbering.series.items.clone(),
            templates: (0..)
                .zip(&numbering.templates.items)
                .map(|(id, (service, severity, text))| {
                    (TemplateId(id), *service, *severity, text.clone())
                })
                .collect(),
            places: numbering.places(old.places, used),
        };
        (numbering, definitions)
    }

    /// Where lines were written, by the new numbers of what they say.
    fn places(
        &self,
        old: Vec<(TemplateId, CodePlace)>,
        used: &Used,
    ) -> Vec<(TemplateId, CodePlace)> {
        let used = old.into_iter().filter(|(id, _)| used.templates.has(id.0));
        let numbered = used.map(|(id, place)| (TemplateId(self.templates.of(id.0)), place));
        let mut places: Vec<_> = numbered.collect();
        places.sort_unstable();
        places
    }

    /// Gives a span its new numbers.
    pub(super) fn span(&self, span: &mut SpanEnd) {
        let answers = self.answers.get(&(span.shape, span.answers)).copied();
        span.answers = answers.unwrap_or(AnswerSetId::NONE);
        span.source = SourceId(self.sources.of(span.source.0));
        span.shape = ShapeId(self.shapes.of(span.shape.0));
    }

    /// Gives a log line its new numbers.
    pub(super) fn log(&self, log: &mut LogLine) {
        log.end.source = SourceId(self.sources.of(log.end.source.0));
        log.end.template = TemplateId(self.templates.of(log.end.template.0));
    }

    /// Gives a point its new numbers.
    pub(super) fn sum(&self, sum: &mut SumPoint) {
        sum.source = SourceId(self.sources.of(sum.source.0));
        sum.series = SumSeriesId(self.series.of(sum.series.0));
    }

    /// Which end of a call a shape with a new number is.
    pub(super) fn kind(&self, shape: ShapeId) -> Option<SpanKind> {
        self.shapes.items.get(shape.0 as usize).map(|(_, shape)| shape.kind)
    }
}

/// Things of one kind in their new order, and the new number of each old one.
#[derive(Debug)]
struct Order<T> {
    items: Vec<T>,
    new: Vec<u32>,
}

impl<T: Ord> Order<T> {
    fn new(items: impl Iterator<Item = (u32, T)>) -> Self {
        let mut sorted: Vec<(T, u32)> = items.map(|(old, item)| (item, old)).collect();
        sorted.sort_unstable();
        let mut new = Vec::new();
        for (number, (_, old)) in (0..).zip(&sorted) {
            let idx = *old as usize;
            new.resize(new.len().max(idx + 1), 0);
            if let Some(place) = new.get_mut(idx) {
                *place = number;
            }
        }
        Self { items: sorted.into_iter().map(|(item, _)| item).collect(), new }
    }

    fn of(&self, old: u32) -> u32 {
        self.new.get(old as usize).copied().unwrap_or_default()
    }
}

/// Names by text, but for the first two, whose numbers are fixed: "" and `~other`.
type Names = Order<(u32, Box<str>)>;

const FIXED_NAMES: u32 = 2;

impl Names {
    fn name(&self, old: NameId) -> NameId {
        NameId(self.of(old.0))
    }
}

/// The names of all that is used.
fn names(used: &Used, old: &Definitions, open: &[Open]) -> Names {
    let mut marks = Marks::default();
    let mut mark = |ids: &[NameId]| ids.iter().for_each(|id| marks.mark(id.0));
    mark(&[NameId(0), NameId(1)]);
    for source in used.sources.ids().filter_map(|id| old.sources.get(id as usize)) {
        let Source { service, environment, version, instance, sdk } = *source;
        mark(&[service, environment, version, instance, sdk]);
    }
    for (_, shape) in used.shapes.ids().filter_map(|id| old.shapes.get(id as usize)) {
        mark(&[shape.operation, shape.peer, shape.path]);
    }
    for (key, value) in open.iter().flat_map(|(_, pairs)| pairs) {
        mark(&[*key, *value]);
    }
    for series in used.series.ids().filter_map(|id| old.sum_series.get(id as usize)) {
        mark(&[series.metric, series.answer_key, series.answer]);
    }
    for (id, service, ..) in &old.templates {
        if used.templates.has(id.0) {
            mark(&[*service]);
        }
    }
    Order::new(marks.ids().filter_map(|id| {
        let text = old.names.get(id as usize)?.clone();
        Some((id, (id.min(FIXED_NAMES), text)))
    }))
}

fn new_source(old: &Source, names: &Names) -> Source {
    Source {
        service: names.name(old.service),
        environment: names.name(old.environment),
        version: names.name(old.version),
        instance: names.name(old.instance),
        sdk: names.name(old.sdk),
    }
}

fn new_shape(old: &Shape, names: &Names) -> Shape {
    Shape {
        kind: old.kind,
        operation: names.name(old.operation),
        peer: names.name(old.peer),
        path: names.name(old.path),
    }
}

fn new_series(old: &SumSeries, names: &Names) -> SumSeries {
    SumSeries {
        metric: names.name(old.metric),
        answer_key: names.name(old.answer_key),
        answer: names.name(old.answer),
        identity: old.identity,
    }
}

/// New numbers for sets of answers, which may become equal when closed keys are left out.
fn number_answers(
    open: &[Open],
    names: &Names,
) -> (HashMap<(ShapeId, AnswerSetId), AnswerSetId>, Vec<AnswerSet>) {
    let renamed = |pairs: &Vec<(NameId, NameId)>| -> AnswerSet {
        let renamed = pairs.iter().map(|(key, value)| (names.name(*key), names.name(*value)));
        let mut renamed: Vec<_> = renamed.collect();
        renamed.sort_unstable();
        renamed.into_boxed_slice()
    };
    let mut numbers: BTreeMap<AnswerSet, u32> = BTreeMap::from([(AnswerSet::default(), 0)]);
    numbers.extend(open.iter().map(|(_, pairs)| (renamed(pairs), 0)));
    for (number, place) in (0..).zip(numbers.values_mut()) {
        *place = number;
    }
    let number = |pairs| AnswerSetId(numbers.get(&renamed(pairs)).copied().unwrap_or_default());
    let answers = open.iter().map(|(of, pairs)| (*of, number(pairs))).collect();
    (answers, numbers.into_keys().collect())
}
