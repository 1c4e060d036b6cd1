//! From the JSON of a post mortem to the document, or what of it cannot be read.

use super::{
    Postmortem, PostmortemAnswer, PostmortemBlock, PostmortemCourse, PostmortemDay,
    PostmortemFigure, PostmortemFigureData, PostmortemMark, PostmortemMoment, PostmortemPoint,
    PostmortemQuestion, PostmortemRow, PostmortemSection, PostmortemSentence, PostmortemText,
};
use crate::time::instant;
use hw_incident::{ReviewStatus, SeverityLevel, Status};
use hw_model::{Effect, Hop, HopId, IncidentId, Interval, Timestamp, Verdict};
use hw_report::{
    AnswerData, Audience, Block, Day, Document, Figure, FigureData, FlowData, FlowLeg, Happening,
    HeadFact, Lane, Mark, Place, Point, Question, QuestionKind, RatioData, RatioPoint, Row,
    Section, SectionKind, Sentence, Source, Sources, Table, Tone, Usual, Voice, Written,
};

/// What of a post mortem cannot be read, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostmortemFault(pub String);

type Read<T> = Result<T, PostmortemFault>;

impl TryFrom<&Postmortem> for Document {
    type Error = PostmortemFault;

    fn try_from(json: &Postmortem) -> Read<Self> {
        let optional =
            |key: &str, at: &Option<String>| at.as_ref().map(|at| time(key, at)).transpose();
        let severity =
            json.severity.as_deref().map(|it| word("severity", it, SeverityLevel::from_word));
        let status = json.status.as_deref().map(|it| word("status", it, Status::from_word));
        let incident =
            json.incident.as_deref().map(|it| word("incident", it, IncidentId::from_word));
        let audience = |word: &str| {
            [Audience::Internal, Audience::Public].into_iter().find(|it| it.word() == word)
        };
        Ok(Self {
            incident: incident.transpose()?,
            title: json.title.clone(),
            at: optional("at", &json.at)?,
            status: status.transpose()?,
            severity: severity.transpose()?,
            state: word("state", &json.state, ReviewStatus::from_word)?,
            version: json.version,
            due: optional("due", &json.due)?,
            made_at: time("made_at", &json.made_at)?,
            audience: word("audience", &json.audience, audience)?,
            restricted_to: json.restricted_to.clone(),
            people: json.people.clone(),
            facts: json
                .facts
                .iter()
                .map(|fact| {
                    let sentence = said(&fact.words, &fact.sources)?;
                    Ok(HeadFact { label: fact.label.clone(), sentence })
                })
                .collect::<Read<_>>()?,
            sections: all(&json.sections, section)?,
            figures: all(&json.figures, figure)?,
        })
    }
}

fn fault<T>(words: String) -> Read<T> {
    Err(PostmortemFault(words))
}

fn all<A, B>(items: &[A], read: impl Fn(&A) -> Read<B>) -> Read<Vec<B>> {
    items.iter().map(read).collect()
}

fn word<T>(what: &str, word: &str, find: impl Fn(&str) -> Option<T>) -> Read<T> {
    match find(word) {
        Some(found) => Ok(found),
        None => fault(format!("{what}: \"{word}\" is no {what}")),
    }
}

fn time(what: &str, at: &str) -> Read<Timestamp> {
    word(what, at, |at| at.contains('T').then(|| instant(at)).flatten())
}

fn optional_time(what: &str, at: Option<&String>) -> Read<Option<Timestamp>> {
    at.map(|at| time(what, at)).transpose()
}

fn said(words: &str, sources: &[String]) -> Read<Sentence> {
    Ok(Sentence { words: words.to_owned(), sources: of(words, sources)? })
}

fn of(words: &str, sources: &[String]) -> Read<Sources> {
    let sources = all(sources, |source| word("source", source, Source::from_word))?;
    match Sources::of(sources) {
        Some(sources) => Ok(sources),
        None => fault(format!("\"{words}\" has no source: a post mortem says nothing without one")),
    }
}

fn sentence(json: &PostmortemSentence) -> Read<Sentence> {
    said(&json.words, &json.sources)
}

fn section(json: &PostmortemSection) -> Read<Section> {
    Ok(Section {
        kind: word("section", &json.kind, SectionKind::from_word)?,
        title: json.title.clone(),
        blocks: all(&json.blocks, block)?,
        questions: all(&json.questions, question)?,
        written: json.written.as_ref().map(text).transpose()?,
    })
}

fn text(json: &PostmortemText) -> Read<Written> {
    let place =
        |word: &str| [Place::Instead, Place::After].into_iter().find(|place| place.word() == word);
    Ok(Written {
        text: json.text.clone(),
        place: word("place", &json.place, place)?,
        by: json.by.clone(),
        at: optional_time("at", json.at.as_ref())?,
    })
}

fn block(json: &PostmortemBlock) -> Read<Block> {
    Ok(match json {
        PostmortemBlock::Paragraph { sentences } => Block::Paragraph(all(sentences, sentence)?),
        PostmortemBlock::List { points } => Block::List(all(points, point)?),
        PostmortemBlock::Days { days } => Block::Days(all(days, day)?),
        PostmortemBlock::Table { columns, rows } => {
            Block::Table(Table { columns: columns.clone(), rows: all(rows, row)? })
        }
        PostmortemBlock::Figure { id } => Block::Figure(id.clone()),
    })
}

fn point(json: &PostmortemPoint) -> Read<Point> {
    Ok(Point { sentence: sentence(&json.sentence)?, facts: all(&json.facts, sentence)? })
}

fn day(json: &PostmortemDay) -> Read<Day> {
    Ok(Day { date: json.date.clone(), moments: all(&json.moments, moment)? })
}

fn moment(json: &PostmortemMoment) -> Read<Happening> {
    let voice =
        |word: &str| [Voice::Person, Voice::Machine].into_iter().find(|voice| voice.word() == word);
    let tone = |word: &str| Tone::ALL.into_iter().find(|tone| tone.word() == word);
    Ok(Happening {
        time: json.time.clone(),
        by: json.by.clone(),
        voice: word("voice", &json.voice, voice)?,
        tone: word("tone", &json.tone, tone)?,
        is_pinned: json.is_pinned,
        sentence: sentence(&json.sentence)?,
    })
}

fn row(json: &PostmortemRow) -> Read<Row> {
    let first = json.cells.first().map(String::as_str).unwrap_or_default();
    Ok(Row { cells: json.cells.clone(), sources: of(first, &json.sources)? })
}

fn question(json: &PostmortemQuestion) -> Read<Question> {
    Ok(Question {
        kind: word("question", &json.kind, QuestionKind::from_word)?,
        words: json.words.clone(),
        sources: all(&json.sources, |source| word("source", source, Source::from_word))?,
        hints: all(&json.hints, sentence)?,
    })
}

fn figure(json: &PostmortemFigure) -> Read<Figure> {
    let data = match &json.data {
        PostmortemFigureData::Flow { legs, origin, cleared } => FigureData::Flow(FlowData {
            legs: all(legs, leg)?,
            origin: origin.clone(),
            cleared: cleared.clone(),
        }),
        PostmortemFigureData::Ratio(json) => FigureData::Ratio(course(json)?),
        PostmortemFigureData::CloseUp(json) => FigureData::CloseUp(course(json)?),
        PostmortemFigureData::Answers { hop: on, before, since } => {
            FigureData::Answers(AnswerData {
                hop: hop(on)?,
                before: before.iter().map(answer).collect(),
                since: since.iter().map(answer).collect(),
            })
        }
    };
    Ok(Figure { id: json.id.clone(), title: json.title.clone(), query: json.query.clone(), data })
}

fn answer(json: &PostmortemAnswer) -> (String, u64) {
    (json.value.clone(), json.n)
}

fn leg(json: &crate::TrailStep) -> Read<FlowLeg> {
    let (entered, left, expected) = (json.entered, json.left, json.expected);
    Ok(FlowLeg { hop: hop(&json.hop)?, entered, left, expected })
}

pub(super) fn hop(id: &str) -> Read<Hop> {
    word("hop", id, |id| HopId(id.to_owned()).hop())
}

fn course(json: &PostmortemCourse) -> Read<RatioData> {
    let points = json.points.iter().map(|point| {
        let counts = point.entered.zip(point.left);
        Ok(RatioPoint { at: time("at", &point.at)?, counts })
    });
    Ok(RatioData {
        hop: hop(&json.hop)?,
        step_s: json.step_s,
        points: points.collect::<Read<_>>()?,
        usual: json.usual.map(|usual| Usual {
            share: usual.share,
            low: usual.low,
            high: usual.high,
        }),
        onset_at: time("onset_at", &json.onset_at)?,
        onset: Interval {
            from: time("onset_from", &json.onset_from)?,
            to: time("onset_to", &json.onset_to)?,
        },
        detected_at: time("detected_at", &json.detected_at)?,
        ended_at: optional_time("ended_at", json.ended_at.as_ref())?,
        marks: all(&json.marks, mark)?,
    })
}

fn mark(json: &PostmortemMark) -> Read<Mark> {
    let lane =
        |word: &str| [Lane::Change, Lane::Person].into_iter().find(|lane| lane.word() == word);
    Ok(Mark {
        at: time("at", &json.at)?,
        id: json.id.clone(),
        words: json.words.clone(),
        lane: word("lane", &json.lane, lane)?,
        verdict: json
            .verdict
            .as_deref()
            .map(|it| word("verdict", it, Verdict::from_word))
            .transpose()?,
        effect: json
            .effect
            .as_deref()
            .map(|it| word("effect", it, Effect::from_word))
            .transpose()?,
    })
}
