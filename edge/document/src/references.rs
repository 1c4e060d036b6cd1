//! How sources are shown beside a sentence: `‹12, S1, Q2›`. Queries and
//! addresses of source lines are long: each gets a number.

use hw_report::{Audience, Document, Sentence, Source, Sources};

/// The queries of a document, numbered in the order in which they are cited.
pub(crate) struct References {
    queries: Vec<String>,
    /// Outside the team numbers of entries say nothing: none is shown.
    audience: Audience,
}

impl References {
    pub(crate) fn of(document: &Document) -> Self {
        let mut queries: Vec<String> = Vec::new();
        let said = document.said().flat_map(|(_, sources)| sources.iter());
        let asked = document.questions().flat_map(|question| &question.sources);
        let cited = said.chain(asked).filter_map(|source| match source {
            Source::Query(at) | Source::Code(at) => Some(at),
            Source::Entry(_)
            | Source::Shift(_)
            | Source::Change(_)
            | Source::Action(_)
            | Source::Figure(_)
            | Source::Withheld => None,
        });
        let of_figures = document.figures.iter().map(|figure| &figure.query);
        for query in cited.chain(of_figures).filter(|query| !query.is_empty()) {
            if !queries.contains(query) {
                queries.push(query.clone());
            }
        }
        Self { queries, audience: document.audience }
    }

    /// The number of a query.
    pub(crate) fn number(&self, query: &str) -> Option<String> {
        let at = self.queries.iter().position(|known| known == query)?;
        Some(format!("Q{}", at + 1))
    }

    /// How a source is shown. Nothing is shown where it is withheld.
    pub(crate) fn label(&self, source: &Source) -> Option<String> {
        match source {
            Source::Query(at) | Source::Code(at) => self.number(at),
            Source::Figure(id) => Some(format!("figure {id}")),
            Source::Withheld => None,
            Source::Entry(_) | Source::Shift(_) | Source::Change(_) | Source::Action(_) => {
                Some(source.to_string())
            }
        }
    }

    /// The labels of sources.
    pub(crate) fn labels<'a>(&self, sources: impl IntoIterator<Item = &'a Source>) -> Vec<String> {
        match self.audience {
            Audience::Internal => {
                sources.into_iter().filter_map(|source| self.label(source)).collect()
            }
            Audience::Public => Vec::new(),
        }
    }

    /// The labels of a sentence; none if the next thing said has the same.
    pub(crate) fn of_sentence(&self, sentence: &Sentence, next: Option<&Sentence>) -> Vec<String> {
        let same = |next: &Sentence| next.sources == sentence.sources;
        if next.is_some_and(same) { Vec::new() } else { self.labels(sentence.sources.iter()) }
    }

    /// The labels of facts behind a sentence: none where they are the sentence's own.
    pub(crate) fn of_fact(&self, fact: &Sentence, of: &Sources) -> Vec<String> {
        if fact.sources == *of { Vec::new() } else { self.labels(fact.sources.iter()) }
    }
}

/// ` ‹12, S1›`, or nothing.
pub(crate) fn suffix(labels: &[String]) -> String {
    if labels.is_empty() {
        String::new()
    } else {
        format!(" \u{2039}{}\u{203a}", labels.join(", "))
    }
}
