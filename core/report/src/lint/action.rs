//! The wording of action items: one can begin, one knows whose it is, and one sees when it is done.

use super::tokens::{Token, tokens};
use super::{Finding, Rule};

/// An action item as it is written.
#[derive(Clone, Copy, Debug)]
pub struct ActionText<'a> {
    /// What is to be done.
    pub text: &'a str,
    /// Who does it.
    pub owner: Option<&'a str>,
    /// Whether it has a date.
    pub has_due: bool,
    /// How one sees that it is done.
    pub done_when: Option<&'a str>,
}

/// Words that no order begins with.
const NO_VERBS: &[&str] = &[
    "a",
    "an",
    "the",
    "this",
    "that",
    "these",
    "those",
    "we",
    "i",
    "it",
    "he",
    "she",
    "they",
    "you",
    "our",
    "my",
    "their",
    "more",
    "less",
    "better",
    "new",
    "no",
    "some",
    "any",
    "all",
    "every",
    "for",
    "in",
    "on",
    "of",
    "to",
    "with",
    "without",
    "from",
    "at",
    "by",
    "if",
    "when",
    "and",
    "or",
    "is",
    "are",
    "was",
    "were",
    "there",
    "what",
    "why",
    "how",
    "who",
    "someone",
    "somebody",
    "everyone",
    "everybody",
    "maybe",
    "perhaps",
    "please",
    "tbd",
    "should",
    "must",
    "need",
    "needs",
];

/// Verbs that look like nouns of their endings.
const VERBS: &[&str] = &[
    "implement",
    "document",
    "instrument",
    "comment",
    "supplement",
    "increment",
    "bring",
    "ring",
    "sing",
    "string",
    "ping",
    "question",
    "mention",
    "position",
    "partition",
    "provision",
    "condition",
    "transition",
    "caution",
    "segment",
    "augment",
    "experiment",
    "complement",
    "cement",
    "fragment",
    "ship",
    "swing",
    "fling",
    "wring",
    "cling",
    "sting",
    "spring",
    "sling",
    "balance",
    "silence",
    "sequence",
    "reference",
    "enhance",
    "advance",
    "influence",
    "finance",
    "commence",
    "evidence",
    "commission",
    "decommission",
    "envision",
    "version",
    "function",
    "ration",
    "action",
    "auction",
    "sanction",
    "witness",
    "harness",
];

/// Endings of nouns and of what goes on, no orders.
const NO_VERB_ENDINGS: &[&str] = &["ing", "tion", "sion", "ment", "ness", "ity", "ance", "ence"];

/// Orders without an end, unless it is said when they are done.
const OPEN_ENDED: &[&str] = &[
    "investigate",
    "explore",
    "research",
    "analyze",
    "analyse",
    "consider",
    "discuss",
    "evaluate",
    "study",
    "understand",
    "examine",
    "monitor",
    "watch",
    "look",
    "think",
    "review",
];

/// Orders that say only the direction, unless a number says how far.
const DIRECTIONS: &[&str] = &[
    "improve",
    "enhance",
    "optimize",
    "optimise",
    "increase",
    "reduce",
    "strengthen",
    "better",
    "harden",
    "raise",
    "streamline",
    "simplify",
    "ensure",
    "encourage",
];

/// What nobody can do on a day of their own choice.
const WISHES: &[&[&str]] = &[
    &["be", "more", "careful"],
    &["be", "careful"],
    &["more", "careful"],
    &["more", "carefully"],
    &["pay", "more", "attention"],
    &["pay", "attention"],
    &["take", "more", "care"],
    &["take", "care"],
    &["try", "harder"],
    &["never", "happen", "again"],
    &["never", "happens", "again"],
    &["not", "happen", "again"],
    &["doesn't", "happen", "again"],
    &["does", "not", "happen", "again"],
    &["be", "more", "vigilant"],
    &["raise", "awareness"],
    &["keep", "in", "mind"],
];

/// Owners that are nobody.
const NOBODY: &[&str] =
    &["everyone", "everybody", "all", "tbd", "someone", "somebody", "us", "we", "nobody", "?"];

/// What the name of a team holds.
const TEAM: &[&str] = &["team", "squad", "guild", "crew"];

/// Articles before it: alone with them it names none.
const ARTICLES: &[&str] = &["the", "our", "a"];

/// Reads an action item.
#[must_use]
pub fn lint_action(action: &ActionText<'_>) -> Vec<Finding> {
    let words = tokens(action.text);
    let found = [
        verb(action.text, &words),
        wish(action.text, &words),
        bound(action, &words),
        owner(action),
        due(action),
        done_when(action),
    ];
    found.into_iter().flatten().collect()
}

fn whole(action: &ActionText<'_>, rule: Rule, suggestion: &str) -> Finding {
    let text = action.text;
    Finding {
        from: 0,
        to: text.len(),
        rule,
        words: text.to_owned(),
        suggestion: suggestion.to_owned(),
    }
}

fn verb(text: &str, words: &[Token]) -> Option<Finding> {
    let suggestion = "Begin with a verb that says what to do: add, alert, refuse, test, write.";
    let Some(first) = words.first() else {
        return Some(Finding {
            from: 0,
            to: text.len(),
            rule: Rule::Verb,
            words: text.to_owned(),
            suggestion: suggestion.to_owned(),
        });
    };
    let word = first.word.as_str();
    let stem = word.rsplit('-').next().unwrap_or(word);
    let is_verb =
        VERBS.contains(&stem) || stem.strip_prefix("re").is_some_and(|stem| VERBS.contains(&stem));
    let is_none = NO_VERBS.contains(&word)
        || NO_VERB_ENDINGS
            .iter()
            .any(|ending| word.ends_with(ending) && word.len() > ending.len() + 1);
    (is_none && !is_verb)
        .then(|| super::finding(text, std::slice::from_ref(first), Rule::Verb, suggestion))
        .flatten()
}

fn wish(text: &str, words: &[Token]) -> Option<Finding> {
    let at = (0..words.len()).find_map(|at| {
        let rest = words.get(at..)?;
        let wish = WISHES.iter().find(|wish| super::phrases::begins(rest, wish))?;
        rest.get(..wish.len())
    })?;
    super::finding(
        text,
        at,
        Rule::Unbounded,
        "Nobody can do that on a given day: say what is built or altered so that care is not needed.",
    )
}

fn bound(action: &ActionText<'_>, words: &[Token]) -> Option<Finding> {
    let first = words.first()?;
    let has_end = action.done_when.is_some_and(|done| !done.trim().is_empty());
    let has_number = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let has_measure = has_number(action.text) || action.done_when.is_some_and(has_number);
    let suggestion = if OPEN_ENDED.contains(&first.word.as_str()) && !has_end {
        "It has no end: say what is known when it is done, and how long it may take."
    } else if DIRECTIONS.contains(&first.word.as_str()) && !has_measure {
        "It says a direction and no place to arrive at: say what is measured, and by how much."
    } else {
        return None;
    };
    super::finding(action.text, words.get(..words.len().min(2))?, Rule::Unbounded, suggestion)
}

fn owner(action: &ActionText<'_>) -> Option<Finding> {
    let owner = action.owner.map(str::trim).unwrap_or_default().to_lowercase();
    let is_many = owner.contains([',', '&', '/', '+']) || owner.contains(" and ");
    let words = || owner.split([' ', '-', '_']).filter(|word| !word.is_empty());
    let is_nobody = words().any(|word| NOBODY.contains(&word))
        || words().all(|word| TEAM.contains(&word) || ARTICLES.contains(&word));
    let (rule, suggestion) = if is_many {
        (Rule::Owner, "Name one person: what belongs to two is done by none.")
    } else if is_nobody {
        (Rule::Owner, "Name one person who does it, or sees to it that it is done.")
    } else if words().any(|word| TEAM.contains(&word)) {
        (Rule::Team, "A team owns it: name the one person of it who sees to it that it is done.")
    } else {
        return None;
    };
    Some(whole(action, rule, suggestion))
}

fn due(action: &ActionText<'_>) -> Option<Finding> {
    (!action.has_due).then(|| whole(action, Rule::Due, "Say by which day it is done."))
}

fn done_when(action: &ActionText<'_>) -> Option<Finding> {
    let is_said = action.done_when.is_some_and(|done| !done.trim().is_empty());
    (!is_said).then(|| whole(action, Rule::DoneWhen, "Say how one sees that it is done."))
}
