//! The words that can be typed, each with what it takes and an example: help is made of them.

/// A word that can be typed.
#[derive(Debug)]
pub(super) struct Usage {
    pub verb: &'static str,
    takes: &'static str,
    example: &'static str,
    does: &'static str,
}

impl Usage {
    const fn new(
        verb: &'static str,
        takes: &'static str,
        example: &'static str,
        does: &'static str,
    ) -> Self {
        Self { verb, takes, example, does }
    }

    /// How it is typed, with an example.
    pub(super) fn shown(&self, command: &str) -> String {
        let Self { verb, takes, example, .. } = self;
        let blank = if takes.is_empty() { "" } else { " " };
        let usage = format!("It is typed: {command} {verb}{blank}{takes}");
        let example = if example.is_empty() {
            String::new()
        } else {
            format!("\nFor example: {command} {verb} {example}")
        };
        format!("{usage}{example}")
    }
}

const USAGES: [Usage; 16] = [
    Usage::new("help", "", "", "this page"),
    Usage::new(
        "report",
        "[service=NAME] TEXT",
        "more items than usual in the inbox",
        "say what you see, and hear what deviates near it",
    ),
    Usage::new("list", "", "", "incidents that people work on"),
    Usage::new("brief", "[INC-1]", "INC-1", "an incident in at most 150 words"),
    Usage::new("open", "TITLE", "the inbox has twice the usual", "open an incident"),
    Usage::new("note", "[INC-1] TEXT", "INC-1 looked at the dashboard", "write down what you know"),
    Usage::new(
        "observation",
        "[INC-1] TEXT",
        "INC-1 the queue is empty again",
        "write down what you see",
    ),
    Usage::new(
        "decision",
        "[INC-1] TEXT",
        "INC-1 we restart the gate",
        "write down what is decided",
    ),
    Usage::new(
        "hypothesis",
        "[INC-1] TEXT",
        "INC-1 it is yesterday's refactoring",
        "write down what you believe",
    ),
    Usage::new(
        "rule-out",
        "[INC-1] ENTRY FACT",
        "INC-1 7 it went on after the rollback",
        "say that a hypothesis is not so",
    ),
    Usage::new(
        "mitigate",
        "[INC-1] TEXT",
        "INC-1 restarted eligibility",
        "say what was done to stop the harm",
    ),
    Usage::new(
        "check",
        "[INC-1] worked|none|undecided TEXT",
        "INC-1 worked the ratio is back at one half",
        "say whether it helped",
    ),
    Usage::new(
        "status",
        "[INC-1] active|mitigated|resolved|closed|declined [REASON]",
        "INC-1 mitigated the gate halts again",
        "say where it stands",
    ),
    Usage::new("severity", "[INC-1] SEV1|...|SEV5 [REASON]", "INC-1 SEV2", "say how bad it is"),
    Usage::new("lead", "[INC-1] [NAME]", "INC-1", "lead it yourself, or let somebody"),
    Usage::new("take-over", "[INC-1] [NAME]", "INC-1", "lead it, whoever does so far"),
];

/// How a word is typed, if it is one of them.
pub(super) fn usage(word: &str) -> Option<&'static Usage> {
    USAGES.iter().find(|usage| usage.verb.eq_ignore_ascii_case(word))
}

/// That a word is none of them, with the nearest one.
pub(super) fn unknown(command: &str, word: &str) -> String {
    /// Further letters come from nobody's typing.
    const LETTERS_MAX: usize = 40;
    let shown = hw_model::plain(word, LETTERS_MAX);
    let verbs = USAGES.iter().map(|usage| usage.verb);
    let word = shown.to_lowercase();
    let far = |verb: &str| strsim::damerau_levenshtein(&word, verb);
    let near = verbs.clone().map(|verb| (far(verb), verb)).min();
    let near = near.filter(|(distance, verb)| *distance <= 1 + verb.len() / 4);
    match near.and_then(|(_, verb)| usage(verb)) {
        Some(near) => format!(
            "\"{shown}\" is not known: did you mean \"{}\"? {}",
            near.verb,
            near.shown(command)
        ),
        None => {
            let known: Vec<&str> = verbs.collect();
            format!("\"{shown}\" is not known; known are {}.", known.join(", "))
        }
    }
}

/// Everything that can be typed.
pub(crate) fn help(command: &str) -> String {
    let mut page = String::from(
        "Highwater writes down what you do in an incident, and answers what it knows.\n",
    );
    for Usage { verb, takes, does, .. } in &USAGES {
        let blank = if takes.is_empty() { "" } else { " " };
        page.push_str(&format!("{command} {verb}{blank}{takes}: {does}\n"));
    }
    page.push_str(
        "The incident may be left out while there is only one. What was done is shown to all in the \
         channel, everything else to you alone.",
    );
    page
}
