//! Drafts of incidents as they come: whole, half known, long, and of people only.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use hw_incident::ActionKind;
use hw_incident::{
    Author, Hypothesis, HypothesisState, Name, Record, Role, RoleHeld, SeverityLevel, Status, Text,
};
use hw_model::{
    Change, ChangeId, ChangeKind, ChangeSource, Clearance, CodePlace, Diagnosis, Direction, Effect,
    Hop, Impact, IncidentId, Interval, Judgement, Lead, Mitigation, Origin, Severity, Shift,
    ShiftId, Signal, Target, Timestamp, TrailStep, Verdict,
};
use hw_report::{
    Action, ActionState, Block, Case, Course, Document, Fact, Line, LineKind, Place, QuestionKind,
    Review, SectionKind, Sentence, Source, Step, StepCounts, What, Written, draft,
};

/// Monday, 23 November 2026, 06:11:00.
const ONSET: Timestamp = Timestamp::from_s(1_795_414_260);

fn at(seconds: f64) -> Timestamp {
    ONSET.plus_s(seconds)
}

fn person(name: &str) -> Author {
    Author::Person(Name::recorded(name))
}

/// A case that grows entry by entry.
struct Story {
    case: Case,
}

impl Story {
    /// Nothing is known but that there is an incident.
    fn empty() -> Self {
        let case = Case {
            record: Record::new(IncidentId(1)),
            title: "more items than usual".to_owned(),
            ended_at: None,
            shifts: Vec::new(),
            changes: Vec::new(),
            diagnosis: Diagnosis::default(),
            lines: Vec::new(),
            courses: Vec::new(),
            facts: Vec::new(),
            actions: Vec::new(),
            review: Review::default(),
            now: at(3_600.0),
        };
        Self { case }
    }

    fn says(
        &mut self,
        seconds: f64,
        by: Author,
        (what, kind): (What, LineKind),
        words: &str,
    ) -> u64 {
        let seq = self.case.lines.len() as u64 + 1;
        self.case.lines.push(Line {
            seq,
            happened_at: at(seconds),
            recorded_at: at(seconds),
            by,
            what,
            kind,
            words: words.to_owned(),
            about: None,
            value: None,
            because: Vec::new(),
            is_pinned: false,
        });
        seq
    }

    fn highwater(
        &mut self,
        seconds: f64,
        (what, kind): (What, LineKind),
        words: &str,
        about: &str,
    ) -> u64 {
        let seq = self.says(seconds, Author::Highwater, (what, kind), words);
        self.case.lines.last_mut().unwrap().about = Some(about.to_owned());
        seq
    }

    /// A gate that opens, as figures show it: over after 9 minutes.
    fn measured() -> Self {
        let mut story = Self::empty();
        story.highwater(
            15.0,
            (What::ShiftDetected, LineKind::Alert),
            "S1: transfer of screening rose",
            "S1",
        );
        story.highwater(
            16.0,
            (What::OriginNamed, LineKind::Alert),
            "it starts at eligibility (97 % sure)",
            "",
        );
        let case = &mut story.case;
        case.title =
            "screening passes 100 % of what it receives; it usually passes half".to_owned();
        case.shifts = vec![(ShiftId(1), shift(Signal::Transfer, Some(at(540.0))))];
        case.ended_at = Some(at(540.0));
        case.changes = vec![
            change(1, ChangeKind::Deploy, ("router", -177.0)),
            change(2, ChangeKind::Rollback, ("router", 243.0)),
            change(3, ChangeKind::Restart, ("eligibility", 543.0)),
        ];
        case.changes[1].reverses = Some(ChangeId(1));
        case.changes[2].to_version = case.changes[2].from_version.clone();
        case.diagnosis = diagnosis();
        case.record.is_measured = true;
        case.record.times.detected = Some(at(15.0));
        case.record.times.started = Some(ONSET);
        story
    }
}

fn hop() -> Hop {
    let [caller, callee, operation] = ["screening", "worklist", "POST /items"].map(str::to_owned);
    Hop { caller, entry: Some("POST /screen".to_owned()), callee, operation }
}

fn shift(signal: Signal, ended_at: Option<Timestamp>) -> Shift {
    Shift {
        signal,
        service: "screening".to_owned(),
        target: Target::Hop(hop()),
        value: None,
        direction: Direction::Up,
        before: 0.5,
        after: 1.0,
        onset_at: ONSET,
        onset: Interval { from: at(-2.0), to: at(2.0) },
        detected_at: at(15.0),
        ended_at,
        accepted_at: None,
        back_since: None,
        evidence_nats: 26.6,
    }
}

fn change(id: u32, kind: ChangeKind, (service, seconds): (&str, f64)) -> Change {
    Change {
        id: ChangeId(id),
        kind,
        service: service.to_owned(),
        from_version: Some("1.4.2".to_owned()),
        to_version: Some("2.0.0".to_owned()),
        at: at(seconds),
        source: ChangeSource::Telemetry,
        reverses: None,
        redeploy_of: None,
    }
}

fn diagnosis() -> Diagnosis {
    let because = |words: &str| vec![words.to_owned()];
    Diagnosis {
        origins: vec![Origin {
            service: "eligibility".to_owned(),
            hop: None,
            confidence: 0.97,
            because: because(
                "its answer \"go\" rose from 49 % to 100 % of its answers at 06:11:00",
            ),
        }],
        cleared: vec![Clearance {
            service: "screening".to_owned(),
            because: because("mechanism test: as before"),
        }],
        trail: vec![TrailStep { hop: hop(), entered: 2_619, left: 2_619, expected: 1_284.6 }],
        leads: vec![Lead {
            service: "eligibility".to_owned(),
            severity: Severity::Warn,
            template: "rules snapshot <*> is empty".to_owned(),
            count: 91,
            first_at: at(2.0),
            place: Some(CodePlace {
                file: "src/rules.py".to_owned(),
                line: 88,
                function: "load".to_owned(),
                repository: "https://github.com/acme/eligibility".to_owned(),
                revision: "3f2a9c1d".repeat(5),
            }),
        }],
        judgements: vec![Judgement {
            change: ChangeId(1),
            verdict: Verdict::Exonerated,
            probability: 0.02,
            because: because(
                "rolled back at 06:15:03; the figure stayed (factor 19 for innocence)",
            ),
        }],
        mitigations: vec![
            Mitigation {
                change: ChangeId(2),
                effect: Effect::None,
                because: because("no return (69 nats against a return)"),
            },
            Mitigation {
                change: ChangeId(3),
                effect: Effect::Worked,
                because: because("back at 51 %"),
            },
        ],
        redeploy: vec![ChangeId(1)],
        impact: Some(Impact { excess_items: 1_346.0, low: 1_274.0, high: 1_417.0 }),
    }
}

/// The words of a section.
fn words(document: &Document, kind: SectionKind) -> String {
    let mut words = String::new();
    for block in document.section(kind).iter().flat_map(|section| &section.blocks) {
        let sentences: Vec<&Sentence> = match block {
            Block::Paragraph(sentences) => sentences.iter().collect(),
            Block::List(points) => points
                .iter()
                .flat_map(|point| std::iter::once(&point.sentence).chain(&point.facts))
                .collect(),
            Block::Days(days) => {
                days.iter().flat_map(|day| &day.moments).map(|moment| &moment.sentence).collect()
            }
            Block::Table(_) | Block::Figure(_) => Vec::new(),
        };
        for sentence in sentences {
            words.push_str(&sentence.words);
            words.push('\n');
        }
    }
    words
}

fn asks(document: &Document) -> Vec<QuestionKind> {
    document.questions().map(|question| question.kind).collect()
}

/// Each source of a draft stands in its case; sentences begin and end as sentences do.
fn check(case: &Case) -> Document {
    let document = draft(case);
    assert_eq!(document, draft(case), "the same case gives the same draft");
    let is_known = |source: &Source| match source {
        Source::Entry(seq) => case.lines.iter().any(|line| line.seq == *seq),
        Source::Shift(id) => case.shifts.iter().any(|(known, _)| known == id),
        Source::Change(id) => case.changes.iter().any(|change| change.id == *id),
        Source::Action(id) => case.actions.iter().any(|action| action.id == *id),
        Source::Figure(id) => document.figure(id).is_some(),
        Source::Query(path) => {
            path == "/api/v1/incidents/1"
                || path == "/api/v1/incidents/1/entries"
                || case.courses.iter().any(|course| course.query == *path)
        }
        Source::Code(link) => {
            let places = case.diagnosis.leads.iter().filter_map(|lead| lead.place.as_ref());
            places.filter_map(CodePlace::link).any(|known| known == *link)
        }
        Source::Withheld => false,
    };
    let mut n_said = 0;
    for (words, sources) in document.said() {
        n_said += 1;
        assert!(sources.iter().count() > 0, "{words}");
        for source in sources.iter() {
            assert!(is_known(source), "{source} of \"{words}\" is nowhere in the record");
        }
    }
    assert!(n_said > 0, "a draft says something");
    for question in document.questions() {
        assert!(question.words.contains('?') || question.kind.is_warning(), "{}", question.words);
        assert!(question.sources.iter().all(is_known), "{question:?}");
    }
    for section in &document.sections {
        for block in &section.blocks {
            if let Block::Paragraph(sentences) = block {
                for sentence in sentences {
                    assert!(
                        sentence.words.ends_with(['.', '!', '?', '\u{201d}', '\u{2026}']),
                        "{}",
                        sentence.words
                    );
                }
            }
        }
    }
    document
}

#[test]
fn an_incident_of_which_nothing_is_known_is_all_questions() {
    let document = check(&Story::empty().case);
    let asked = asks(&document);
    for kind in [
        QuestionKind::Severity,
        QuestionKind::Onset,
        QuestionKind::Noticed,
        QuestionKind::End,
        QuestionKind::Impact,
        QuestionKind::Factors,
        QuestionKind::Surprises,
        QuestionKind::Luck,
        QuestionKind::WentWell,
        QuestionKind::Actions,
    ] {
        assert!(asked.contains(&kind), "{kind:?} is not asked: {asked:?}");
    }
    assert_eq!(words(&document, SectionKind::Overview), "What was seen: more items than usual.\n");
    assert_eq!(document.due, None);
    assert!(document.figures.is_empty());
}

#[test]
fn a_measured_incident_says_what_figures_say_and_asks_for_the_rest() {
    let document = check(&Story::measured().case);
    let overview = words(&document, SectionKind::Overview);
    for said in [
        "It began on Mon 23 Nov 2026, 06:11:00, and the harm stopped at 06:20:00, 9 min later.",
        "1,346 more items than usual reached worklist (95 % interval: 1,274 to 1,417).",
        "Highwater noticed 15 s after it began.",
        "Most likely it started at eligibility (97 %)",
        "Not the cause: the deploy of router 1.4.2 -> 2.0.0 (C1).",
        "The restart of eligibility (C3) at 06:20:03 stopped the harm. A restart cures nothing",
    ] {
        assert!(overview.contains(said), "{said} is not in:\n{overview}");
    }
    let factors = words(&document, SectionKind::Factors);
    assert!(
        factors.contains("It is written at src/rules.py:88 in load, revision 3f2a9c1d3f2a."),
        "{factors}"
    );
    let link = "https://github.com/acme/eligibility/blob/";
    let cited = document.said().flat_map(|(_, sources)| sources.iter());
    assert_eq!(cited.filter(|source| source.to_string().starts_with(link)).count(), 2);
    let innocent = words(&document, SectionKind::Innocent);
    assert!(
        innocent.contains("Rolled back at 06:15:03; the figure stayed (factor 19 for innocence)."),
        "{innocent}"
    );
    assert!(innocent.contains("was taken back, and can be deployed again"), "{innocent}");
    let tried = words(&document, SectionKind::Mitigation);
    assert!(
        tried.contains("had no effect") && tried.contains("stopped the harm, and cured nothing"),
        "{tried}"
    );
    assert!(!tried.contains("nats"), "{tried}");
    let asked = asks(&document);
    assert!(
        asked.contains(&QuestionKind::Detect) && asked.contains(&QuestionKind::Repair),
        "{asked:?}"
    );
    assert!(
        !asked.contains(&QuestionKind::End) && !asked.contains(&QuestionKind::Onset),
        "{asked:?}"
    );
    let all: String = SectionKind::ALL.map(|kind| words(&document, kind)).concat().to_lowercase();
    assert!(!all.contains("root cause"), "there is none");
}

#[test]
fn an_incident_without_an_end_is_asked_for_it() {
    let mut story = Story::measured();
    story.case.ended_at = None;
    story.case.shifts[0].1.ended_at = None;
    story.case.diagnosis.mitigations[1].effect = Effect::Undecided;
    story.case.record.status = Status::Active;
    let document = check(&story.case);
    let overview = words(&document, SectionKind::Overview);
    assert!(overview.contains("It began on Mon 23 Nov 2026, 06:11:00.\n"), "{overview}");
    let asked = asks(&document);
    assert!(
        asked.contains(&QuestionKind::End) && asked.contains(&QuestionKind::Effect),
        "{asked:?}"
    );
    // Resolved by people while its figure is still shifted: that is asked otherwise.
    story.case.record.status = Status::Resolved;
    let document = check(&story.case);
    let end = document.questions().find(|question| question.kind == QuestionKind::End).unwrap();
    assert!(
        end.words.starts_with("Is it over? It is resolved, and its figures are not back."),
        "{}",
        end.words
    );
}

#[test]
fn stretches_in_which_nothing_was_counted_are_asked_about() {
    let mut story = Story::measured();
    let step = |n: i64| Step {
        at: ONSET.plus_s(10.0 * (n - 60) as f64),
        counts: (!(70..82).contains(&n) && n != 90).then(|| StepCounts {
            entered: 50,
            left: 25,
            answers: Vec::new(),
        }),
    };
    let query = "/api/v1/hops/x/windows?from=a&to=b&step=10".to_owned();
    let steps = (0..150).map(step).collect();
    story.case.courses =
        vec![Course { hop: hop(), query: query.clone(), step_s: 10, steps, usual: None }];
    let document = check(&story.case);
    let gaps: Vec<&str> = document
        .questions()
        .filter(|question| question.kind == QuestionKind::Gap)
        .map(|question| question.words.as_str())
        .collect();
    // Ten seconds alone would be twenty items and more, too: at five a second that is no chance either.
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert!(
        gaps[0].starts_with("Nothing was counted at screening from 06:12:40 to 06:14:40:"),
        "{gaps:?}"
    );
    // A trickle of items leaves steps out by chance.
    for step in &mut story.case.courses[0].steps {
        step.counts.iter_mut().for_each(|counts| counts.entered = 1);
    }
    assert!(!asks(&check(&story.case)).contains(&QuestionKind::Gap));
}

#[test]
fn an_incident_of_people_only_is_told_by_what_they_wrote() {
    let mut story = Story::empty();
    story.says(
        0.0,
        person("Dave"),
        (What::Opened, LineKind::Status),
        "declared: more items than usual",
    );
    story.says(60.0, person("Eve"), (What::Reported, LineKind::Observation), "I see it, too");
    let belief = story.says(
        120.0,
        person("Bob"),
        (What::Supposed, LineKind::Hypothesis),
        "hypothesis: the cache",
    );
    story.says(600.0, person("Dave"), (What::StatusSet, LineKind::Status), "resolved");
    let record = &mut story.case.record;
    record.status = Status::Resolved;
    record.severity = Some(SeverityLevel::Sev2);
    record.times.noticed = Some(at(60.0));
    record.times.declared = Some(at(0.0));
    record.times.resolved = Some(at(600.0));
    record.roles =
        vec![RoleHeld { role: Role::Lead, person: Name::recorded("Dave"), since: at(0.0) }];
    record.hypotheses = vec![Hypothesis {
        entry: belief,
        text: Text::recorded("the cache"),
        change: None,
        state: HypothesisState::Open,
    }];
    let document = check(&story.case);
    assert_eq!(document.people, ["Bob", "Dave", "Eve"]);
    assert!(document.due.is_some());
    let detection = words(&document, SectionKind::Detection);
    assert!(
        detection.contains("Eve noticed at 06:12:00: \u{201c}I see it, too\u{201d}."),
        "{detection}"
    );
    assert!(
        detection
            .contains("declared an incident at 06:11:00, 60 s before the first person noticed"),
        "{detection}"
    );
    let beliefs = words(&document, SectionKind::Beliefs);
    assert!(
        beliefs.contains("It was believed at 06:13:00: \u{201c}the cache\u{201d}."),
        "{beliefs}"
    );
    let asked = asks(&document);
    for kind in
        [QuestionKind::Unseen, QuestionKind::Belief, QuestionKind::Onset, QuestionKind::Impact]
    {
        assert!(asked.contains(&kind), "{kind:?}: {asked:?}");
    }
    assert!(!asked.contains(&QuestionKind::Detect), "what no figure shows is not called silent");
}

#[test]
fn ten_thousand_entries_make_a_page_that_is_read() {
    let mut story = Story::measured();
    for n in 0..5_000_u32 {
        let seconds = f64::from(n) / 10.0;
        story.says(
            seconds,
            person(["Anna", "Bob"][n as usize % 2]),
            (What::Noted, LineKind::Note),
            "still looking",
        );
        story.highwater(seconds, (What::VerdictChanged, LineKind::Change), "not implicated", "C1");
    }
    story.case.lines[4_000].is_pinned = true;
    story.case.lines[4_000].words = "this was it".to_owned();
    let document = check(&story.case);
    let happened = words(&document, SectionKind::Happened);
    assert!(happened.lines().count() <= 82, "{}", happened.lines().count());
    assert!(happened.contains("this was it."), "what is pinned is told");
    assert!(happened.contains("more entries are not shown: 4,999 of Highwater"), "{happened}");
}

#[test]
fn ten_thousand_beliefs_and_attempts_are_no_trouble_either() {
    let mut story = Story::measured();
    for n in 0..10_000_u32 {
        let entry = story.says(
            f64::from(n),
            person("Bob"),
            (What::Supposed, LineKind::Hypothesis),
            "hypothesis: x",
        );
        story.case.record.hypotheses.push(Hypothesis {
            entry,
            text: Text::recorded("x"),
            change: Some(ChangeId(1)),
            state: HypothesisState::Open,
        });
        story.says(f64::from(n), person("Bob"), (What::Noted, LineKind::FollowUp), "do it");
    }
    assert!(draft(&story.case).questions().count() < 100);
}

#[test]
fn onset_noticed_detected_and_declared_stay_apart_each_way() {
    let mut story = Story::measured();
    story.says(5.0, person("Dave"), (What::Reported, LineKind::Observation), "odd");
    story.case.record.times.noticed = Some(at(5.0));
    let document = check(&story.case);
    let detection = words(&document, SectionKind::Detection);
    assert!(detection.contains("Dave noticed at 06:11:05, 5 s after it began"), "{detection}");
    assert!(detection.contains("The first person was 10 s ahead of Highwater."), "{detection}");
    assert!(asks(&document).contains(&QuestionKind::Unseen));
    // Hours after the machine: what would have brought it to somebody sooner?
    story.case.lines.last_mut().unwrap().happened_at = at(7_200.0);
    story.case.record.times.noticed = Some(at(7_200.0));
    let document = check(&story.case);
    let detection = words(&document, SectionKind::Detection);
    assert!(
        detection.contains("Highwater was 120 min ahead")
            || detection.contains("Highwater was 2 h 0 min ahead"),
        "{detection}"
    );
    assert!(asks(&document).contains(&QuestionKind::Sooner));
}

#[test]
fn a_relapse_is_told_and_so_is_what_stopped_it_only() {
    let mut story = Story::measured();
    for (seconds, value, words) in [
        (600.0, "mitigated", "mitigated: its figures are back at what is usual"),
        (
            1_200.0,
            "active",
            "active: it is back, 10 min after its figures were back: C3 helped, and cured nothing",
        ),
    ] {
        story.says(seconds, Author::Highwater, (What::StatusSet, LineKind::Status), words);
        story.case.lines.last_mut().unwrap().value = Some(value.to_owned());
    }
    let tried = words(&check(&story.case), SectionKind::Mitigation);
    assert!(
        tried.contains("06:31:00: it came back. It is back, 10 min after its figures were back"),
        "{tried}"
    );
}

#[test]
fn repair_that_was_seen_is_told_and_not_asked_for() {
    let mut story = Story::measured();
    assert!(asks(&check(&story.case)).contains(&QuestionKind::Repair));
    story.case.changes.push(change(4, ChangeKind::Deploy, ("eligibility", 7_200.0)));
    let said = (What::Repaired, LineKind::Check);
    story.highwater(10_800.0, said, "deploy of eligibility (C4) counts as the repair", "C4");
    let document = check(&story.case);
    let tried = words(&document, SectionKind::Mitigation);
    assert!(
        tried.contains("(C4) counts as the repair: by 09:11:00 it had run for an hour"),
        "{tried}"
    );
    assert!(!asks(&document).contains(&QuestionKind::Repair));
}

#[test]
fn people_answer_questions_by_writing_and_by_action_items() {
    let mut story = Story::measured();
    let written = |text: &str, place| Written {
        text: text.to_owned(),
        place,
        by: Some("Eve".to_owned()),
        at: None,
    };
    story.case.review.written = vec![
        (SectionKind::Luck, written("It was a quiet day.", Place::After)),
        (SectionKind::Factors, written("The default is *go*.", Place::Instead)),
        (SectionKind::Surprises, written("  ", Place::After)),
    ];
    story.case.actions = vec![Action {
        id: 1,
        kind: ActionKind::Detect,
        text: "Alert when screening passes on more than 60 %".to_owned(),
        owner: Some("Lea".to_owned()),
        due: Some(at(86_400.0)),
        done_when: Some("the recording fires it".to_owned()),
        state: ActionState::Open,
        ticket: None,
        entry: None,
    }];
    let fact = Sentence::new("The proposed rule fires after 4 min.", ShiftId(1));
    story.case.facts = vec![Fact { section: SectionKind::Actions, sentence: fact }];
    let document = check(&story.case);
    let asked = asks(&document);
    for kind in [
        QuestionKind::Luck,
        QuestionKind::Factors,
        QuestionKind::Detect,
        QuestionKind::Actions,
        QuestionKind::Wording,
    ] {
        assert!(!asked.contains(&kind), "{kind:?}: {asked:?}");
    }
    assert!(asked.contains(&QuestionKind::Surprises), "blanks are no answer");
    assert_eq!(document.people, ["Eve", "Lea"]);
    let factors = document.section(SectionKind::Factors).unwrap();
    assert!(
        !factors.shows_record() && !factors.blocks.is_empty(),
        "what the record says is kept behind it"
    );
    assert!(
        words(&document, SectionKind::Actions).contains("The proposed rule fires after 4 min.")
    );
    // An item that cannot be done as it is written is warned of.
    story.case.actions[0].text = "Improve monitoring".to_owned();
    let warned = draft(&story.case);
    let warning =
        warned.questions().find(|question| question.kind == QuestionKind::Wording).unwrap();
    assert!(
        warning.words.starts_with("A1 cannot be worked on as it is written:"),
        "{}",
        warning.words
    );
}

#[test]
fn missing_items_are_told_as_missing() {
    let mut story = Story::measured();
    story.case.diagnosis.impact = Some(Impact { excess_items: -500.0, low: -520.0, high: -480.0 });
    story.case.diagnosis.trail[0].left = 100;
    let impact = words(&check(&story.case), SectionKind::Impact);
    assert!(
        impact.contains("500 fewer items than usual reached worklist (95 % interval: 480 to 520)."),
        "{impact}"
    );
    assert!(
        impact.contains("and 100 went on to worklist; usually about 600 of them would have."),
        "{impact}"
    );
}

#[test]
fn hostile_names_are_text_like_any_other() {
    let mut story = Story::measured();
    let name = "<script>alert(1)</script>|`*[x](javascript:y)\u{202e}";
    story.says(
        5.0,
        person(name),
        (What::Reported, LineKind::Observation),
        &"\u{1f600}".repeat(100_000),
    );
    story.case.record.times.noticed = Some(at(5.0));
    story.case.changes[0].service = name.to_owned();
    let document = check(&story.case);
    assert_eq!(document.people, [name]);
    let longest = document.said().map(|(words, _)| words.chars().count()).max().unwrap();
    assert!(longest < 1_000, "a long text is cut, and stands whole in the record: {longest}");
}
