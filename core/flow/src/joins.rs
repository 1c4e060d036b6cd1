//! Which span belongs to which entry, and which server span answers which call.
//!
//! Spans come in any order, children mostly before their parents. Each is a node; a node whose
//! parent has not come waits in a list of the parent, whose place is kept. When the parent comes,
//! or is itself resolved, those that wait are. An out belongs to the entry that is its nearest
//! ancestor *in the same service*; a server or consumer span answers the out that is its parent or
//! that it links to.
//!
//! An out that found no entry within half a minute of arrival time goes to the only entry of its
//! trace and service, if there is exactly one. Nodes are forgotten after `join_s` seconds, or sooner
//! when there are too many; an out without an entry by then is unjoined, and said to be.
//!
//! This file only links. What a link means for the counts is decided by whoever reads the events.

use crate::arena::{Arena, Key};
use crate::open::{EntryKey, EntryState, OutKey, OutState};
use crate::services::ServiceIdx;
use crate::table::{Table, table};
use hw_model::{Link, SpanId, TraceId};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What became known by a span's coming.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Linked {
    /// The entry from which the out left was found.
    Joined(OutKey),
    /// The entry answers the out.
    Paired(OutKey, EntryKey),
    /// The entry was called from another service's entry that shows no client span.
    CalledBy {
        /// The entry that called.
        caller: EntryKey,
        /// The entry that was called.
        callee: EntryKey,
    },
    /// The out is forgotten; its state can go.
    OutLeaves(OutKey),
    /// The entry is forgotten; its state can go.
    EntryLeaves(EntryKey),
}

/// Where a span stands in its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub trace: TraceId,
    pub span: SpanId,
    pub parent: SpanId,
    pub service: ServiceIdx,
}

impl Position {
    const fn id(&self) -> (TraceId, SpanId) {
        (self.trace, self.span)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Node {
    position: Position,
    kind: NodeKind,
    waiting: Vec<NodeKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum NodeKind {
    /// Named by a child or a link, not come yet.
    Awaited,
    /// Work inside a service, of a known entry or not.
    Inner(Option<EntryKey>),
    Out(OutKey),
    Entry(EntryKey),
    /// A link of the entry to the node it waits for.
    Link(EntryKey),
}

/// A place in the table of open spans.
type NodeKey = Key<Node>;

/// Open spans.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Joins {
    nodes: Arena<Node>,
    pub outs: Arena<OutState>,
    pub entries: Arena<EntryState>,
    /// Follows from the nodes.
    #[serde(skip, default = "table")]
    by_id: Table<(TraceId, SpanId), NodeKey>,
    #[serde(with = "crate::table::sorted")]
    only_entry: Table<(TraceId, ServiceIdx), OnlyEntry>,
    expiry: VecDeque<(i64, NodeKey)>,
    /// Outs without an entry, and when they may go to the only entry of their trace and service.
    waiting: VecDeque<(i64, OutKey, (TraceId, ServiceIdx))>,
    /// Empty whenever a batch has been folded.
    #[serde(skip)]
    events: Vec<Linked>,
    limits: JoinLimits,
}

/// Seconds an out waits for its own ancestors before the only entry of its trace and service will
/// do. Shorter than `join_s`, so that the entry is still there, whichever of the two came first.
const PATIENCE_S: i64 = 30;

/// How long and how many.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct JoinLimits {
    pub join_s: i64,
    pub open_spans_max: usize,
}

/// The entries of one trace in one service.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct OnlyEntry {
    first: EntryKey,
    n_open: u32,
    is_only: bool,
}

impl Joins {
    pub(crate) fn new(limits: JoinLimits) -> Self {
        Self {
            nodes: Arena::new(),
            outs: Arena::new(),
            entries: Arena::new(),
            by_id: table(),
            only_entry: table(),
            expiry: VecDeque::new(),
            waiting: VecDeque::new(),
            events: Vec::new(),
            limits,
        }
    }

    /// Restored from a snapshot: what follows from the nodes is worked out anew.
    pub(crate) fn restored(&mut self, limits: JoinLimits) {
        self.limits = limits;
        let named = self.nodes.iter().filter(|(_, node)| !node.position.span.is_none());
        self.by_id.extend(named.map(|(key, node)| (node.position.id(), key)));
    }

    /// Whether this span has come before.
    pub(crate) fn has(&self, position: &Position) -> bool {
        let node = self.by_id.get(&position.id());
        node.and_then(|key| self.nodes.get(*key)).is_some_and(|n| n.kind != NodeKind::Awaited)
    }

    /// An entry came, with the spans it links to.
    pub(crate) fn entry(
        &mut self,
        now: i64,
        at: Position,
        state: EntryState,
        links: &[Link],
    ) -> EntryKey {
        let key = self.entries.insert(state);
        self.note_entry(at, key);
        let node = self.place(now, at, NodeKind::Entry(key));
        self.link_up(now, node, at);
        let parent = Link { trace: at.trace, span: at.parent };
        for link in links.iter().filter(|link| **link != parent) {
            let linked =
                Position { trace: link.trace, span: SpanId::NONE, parent: link.span, ..at };
            let node = self.add(now, linked, NodeKind::Link(key));
            self.link_up(now, node, linked);
        }
        self.wake(node);
        key
    }

    /// An out came.
    pub(crate) fn out(&mut self, now: i64, at: Position, state: OutState) -> OutKey {
        let key = self.outs.insert(state);
        let node = self.place(now, at, NodeKind::Out(key));
        self.link_up(now, node, at);
        self.wake(node);
        if self.outs.get(key).is_some_and(|out| out.entry.is_none()) {
            let due = now.saturating_add(PATIENCE_S);
            self.waiting.push_back((due, key, (at.trace, at.service)));
        }
        key
    }

    /// An out came that begins a trace: `entry` stands for whatever started it.
    pub(crate) fn root_out(
        &mut self,
        now: i64,
        at: Position,
        state: OutState,
        entry: EntryState,
    ) -> (OutKey, EntryKey) {
        let entry = self.entries.insert(entry);
        self.note_entry(at, entry);
        self.add(now, Position { span: SpanId::NONE, ..at }, NodeKind::Entry(entry));
        let key = self.outs.insert(state);
        let node = self.place(now, at, NodeKind::Out(key));
        self.resolve(node, entry);
        (key, entry)
    }

    /// Work inside a service came.
    pub(crate) fn inner(&mut self, now: i64, at: Position) {
        let node = self.place(now, at, NodeKind::Inner(None));
        self.link_up(now, node, at);
        self.wake(node);
    }

    /// What became known since the last call, in order.
    pub(crate) fn take_events(&mut self) -> Vec<Linked> {
        std::mem::take(&mut self.events)
    }

    /// Gives back the emptied list, so that its memory is used again.
    pub(crate) fn reuse(&mut self, mut events: Vec<Linked>) {
        if self.events.is_empty() {
            events.clear();
            self.events = events;
        }
    }

    /// Forgets nodes that came `join_s` before `now`, and the oldest beyond the limit.
    pub(crate) fn expire(&mut self, now: i64) {
        self.fall_back(now);
        while let Some((due, node)) = self.expiry.front().copied() {
            if due > now && self.nodes.len() <= self.limits.open_spans_max {
                return;
            }
            self.expiry.pop_front();
            self.forget(node);
        }
    }

    /// Gives outs that have waited long enough to the only entry of their trace and service.
    fn fall_back(&mut self, now: i64) {
        while let Some((_, out, owner)) = self.waiting.pop_front_if(|(due, ..)| *due <= now) {
            let only = self.only_entry.get(&owner).filter(|only| only.is_only);
            if let (Some(state), Some(only)) = (self.outs.get_mut(out), only)
                && state.entry.is_none()
            {
                state.entry = Some(only.first);
                self.events.push(Linked::Joined(out));
            }
        }
    }

    /// Open nodes now.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    fn add(&mut self, now: i64, position: Position, kind: NodeKind) -> NodeKey {
        let node = self.nodes.insert(Node { position, kind, waiting: Vec::new() });
        self.expiry.push_back((now + self.limits.join_s, node));
        node
    }

    fn note_entry(&mut self, at: Position, entry: EntryKey) {
        let also = |only: &mut OnlyEntry| {
            only.n_open += 1;
            only.is_only = false;
        };
        let only = self.only_entry.entry((at.trace, at.service));
        only.and_modify(also).or_insert(OnlyEntry { first: entry, n_open: 1, is_only: true });
    }

    /// The node of a span that came: a new one, or the place that was kept for it.
    fn place(&mut self, now: i64, at: Position, kind: NodeKind) -> NodeKey {
        let node = self.add(now, at, kind);
        if let Some(awaited) = self.by_id.insert(at.id(), node)
            && let Some(awaited) = self.nodes.remove(awaited)
            && let Some(new) = self.nodes.get_mut(node)
        {
            new.waiting = awaited.waiting;
        }
        node
    }

    /// Attaches the node to its parent, or lets it wait there.
    fn link_up(&mut self, now: i64, child: NodeKey, at: Position) {
        if at.parent.is_none() {
            return;
        }
        let key = (at.trace, at.parent);
        let parent = match self.by_id.get(&key) {
            Some(parent) => *parent,
            None => {
                let awaited = Position { span: at.parent, parent: SpanId::NONE, ..at };
                let parent = self.add(now, awaited, NodeKind::Awaited);
                self.by_id.insert(key, parent);
                parent
            }
        };
        self.attach(child, parent);
    }

    /// Attaches those that wait for `node`, and those that wait for them.
    fn wake(&mut self, node: NodeKey) {
        let mut awake = vec![node];
        while let Some(parent) = awake.pop() {
            let Some(node) = self.nodes.get_mut(parent) else { continue };
            for child in std::mem::take(&mut node.waiting) {
                if self.attach(child, parent) {
                    awake.push(child);
                }
            }
        }
    }

    /// Tells what child and parent are to each other. Returns whether the child's own entry became
    /// known by it.
    fn attach(&mut self, child_key: NodeKey, parent_key: NodeKey) -> bool {
        let (Some(child), Some(parent)) = (self.nodes.get(child_key), self.nodes.get(parent_key))
        else {
            return false;
        };
        let is_same_service = child.position.service == parent.position.service;
        match (child.kind, parent.kind) {
            (_, NodeKind::Awaited) => self.wait(child_key, parent_key),
            (NodeKind::Entry(entry) | NodeKind::Link(entry), NodeKind::Out(out)) => {
                self.events.push(Linked::Paired(out, entry));
                false
            }
            (NodeKind::Entry(callee), NodeKind::Entry(caller) | NodeKind::Inner(Some(caller)))
                if !is_same_service =>
            {
                self.events.push(Linked::CalledBy { caller, callee });
                false
            }
            (NodeKind::Out(_) | NodeKind::Inner(_), _) if is_same_service => {
                match self.entry_of(parent_key) {
                    Some(entry) => self.resolve(child_key, entry),
                    None => self.wait(child_key, parent_key),
                }
            }
            (
                NodeKind::Entry(_)
                | NodeKind::Link(_)
                | NodeKind::Out(_)
                | NodeKind::Inner(_)
                | NodeKind::Awaited,
                _,
            ) => false,
        }
    }

    fn wait(&mut self, child: NodeKey, parent: NodeKey) -> bool {
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.waiting.push(child);
        }
        false
    }

    /// The entry a node belongs to, as far as it is known.
    fn entry_of(&self, node: NodeKey) -> Option<EntryKey> {
        match self.nodes.get(node)?.kind {
            NodeKind::Entry(entry) => Some(entry),
            NodeKind::Inner(entry) => entry,
            NodeKind::Out(out) => self.outs.get(out)?.entry,
            NodeKind::Awaited | NodeKind::Link(_) => None,
        }
    }

    /// Tells a node its entry. Returns true: whoever waits for it can go on.
    fn resolve(&mut self, node: NodeKey, entry: EntryKey) -> bool {
        let Some(node) = self.nodes.get_mut(node) else { return false };
        match node.kind {
            NodeKind::Inner(_) => node.kind = NodeKind::Inner(Some(entry)),
            NodeKind::Out(out) => {
                if let Some(state) = self.outs.get_mut(out) {
                    state.entry = Some(entry);
                    self.events.push(Linked::Joined(out));
                }
            }
            NodeKind::Entry(_) | NodeKind::Link(_) | NodeKind::Awaited => {}
        }
        true
    }

    fn forget(&mut self, key: NodeKey) {
        let Some(node) = self.nodes.remove(key) else { return };
        let Position { trace, span, service, .. } = node.position;
        if self.by_id.get(&(trace, span)) == Some(&key) {
            self.by_id.remove(&(trace, span));
        }
        match node.kind {
            NodeKind::Out(out) => {
                self.events.push(Linked::OutLeaves(out));
            }
            NodeKind::Entry(entry) => {
                if let Some(only) = self.only_entry.get_mut(&(trace, service)) {
                    only.n_open -= 1;
                    if only.n_open == 0 {
                        self.only_entry.remove(&(trace, service));
                    }
                }
                self.events.push(Linked::EntryLeaves(entry));
            }
            NodeKind::Inner(_) | NodeKind::Awaited | NodeKind::Link(_) => {}
        }
    }
}
