//! What a link between spans means for the counts.

use crate::answers::Standings;
use crate::cells::Callee;
use crate::counters::{Answer, Counters};
use crate::flow::Flow;
use crate::joins::Linked;
use crate::open::{Answered, Call, EntryKey, EntryState, OutKey, OutState};
use crate::routes::{Address, Place, Routes};
use crate::vocabulary::Vocabulary;
use hw_model::{AnswerSetId, SpanKind};

impl Flow {
    /// Counts what became known by the last spans.
    pub(crate) fn count_links(&mut self) {
        let events = self.joins.take_events();
        for event in &events {
            match *event {
                Linked::Joined(out) => self.count_joined(out),
                Linked::Paired(out, entry) => self.count_paired(out, entry),
                Linked::CalledBy { caller, callee } => self.count_called_by(caller, callee),
                Linked::OutLeaves(out) => {
                    self.count_out(out);
                    let gone = self.joins.outs.remove(out);
                    let is_unjoined = gone.is_some_and(|out| out.entry.is_none());
                    self.coverage.unjoined += u64::from(is_unjoined);
                }
                Linked::EntryLeaves(entry) => {
                    let Some(gone) = self.joins.entries.remove(entry) else { continue };
                    self.coverage.orphans += u64::from(gone.is_orphan());
                    self.veiled.forget(gone.trace, entry);
                }
            }
        }
        self.joins.reuse(events);
    }

    /// An out found its entry: the call is counted once it is known whom it went to.
    fn count_joined(&mut self, out_key: OutKey) {
        let Some(out) = self.joins.outs.get(out_key) else { return };
        self.coverage.joined += 1;
        let is_clear = !out.answered.is_empty()
            || if out.kind == SpanKind::Producer {
                !self.routes.reached(out.address).is_empty()
            } else {
                self.routes.leads(out.address, out.path)
            };
        if is_clear || !self.peers.is_awaited(self.counters.now, out.address) {
            self.count_out(out_key);
        } else {
            self.peers.wait(self.counters.now, out_key);
        }
    }

    /// Counts calls that waited long enough for whoever answers them.
    pub(crate) fn count_unclear(&mut self) {
        while let Some(out) = self.peers.next_due(self.counters.now) {
            self.count_out(out);
        }
    }

    /// Counts a call on its hop, once.
    fn count_out(&mut self, out_key: OutKey) {
        let Some(out) = self.joins.outs.get_mut(out_key).filter(|out| !out.is_counted) else {
            return;
        };
        let Some(entry_key) = out.entry else { return };
        out.is_counted = true;
        let Some(entry) = self.joins.entries.get_mut(entry_key) else {
            // It waited until its entry was forgotten.
            self.counters.late += 1;
            return;
        };
        for callee in callees_of(out, &self.routes) {
            if let Some(hop) = self.counters.hop_idx(entry.entry, callee) {
                out.hops.push(hop);
                self.counters.count_call(hop, entry, out.call());
            }
        }
        let answered = std::mem::take(&mut out.answered);
        if answered.is_empty() {
            if out.kind == SpanKind::Client && self.peers.note_unanswered(out.address) {
                self.veiled.wait(self.counters.now, out_key);
            }
            self.count_answers(out_key, AnswerSetId::NONE);
        }
        for far_end in answered {
            self.count_far_end(out_key, far_end);
        }
    }

    /// An entry answers an out: it teaches names, and hands its answer to the caller.
    fn count_paired(&mut self, out_key: OutKey, callee_key: EntryKey) {
        let Some(callee) = self.joins.entries.get_mut(callee_key) else { return };
        let far_end = callee.answered();
        self.coverage.paired += u64::from(!std::mem::replace(&mut callee.is_paired, true));
        let Some(out) = self.joins.outs.get_mut(out_key) else { return };
        self.routes.learn(out.address, out.path, far_end.place);
        self.peers.note_answered(out.address);
        if out.is_counted {
            self.count_far_end(out_key, far_end);
        } else {
            out.answered.push(far_end);
            self.count_out(out_key);
        }
    }

    /// Counts what the far end of a counted out tells: items received, and the answer.
    fn count_far_end(&mut self, out_key: OutKey, far_end: Answered) {
        let Some(out) = self.joins.outs.get_mut(out_key) else { return };
        let Some(entry) = out.entry.and_then(|key| self.joins.entries.get_mut(key)) else { return };
        let callee = Callee::Seen(far_end.place);
        let Some(hop) = self.counters.hop_idx(entry.entry, callee) else { return };
        if !self.counters.is_among(hop, &out.hops) {
            let peer = Callee::Peer(out.address.peer, out.address.operation);
            self.counters.rename(entry.entry, peer, hop);
            // A message may be consumed by several; a call that waited in vain was counted elsewhere.
            if out.kind == SpanKind::Producer && !self.counters.is_among(hop, &out.hops) {
                self.counters.count_call(hop, entry, out.call());
            }
            out.hops.push(hop);
        }
        self.counters.count_received(hop, entry.tick(), far_end.items);
        let first = out.hops.first().map(|first| self.counters.resolved(*first));
        if first == Some(hop) || out.kind != SpanKind::Producer {
            self.count_answers(out_key, far_end.answers);
        }
    }

    /// Counts the answers of a call: those its own span carries, and those of the far end.
    fn count_answers(&mut self, out_key: OutKey, far: AnswerSetId) {
        let Some(out) = self.joins.outs.get_mut(out_key) else { return };
        let Some(entry) = out.entry.and_then(|key| self.joins.entries.get_mut(key)) else { return };
        let Some(hop) = out.hops.last().map(|hop| self.counters.resolved(*hop)) else { return };
        if out.failed {
            return;
        }
        let own = self.vocabulary.answers(out.answers);
        let far = self.vocabulary.answers(far);
        let only_far = far.iter().filter(|(key, _)| own.iter().all(|(own, _)| own != key));
        // Whichever end comes first, each key is counted once.
        let first = std::mem::take(&mut out.has_uncounted_answers);
        let own = own.iter().filter(|_| first);
        for (key, value) in own.chain(only_far) {
            let standing = self.standings.of(*key, out.kind);
            let answer = Answer { key: *key, standing, value: *value };
            self.counters.count_answer(hop, entry, answer, out.ended_at);
        }
    }

    /// A service was entered from another service's entry that shows no client span.
    fn count_called_by(&mut self, caller_key: EntryKey, callee_key: EntryKey) {
        let Some(callee) = self.joins.entries.get_mut(callee_key) else { return };
        self.coverage.paired += u64::from(!std::mem::replace(&mut callee.is_paired, true));
        let (far_end, call) = (callee.answered(), callee.as_call());
        let Some(caller) = self.joins.entries.get_mut(caller_key) else { return };
        let counting = (&mut self.counters, &self.vocabulary, &self.standings);
        count_unseen_call(counting, caller, far_end, call);
    }
}

/// Counts a call of which only the far end is seen.
fn count_unseen_call(
    (counters, vocabulary, standings): (&mut Counters, &Vocabulary, &Standings),
    caller: &mut EntryState,
    far_end: Answered,
    call: Call,
) {
    let Some(hop) = counters.hop_idx(caller.entry, Callee::Seen(far_end.place)) else { return };
    counters.count_call(hop, caller, call);
    counters.count_received(hop, caller.tick(), far_end.items);
    if call.failed {
        return;
    }
    for (key, value) in vocabulary.answers(far_end.answers) {
        let standing = standings.of(*key, SpanKind::Client);
        let answer = Answer { key: *key, standing, value: *value };
        counters.count_answer(hop, caller, answer, call.ended_at);
    }
}

impl Flow {
    /// Counts calls to veiled services that have waited long enough, with what left from there.
    pub(crate) fn count_veiled(&mut self) {
        while let Some(out) = self.veiled.next_due(self.counters.now) {
            self.count_veiled_call(out);
        }
    }

    fn count_veiled_call(&mut self, out_key: OutKey) {
        let Some(out) = self.joins.outs.get(out_key) else { return };
        let (call, address, path, trace) = (out.call(), out.address, out.path, out.trace);
        let service = self.services.veiled(address.peer);
        self.veiled.name(service);
        let place = Place { service, operation: address.operation };
        // From now on calls to this peer lead there, so that its legs hang together.
        self.routes.assume(address, path, place);
        if let Some(entry) = out.entry.and_then(|key| self.joins.entries.get(key))
            && let Some(hop) = self.counters.hop_idx(entry.entry, Callee::Seen(place))
        {
            let peer = Callee::Peer(address.peer, address.operation);
            self.counters.rename(entry.entry, peer, hop);
        }
        let tick = call.started_at.tick().0;
        let entry = self.counters.entry_idx(service, Some(address.operation), tick);
        let mut within = EntryState::veiled((trace, entry), place, &call);
        self.counters.count_entry(&within);
        let strays: Vec<EntryKey> = self.veiled.strays(trace).to_vec();
        for stray in strays {
            self.adopt(stray, &mut within);
        }
    }

    /// Counts an entry as caused by the veiled entry that was under way when it began.
    fn adopt(&mut self, stray: EntryKey, within: &mut EntryState) {
        let Some(entry) = self.joins.entries.get_mut(stray) else { return };
        let fits = entry.is_orphan()
            && !entry.is_adopted
            && entry.lies_within(within.started_at.0, within.ended_at.0);
        if !fits {
            return;
        }
        entry.is_adopted = true;
        let (far_end, call) = (entry.answered(), entry.as_call());
        let counting = (&mut self.counters, &self.vocabulary, &self.standings);
        count_unseen_call(counting, within, far_end, call);
    }
}

/// Whom an out went to: who answered, else where its address is known to lead, else the service
/// that answers there, else its peer.
fn callees_of(out: &OutState, routes: &Routes) -> Vec<Callee> {
    let mut places: Vec<_> = out.answered.iter().map(|far_end| far_end.place).collect();
    if out.kind == SpanKind::Producer {
        places.extend(routes.reached(out.address));
    } else if places.is_empty() {
        places.extend(routes.find(out.address, out.path));
    } else {
        places.truncate(1);
    }
    places.sort_unstable();
    places.dedup();
    if !places.is_empty() {
        return places.into_iter().map(Callee::Seen).collect();
    }
    let Address { peer, operation, .. } = out.address;
    let services = routes.reached(out.address).iter().map(|place| place.service);
    let mut services: Vec<_> = services.collect();
    services.sort_unstable();
    services.dedup();
    vec![match *services.as_slice() {
        [] => Callee::Peer(peer, operation),
        [service] => Callee::Seen(Place { service, operation }),
        _ => Callee::Unclear(peer, operation),
    }]
}
