//! Would this rule have caught it, and how often would it cry wolf?

mod backtest;

use super::incident;
use crate::form::{Form, behind, field};
use crate::frame::{Frame, Page, Region};
use crate::parts::{capital, card, empty, hop, id_link, link, service};
use crate::place::Place;
use hw_api::{Backtest, Incident, Replay, Rule, RuleBody, RuleProposal};
use maud::{Markup, html};

/// All rules.
#[derive(Clone, Debug)]
pub struct RulesView {
    /// By number.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct RuleView {
    /// The rule.
    pub rule: Rule,
    /// What it, or the same with another bound, would have done.
    pub backtest: Backtest,
    /// The bound that was tried instead of its own.
    pub tried: Option<f64>,
}

/// The rule that an incident lacked.
#[derive(Clone, Debug)]
pub struct ProposalView {
    /// The incident.
    pub incident: Incident,
    /// The rule, or why there is none.
    pub proposal: Result<RuleProposal, String>,
    /// What the rules that are kept do in it.
    pub replay: Option<Replay>,
}

impl RulesView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let (kept, retired): (Vec<&Rule>, Vec<&Rule>) =
            self.rules.iter().partition(|rule| rule.retired_at.is_none());
        let mut regions = vec![
            Region::new("r-head", "page-head", html! { h1 { (sentence(&kept)) } }),
            Region::new(
                "r-list",
                "card wide",
                card("Rules", "run beside the learned detector", &table(&kept, frame)),
            ),
        ];
        if !retired.is_empty() {
            regions.push(Region::new(
                "r-retired",
                "card wide",
                card("Set aside", "", &table(&retired, frame)),
            ));
        }
        Page { title: "Alert rules".to_owned(), up: Some(Place::Now), is_live: true, regions }
    }
}

fn sentence(kept: &[&Rule]) -> String {
    let firing: Vec<&str> =
        kept.iter().filter(|rule| rule.state == "firing").map(|rule| rule.id.as_str()).collect();
    match (kept.len(), firing.as_slice()) {
        (0, _) => "No rule is set: the learned detector watches alone.".to_owned(),
        (1, []) => "1 rule runs beside the learned detector, and is quiet.".to_owned(),
        (n, []) => format!("{n} rules run beside the learned detector; none fires."),
        (_, [one]) => format!("{one} fires."),
        (_, many) => format!("{} fire.", many.join(", ")),
    }
}

fn table(rules: &[&Rule], frame: &Frame) -> Markup {
    html! {
        @if rules.is_empty() {
            (empty("None yet.", &html! { p { "A rule comes out of an incident: open one under " (link(&Place::Incidents { status: None }, "Incidents")) " and go to \u{201c}The alert it lacked\u{201d}. Highwater writes it, and shows on recorded data what it would have done." } }))
        } @else {
            table class="rows" {
                thead { tr { th scope="col" { "State" } th scope="col" { "Rule" } th scope="col" { "Says" } th scope="col" { "Out of" } th scope="col" { "Set" } } }
                tbody { @for rule in rules { (row(rule, frame)) } }
            }
        }
    }
}

fn row(rule: &Rule, frame: &Frame) -> Markup {
    html! {
        tr data-row {
            td data-label="State" { (state(rule, frame)) }
            td data-label="Rule" { (id_link(&rule.id)) " " (rule.rule.name) }
            td data-label="Says" { (says(&rule.rule, &rule.bound)) }
            td data-label="Out of" { @if let Some(incident) = &rule.rule.incident { (id_link(incident)) } }
            td data-label="Set" class="when" { (frame.clock.time(&rule.saved_at)) @if let Some(by) = &rule.rule.by { " by " (by) } }
        }
    }
}

fn state(rule: &Rule, frame: &Frame) -> Markup {
    let class = match rule.state.as_str() {
        "firing" => "chip implicated",
        "broken" => "chip undecided",
        _ => "chip",
    };
    html! {
        span class=(class) { (rule.state) }
        @if let Some(since) = &rule.since { " " span class="note" { "since " (frame.clock.time(since)) } }
        @if let Some(trouble) = &rule.trouble { p class="trouble" { (trouble) } }
        @if let Some(warning) = &rule.warning { p class="note" { (warning) } }
    }
}

/// A rule in words.
fn says(rule: &RuleBody, bound: &str) -> Markup {
    let figure = match rule.signal.as_str() {
        "transfer" => "the share that passes on".to_owned(),
        "answers" => {
            format!("the share of answers \u{201c}{}\u{201d}", rule.value.as_deref().unwrap_or("?"))
        }
        "errors" => "the share that fails".to_owned(),
        "volume" => "items per second".to_owned(),
        other => other.to_owned(),
    };
    html! {
        (capital(&figure)) " of "
        @match (&rule.hop, &rule.service) {
            (Some(id), _) => (hop(id)),
            (None, Some(name)) => { (service(name)) @if let Some(operation) = &rule.operation { " " (operation) } },
            (None, None) => "nothing",
        }
        " is " b { (bound) } ", over " (hw_model::length_words(rule.window_s as f64))
        @if rule.items_min > 0 { ", where at least " (rule.items_min) " items came" }
        @if let Some(for_s) = rule.for_s.filter(|s| *s > 0) { ", for " (hw_model::length_words(for_s as f64)) }
    }
}

impl RuleView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let rule = &self.rule;
        let head = html! {
            p class="incident-line" { span class="id" { (rule.id) } (state(rule, frame)) }
            h1 { (self.backtest.words) }
            div class="lead" {
                p { (says(&rule.rule, &rule.bound)) "." }
                @if let Some(tried) = self.tried { p { "This is what it would have done with " b { (tried) } " as its bound instead." } }
            }
        };
        let retire = Form {
            action: &format!("rules/{}", rule.id),
            class: "stack",
            said: "The rule is set aside.",
        };
        let doing = html! {
            form method="get" action=(Place::Rule { rule: number(&rule.id), bound: None }.href()) class="line" {
                (field("Try another bound: a share such as 0.7", &html! { input name="bound" inputmode="decimal" maxlength="20" value=[self.tried]; }))
                button type="submit" class="plain" { "Backtest it" }
            }
            @if rule.retired_at.is_none() && frame.viewer.may_respond {
                div class="acts" {
                    (behind("Set it aside", None, &retire.unsigned(frame, &html! {
                        input type="hidden" name="method" value="delete";
                        p { "It is watched no more. What it did stays in the record." }
                        button type="submit" { "Set it aside" }
                    })))
                }
            }
            @for fact in &rule.rule.because { p class="note" { (fact) } }
        };
        Page {
            title: format!("{}: {}", rule.id, rule.rule.name),
            up: Some(Place::Rules),
            is_live: false,
            regions: vec![
                Region::new("r-head", "story-head", head),
                Region::new("r-sweep", "card two-thirds", backtest::sweep(&self.backtest, None)),
                Region::new("r-try", "card third", card("Other bounds", "", &doing)),
                Region::new("r-did", "card wide", backtest::did(&self.backtest, frame)),
            ],
        }
    }
}

fn number(id: &str) -> u32 {
    id.trim_start_matches('R').parse().unwrap_or_default()
}

impl ProposalView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let number = incident::number(&self.incident);
        let mut regions = vec![
            Region::new("r-head", "story-head", self.head(frame)),
            Region::new("r-pages", "", incident::pages(number, frame)),
        ];
        if let Ok(proposal) = &self.proposal {
            regions.push(Region::new(
                "r-sweep",
                "card two-thirds",
                backtest::sweep(&proposal.backtest, Some(&proposal.rule)),
            ));
            regions.push(Region::new("r-rule", "card third", self.rule(proposal, frame)));
            regions.push(Region::new(
                "r-did",
                "card wide",
                backtest::did(&proposal.backtest, frame),
            ));
            regions.push(Region::new("r-files", "card wide", files(proposal)));
        }
        if let Some(replay) = &self.replay {
            regions.push(Region::new("r-replay", "card wide", replayed(replay)));
        }
        Page {
            title: format!("The alert that {} lacked", self.incident.id),
            up: Some(Place::story(number)),
            is_live: false,
            regions,
        }
    }

    fn head(&self, frame: &Frame) -> Markup {
        html! {
            (incident::line(&self.incident, frame))
            h1 { @match &self.proposal { Ok(proposal) => (proposal.backtest.words), Err(why) => { "No rule can be proposed: " (why) } } }
            @if let Ok(proposal) = &self.proposal { div class="lead" { p { (says(&proposal.rule, &proposal.bound)) "." } } }
        }
    }

    fn rule(&self, proposal: &RuleProposal, frame: &Frame) -> Markup {
        let rule = &proposal.rule;
        let form = Form {
            action: "rules",
            class: "stack",
            said: "The rule is set. It runs beside the learned detector from now on.",
        };
        let body = html! {
            @for fact in &rule.because { p class="note" { (fact) } }
            (form.html(frame, &html! {
                (field("What it is called", &html! { input name="name" required maxlength="100" value=(rule.name); }))
                input type="hidden" name="signal" value=(rule.signal);
                @for (name, value) in [("hop", &rule.hop), ("service", &rule.service), ("operation", &rule.operation), ("value", &rule.value)] {
                    @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
                }
                @for (name, value) in [("above:number", rule.above), ("below:number", rule.below)] {
                    @if let Some(value) = value { (field(name.split(':').next().unwrap_or(name), &html! { input name=(name) inputmode="decimal" required value=(value); })) }
                }
                input type="hidden" name="window_s:number" value=(rule.window_s);
                input type="hidden" name="items_min:number" value=(rule.items_min);
                @if let Some(for_s) = rule.for_s { input type="hidden" name="for_s:number" value=(for_s); }
                @if let Some(keep) = rule.keep_firing_for_s { input type="hidden" name="keep_firing_for_s:number" value=(keep); }
                input type="hidden" name="incident" value=(self.incident.id);
                input type="hidden" name="because:lines" value=(rule.because.join("\n"));
                button type="submit" { "Set this rule" }
            }))
        };
        card("The rule", "", &body)
    }
}

/// The same rule for Prometheus.
fn files(proposal: &RuleProposal) -> Markup {
    let body = html! {
        details {
            summary { "Rule file" }
            div class="copy" { pre id="prometheus" { (proposal.prometheus) } button type="button" class="plain" data-copy="#prometheus" hidden { "Copy" } }
        }
        @match (&proposal.promtool, &proposal.no_promtool) {
            (Some(test), _) => details {
                summary { "Test for promtool" }
                div class="copy" { pre id="promtool" { (test) } button type="button" class="plain" data-copy="#promtool" hidden { "Copy" } }
            },
            (None, Some(why)) => p class="note" { "There is no test for promtool: " (why) },
            (None, None) => {}
        }
    };
    card("For Prometheus", "2.42 and newer", &body)
}

/// What the rules that are kept do in the incident.
fn replayed(replay: &Replay) -> Markup {
    let body = html! {
        p { (replay.words) }
        ul class="plain" {
            @for rule in &replay.rules {
                li { (id_link(&rule.id)) " " (rule.name) ": " (backtest::case_words(&rule.found)) }
            }
        }
    };
    card("The rules that are set, on this incident", "", &body)
}
