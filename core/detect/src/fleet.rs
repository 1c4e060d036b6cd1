//! All streams together, under one budget of false alarms.
//!
//! The budget is shared by a union bound: the threshold of each stream grows with the logarithm of
//! the number of armed ones. A stream that is one of several that look at the same thing (one per
//! answer of a mix) pays ln C more, because the mix shifts if any of them does.

use crate::stream::{Step, Stream};
use crate::tuning::{Budget, Tuning};
use hw_stats::Counts;
use serde::{Deserialize, Serialize};

/// Number of a stream within its fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId(pub usize);

/// Every watched stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fleet {
    budget: Budget,
    members: Vec<Member>,
    ln_a: f64,
    /// Counted anew with the budget.
    #[serde(skip)]
    n_blunt: usize,
}

/// A share of slow calls that people would want to hear of.
const SLOW_SHARE: f64 = 0.3;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Member {
    stream: Stream,
    extra_nats: f64,
}

impl Fleet {
    /// A fleet without streams.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self { budget, members: Vec::new(), ln_a: budget.ln_a(1), n_blunt: 0 }
    }

    /// Restored from a snapshot, under this budget and tuning.
    pub fn restored(&mut self, budget: Budget, tuning: Tuning) {
        self.budget = budget;
        self.members.iter_mut().for_each(|member| member.stream.retune(tuning));
    }

    /// Watches one more stream.
    pub fn add(&mut self, stream: Stream) -> StreamId {
        self.members.push(Member { stream, extra_nats: 0.0 });
        StreamId(self.members.len() - 1)
    }

    /// Says that the stream is one of `n_values` that look at the same mix.
    pub fn set_mix(&mut self, id: StreamId, n_values: usize) {
        if let Some(member) = self.members.get_mut(id.0) {
            member.extra_nats = (n_values.max(1) as f64).ln();
        }
    }

    /// Judges one tick of one stream. Ticks of a stream come in order.
    pub fn judge(&mut self, id: StreamId, tick: i64, counts: Counts) -> Step {
        let Some(member) = self.members.get_mut(id.0) else { return Step::Quiet };
        member.stream.judge(tick, counts, self.ln_a + member.extra_nats)
    }

    /// Counts the armed streams anew; called once a minute, so that a threshold does not move
    /// while a window fills.
    pub fn share_budget(&mut self) {
        self.ln_a = self.budget.ln_a(self.n_armed());
        let blunt = self.members.iter().filter(|member| self.is_blunt(member));
        self.n_blunt = blunt.count();
    }

    /// ln A for tests beside those of the streams: of `n` senders that may fall silent.
    #[must_use]
    pub fn ln_a_beside(&self, n: usize) -> f64 {
        self.budget.ln_a(n)
    }

    /// Streams on which a shift would be noticed now.
    #[must_use]
    pub fn n_armed(&self) -> usize {
        self.members.iter().filter(|member| member.stream.is_armed()).count()
    }

    /// Armed streams of slow calls that would not notice that three in ten calls are slow, because what they know
    /// of their scatter is too young; as of the last minute.
    #[must_use]
    pub const fn n_blunt(&self) -> usize {
        self.n_blunt
    }

    fn is_blunt(&self, Member { stream, extra_nats }: &Member) -> bool {
        stream.watches_slow_calls()
            && stream.is_armed()
            && !stream.would_notice(SLOW_SHARE, self.ln_a + extra_nats)
    }

    /// A stream, to look at.
    #[must_use]
    pub fn stream(&self, id: StreamId) -> Option<&Stream> {
        self.members.get(id.0).map(|member| &member.stream)
    }

    /// A stream, to accept a new normal or to skip a silence.
    pub fn stream_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.members.get_mut(id.0).map(|member| &mut member.stream)
    }

    /// How many streams there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}
