//! A service that sent telemetry sends none: apart from a fall of its traffic.
//!
//! What counts is not the time but how often a service would have been heard meanwhile
//! (`hw_detect::Hearing`): of a service that others call, the seconds in which they called it; of one
//! that nobody calls, those in which others were heard. So a night and a lull are no silence. If
//! calls into it go on and succeed, or what only it calls is still entered, only its telemetry is
//! lost: that is told as a shift and is no incident, and so is the end of a job that begins its own
//! traces. If items come in there from outside, or calls into it fail, it may be down: then it is one.

use hw_detect::{Hearing, Occasion};
use hw_flow::{Flow, HopIdx, Judged, ServiceIdx, Voice};
use hw_model::Timestamp;
use hw_stats::Counts;
use serde::{Deserialize, Serialize};

/// Share of the recent rate of records that is kept each time a service is heard.
const KEPT: f64 = 1.0 - 1.0 / 60.0;

/// Seconds after the last span in which what the service itself asked for is still under way.
const SETTLE_S: i64 = 10;

/// News of a silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SilenceNews {
    pub service: ServiceIdx,
    /// End of the last record before.
    pub last_at: Timestamp,
    pub what: SilenceKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SilenceKind {
    /// It fell silent.
    Began {
        /// Seconds, and the records that came in them until then.
        usual: Counts,
        nats: f64,
        /// Whether it may be down, and not only its telemetry lost.
        is_harm: bool,
    },
    /// It speaks again.
    Ended,
}

/// How services are heard, and which of them are silent now.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Silences {
    /// By number of the service.
    senders: Vec<Option<Sender>>,
    /// Hops on which calls were judged since the last look, and their ticks. Empty between two inputs.
    #[serde(skip)]
    calls: Vec<(HopIdx, i64)>,
}

/// A service that sends spans.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sender {
    hearing: Hearing,
    /// What was heard of it until the last look.
    voice: Voice,
    /// Its usual rate: seconds and records.
    usual: Counts,
    /// The last tick in which it was called.
    called_tick: i64,
    /// How often it was called since the last look.
    n_calls: u32,
    is_silent: bool,
}

impl Silences {
    /// Notes that calls were made on a hop.
    pub(crate) fn note(&mut self, tick: i64, judged: &Judged<'_>) {
        match judged {
            Judged::Hop(hop, counts) if counts.calls > 0 => self.calls.push((*hop, tick)),
            Judged::Hop(..) | Judged::Entry(..) | Judged::Answers(_) => {}
        }
    }

    /// Who fell silent or speaks again, at `now`; `ln_a` is the budget's for so many services.
    pub(crate) fn follow(
        &mut self,
        flow: &Flow,
        now: Timestamp,
        ln_a: impl Fn(usize) -> f64,
    ) -> Vec<SilenceNews> {
        let newest = self.meet(flow);
        self.count_calls(flow);
        let ln_a = ln_a(self.senders.len());
        let mut news = Vec::new();
        for (service, voice) in flow.voices() {
            let sender = self.senders.get_mut(service.0 as usize).and_then(Option::as_mut);
            let Some(sender) = sender else { continue };
            let last_at = sender.voice.last_at;
            let what = if voice.last_at > last_at {
                sender.hear(voice)
            } else {
                let others_heard = newest.is_some_and(|newest| newest > last_at);
                sender.wait(now, others_heard);
                sender.silence((flow, service), now, ln_a)
            };
            news.extend(what.map(|what| SilenceNews { service, last_at, what }));
        }
        news
    }

    /// Gets to know services that were not heard before. When the last of those spoke that were heard
    /// since the last look.
    fn meet(&mut self, flow: &Flow) -> Option<Timestamp> {
        let mut newest = None;
        for (service, voice) in flow.voices() {
            let number = service.0 as usize;
            if self.senders.len() <= number {
                self.senders.resize(number + 1, None);
            }
            let Some(slot) = self.senders.get_mut(number) else { continue };
            let is_new = slot.is_none();
            let sender = slot.get_or_insert_with(|| Sender::new(voice));
            if is_new || voice.last_at > sender.voice.last_at {
                newest = newest.max(Some(voice.last_at));
            }
        }
        newest
    }

    /// Counts the seconds in which services were called after they were heard last.
    fn count_calls(&mut self, flow: &Flow) {
        for (hop, tick) in self.calls.drain(..) {
            let Some((callee, _)) = flow.callee_of(hop) else { continue };
            let sender = self.senders.get_mut(callee.0 as usize).and_then(Option::as_mut);
            let Some(sender) = sender else { continue };
            sender.hearing.set_occasion(Occasion::Called);
            if tick > sender.called_tick {
                sender.called_tick = tick;
                sender.n_calls += u32::from(tick > sender.voice.last_at.tick().0);
            }
        }
    }
}

impl Sender {
    fn new(voice: Voice) -> Self {
        Self {
            hearing: Hearing::new(Occasion::OthersHeard),
            voice,
            usual: Counts::default(),
            called_tick: i64::MIN,
            n_calls: 0,
            is_silent: false,
        }
    }

    /// It was heard again.
    fn hear(&mut self, voice: Voice) -> Option<SilenceKind> {
        let seconds = voice.last_at.seconds_since(self.voice.last_at);
        let records = (voice.n_spans - self.voice.n_spans) as f64;
        self.voice = voice;
        // Calls of before it was heard last are judged some seconds later.
        self.n_calls = 0;
        if std::mem::take(&mut self.is_silent) {
            self.hearing.end_silence();
            return Some(SilenceKind::Ended);
        }
        self.hearing.hear(seconds);
        let Counts { n, k } = self.usual;
        self.usual = Counts::new(n * KEPT + seconds, k * KEPT + records);
        None
    }

    fn wait(&mut self, now: Timestamp, others_heard: bool) {
        let occasions = match self.hearing.occasion() {
            Occasion::Called => self.n_calls,
            Occasion::OthersHeard => u32::from(others_heard),
        };
        self.n_calls = 0;
        self.hearing.wait(now.seconds_since(self.voice.last_at), occasions);
    }

    fn silence(
        &mut self,
        (flow, service): (&Flow, ServiceIdx),
        now: Timestamp,
        ln_a: f64,
    ) -> Option<SilenceKind> {
        if self.is_silent {
            return None;
        }
        let nats = self.hearing.silence_nats(ln_a)?;
        let is_harm = may_be_down(flow, service, (self.voice.last_at, now))?;
        self.is_silent = true;
        Some(SilenceKind::Began { usual: self.usual, nats, is_harm })
    }
}

/// Whether items come in at the service itself, or calls into it fail; `None` if it is called by
/// others, and they do not call it any more.
fn may_be_down(
    flow: &Flow,
    service: ServiceIdx,
    (from, to): (Timestamp, Timestamp),
) -> Option<bool> {
    let hops: Vec<HopIdx> = hops_to(flow, service).collect();
    let ticks = (from.tick().0 + 1, to.tick().0);
    if hops.is_empty() {
        // A job that begins its own traces may simply have ended; who is asked from outside may not.
        let mut entries = flow.entries().filter_map(|entry| flow.entry_place(entry));
        let is_asked = entries.any(|(owner, operation)| owner == service && operation.is_some());
        return Some(is_asked && !still_calls(flow, service, (ticks.0 + SETTLE_S, ticks.1)));
    }
    let counts = hops.iter().map(|hop| flow.hop_counts(*hop, ticks.0, ticks.1));
    let (calls, failed) = counts.fold((0, 0), |(calls, failed), tick| {
        (calls + u64::from(tick.calls), failed + u64::from(tick.failed))
    });
    (calls > 0).then_some(failed * 2 > calls)
}

/// Whether items come in where only this service could have sent them. Messages may have waited.
fn still_calls(flow: &Flow, service: ServiceIdx, (from, to): (i64, i64)) -> bool {
    let caller = |hop: HopIdx| flow.entry_of(hop).and_then(|entry| flow.entry_place(entry));
    let is_own = |hop: HopIdx| caller(hop).is_some_and(|(caller, _)| caller == service);
    let own = flow.hops().filter(|hop| is_own(*hop));
    let mut callees = own.filter_map(|hop| flow.callee_of(hop)).map(|(callee, _)| callee);
    callees.any(|callee| {
        let only = hops_to(flow, callee).all(|hop| is_own(hop) && !flow.is_message(hop));
        only && flow.service_entries(callee, from, to) > 0
    })
}

fn hops_to(flow: &Flow, service: ServiceIdx) -> impl Iterator<Item = HopIdx> {
    flow.hops().filter(move |hop| flow.callee_of(*hop).is_some_and(|(callee, _)| callee == service))
}

#[cfg(test)]
mod tests;
