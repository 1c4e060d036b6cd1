//! What is to be done: the action items there are, what the record proposes, and what is still open.

use super::Body;
use crate::action::{Action, ActionState};
use crate::case::{Line, LineKind, What};
use crate::document::{Block, Point, Row, Table};
use crate::lint::{ActionText, lint_action};
use crate::phrase::{ended, in_line, quoted};
use crate::question::QuestionKind;
use crate::source::{Sentence, Source, Sources};
use crate::view::View;
use hw_incident::ActionKind;
use hw_model::{Signal, date_words, share_words};

/// Follow-ups that are asked after at most; the others are counted.
const FOLLOW_UPS_MAX: usize = 20;

pub(super) fn body(view: &View<'_>) -> Body {
    let mut body = Body::default();
    if !view.case.actions.is_empty() {
        body.blocks.push(Block::Table(table(view)));
    }
    body.list(proposals(view).into_iter().map(Point::plain).collect());
    ask_for_follow_ups(view, &mut body);
    if view.is_silent() && !has_kind(view, ActionKind::Detect) {
        let words = "Nothing failed, so nothing but the flow itself shows this again, and no action item of kind detect says how \
                     the next one is noticed.";
        let sources = view.main.map(|(id, _)| Source::Shift(id)).into_iter().collect();
        body.ask(QuestionKind::Detect, words, sources);
    }
    if view.case.actions.is_empty() {
        body.ask(
            QuestionKind::Actions,
            "What is to be done? There is no action item yet.",
            Vec::new(),
        );
    }
    for action in view.case.actions.iter().filter(|action| action.state == ActionState::Open) {
        warn_of_wording(action, &mut body);
    }
    body
}

fn has_kind(view: &View<'_>, kind: ActionKind) -> bool {
    let declined = |action: &&Action| matches!(action.state, ActionState::Declined { .. });
    view.case.actions.iter().filter(|action| !declined(action)).any(|action| action.kind == kind)
}

fn table(view: &View<'_>) -> Table {
    let columns = ["Item", "Kind", "What", "Owner", "Due", "Done when", "State"].map(str::to_owned);
    Table { columns: columns.into(), rows: view.case.actions.iter().map(row).collect() }
}

fn row(action: &Action) -> Row {
    let nobody = || "nobody yet".to_owned();
    let state = match &action.state {
        ActionState::Open => "open".to_owned(),
        ActionState::Done { evidence: None } => "done".to_owned(),
        ActionState::Done { evidence: Some(evidence) } => format!("done: {}", in_line(evidence)),
        ActionState::Declined { reason } => format!("declined: {}", in_line(reason)),
    };
    let ticket = action.ticket.as_ref().map(|ticket| format!(" ({ticket})")).unwrap_or_default();
    let cells = vec![
        format!("A{}", action.id),
        action.kind.word().to_owned(),
        format!("{}{ticket}", in_line(&action.text)),
        action.owner.clone().unwrap_or_else(nobody),
        action.due.map_or_else(|| "no date yet".to_owned(), date_words),
        action.done_when.as_deref().map_or_else(|| "not said yet".to_owned(), in_line),
        state,
    ];
    let sources = Sources::from(Source::Action(action.id)).and_all(action.entry.map(Source::Entry));
    Row { cells, sources }
}

/// What the record itself suggests. Nobody has taken it on: it says so.
fn proposals(view: &View<'_>) -> Vec<Sentence> {
    let all = [
        (ActionKind::Detect, detect(view)),
        (ActionKind::Repair, repair(view)),
        (ActionKind::Process, redeploy(view)),
    ];
    let open = all.into_iter().filter(|(kind, _)| !has_kind(view, *kind));
    open.filter_map(|(kind, proposal)| {
        let (words, sources) = proposal?;
        Some(Sentence::new(
            format!("Proposed, {}: {words} Nobody has taken it on yet.", kind.word()),
            sources,
        ))
    })
    .collect()
}

fn detect(view: &View<'_>) -> Option<(String, Sources)> {
    let (id, shift) = view.main?;
    let hop = shift.target.hop().filter(|_| shift.signal == Signal::Transfer)?;
    let words = format!(
        "alert when the share of what enters {} that goes on to {} leaves its usual {} for some minutes \
         (highwater rule propose {}).",
        hop.caller,
        hop.callee,
        share_words(shift.before),
        view.case.record.id
    );
    Some((words, id.into()))
}

fn repair(view: &View<'_>) -> Option<(String, Sources)> {
    let cure = view.cure().filter(|cure| cure.cures_nothing())?;
    let origin = view.origin().filter(|_| view.repairs().is_empty())?;
    let words = format!(
        "find and repair what makes {} do so; {} only stopped it.",
        origin.service,
        cure.words(view.case)
    );
    Some((words, cure.sources.clone().and_all(view.origin_sources().iter().cloned())))
}

fn redeploy(view: &View<'_>) -> Option<(String, Sources)> {
    let is_back = |id| view.case.changes.iter().any(|later| later.redeploy_of == Some(id));
    let id = view.case.diagnosis.redeploy.iter().copied().find(|id| !is_back(*id))?;
    let words = format!(
        "deploy again what was taken back although innocent: {}.",
        view.case.change_words(id)
    );
    Some((words, id.into()))
}

/// What people noted for afterwards, and what became of it.
fn ask_for_follow_ups(view: &View<'_>, body: &mut Body) {
    let taken: Vec<u64> = view.case.actions.iter().filter_map(|action| action.entry).collect();
    let noted = view.case.told(What::Noted).filter(|line| line.kind == LineKind::FollowUp);
    let open: Vec<&Line> = noted.filter(|line| !taken.contains(&line.seq)).collect();
    for line in open.iter().take(FOLLOW_UPS_MAX) {
        let words = format!(
            "What becomes of what {} noted {}: {} It is no action item yet.",
            line.by,
            view.clock.when(line.happened_at),
            ended(&quoted(&line.words))
        );
        body.ask(QuestionKind::FollowUp, words, vec![line.source()]);
    }
    if let Some(rest) = open.get(FOLLOW_UPS_MAX..).filter(|rest| !rest.is_empty()) {
        let words = format!("What becomes of {} more that were noted for afterwards?", rest.len());
        let sources =
            rest.first().into_iter().chain(rest.last()).map(|line| line.source()).collect();
        body.ask(QuestionKind::FollowUp, words, sources);
    }
}

fn warn_of_wording(action: &Action, body: &mut Body) {
    let text = ActionText {
        text: &action.text,
        owner: action.owner.as_deref(),
        has_due: action.due.is_some(),
        done_when: action.done_when.as_deref(),
    };
    let found = lint_action(&text);
    if found.is_empty() {
        return;
    }
    let wrong: Vec<&str> = found.iter().map(|finding| finding.suggestion.as_str()).collect();
    let words = format!("A{} cannot be worked on as it is written: {}", action.id, wrong.join(" "));
    body.ask(QuestionKind::Wording, words, vec![Source::Action(action.id)]);
}
