//! What became of messages to others.

use super::Answers;
use hw_notify::schedule::Tally;
use hw_web::Family;
use hw_web::FamilyKind::{Counter, Gauge};

impl Answers {
    pub(super) fn of_the_post(&self) -> Vec<Family> {
        let (tally, waiting) = self.counts.post();
        let Tally { delivered, retried, refused, expired, dropped, folded, turned_away, forgotten } =
            tally;
        let outcomes = [
            ("delivered", delivered),
            ("retried", retried),
            ("refused", refused),
            ("expired", expired),
            ("dropped", dropped),
            ("folded", folded),
            ("turned_away", turned_away),
            ("forgotten", forgotten),
        ];
        let outcomes = outcomes.map(|(word, n)| (vec![("outcome", word.to_owned())], n as f64));
        vec![
            Family::many(
                "highwater_messages_total",
                Counter,
                "Messages to receivers since the start, by what became of them: refused and expired ones \
                 were not delivered.",
                outcomes,
            ),
            Family::one(
                "highwater_messages_waiting",
                Gauge,
                "Messages to receivers that wait or are on their way.",
                waiting as f64,
            ),
        ]
    }
}
