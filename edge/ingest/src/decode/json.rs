//! OTLP/JSON by its own rules (OTLP 1.x, JSON Protobuf Encoding): hexadecimal ids, enums as integers only, 64-bit
//! integers as strings or numbers, `null` for "unset", unknown keys passed over, keys in any order.
//!
//! A pull reader over the text: nothing is allocated for what is not kept, and texts are borrowed
//! unless they have escapes. What stands before its context (`scopeSpans` before `resource`) is
//! passed over first and read afterwards.

mod cursor;
mod logs;
mod metrics;
mod number;
mod text;
mod traces;
mod value;

use super::{DecodeError, DecodeFault};
use crate::keys::Keys;
use crate::request::{Draft, Owner, Request};
use cursor::{Cursor, Step};

/// Reads a request.
pub(super) fn parse<'a>(bytes: &'a [u8], keys: &mut Keys) -> Step<Request<'a>> {
    let mut cursor = Cursor::new(bytes)?;
    let mut draft = Draft::new(keys);
    request(&mut cursor, &mut draft)?;
    cursor.end()?;
    Ok(draft.finish())
}

const REQUEST: &str = "an object with resourceSpans, resourceLogs or resourceMetrics";

fn request<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let (mut n_known, mut n_unknown) = (0, 0);
    let at = cursor.at();
    cursor.demand_object(REQUEST, |cursor, key| {
        let group = match key {
            "resourceSpans" => &TRACES,
            "resourceLogs" => &LOGS,
            "resourceMetrics" => &METRICS,
            _ => {
                n_unknown += 1;
                return cursor.skip();
            }
        };
        n_known += 1;
        cursor.demand_array(group.resources_are, |cursor| resource_group(cursor, draft, group))
    })?;
    if n_known == 0 && n_unknown > 0 {
        return Err(DecodeError { fault: DecodeFault::WrongShape { expected: REQUEST }, at });
    }
    Ok(())
}

/// Names of one signal's levels, which are alike otherwise.
struct Group {
    resources_are: &'static str,
    resource_is: &'static str,
    scopes: &'static str,
    scopes_are: &'static str,
    scope_is: &'static str,
    records: &'static str,
    records_are: &'static str,
    record: for<'a> fn(&mut Cursor<'a>, &mut Draft<'a, '_>) -> Step<()>,
}

const TRACES: Group = Group {
    resources_are: "an array of resourceSpans",
    resource_is: "an object with resource and scopeSpans",
    scopes: "scopeSpans",
    scopes_are: "an array of scopeSpans",
    scope_is: "an object with scope and spans",
    records: "spans",
    records_are: "an array of spans",
    record: traces::span,
};

const LOGS: Group = Group {
    resources_are: "an array of resourceLogs",
    resource_is: "an object with resource and scopeLogs",
    scopes: "scopeLogs",
    scopes_are: "an array of scopeLogs",
    scope_is: "an object with scope and logRecords",
    records: "logRecords",
    records_are: "an array of logRecords",
    record: logs::log,
};

const METRICS: Group = Group {
    resources_are: "an array of resourceMetrics",
    resource_is: "an object with resource and scopeMetrics",
    scopes: "scopeMetrics",
    scopes_are: "an array of scopeMetrics",
    scope_is: "an object with scope and metrics",
    records: "metrics",
    records_are: "an array of metrics",
    record: metrics::metric,
};

fn resource_group<'a>(
    cursor: &mut Cursor<'a>,
    draft: &mut Draft<'a, '_>,
    group: &Group,
) -> Step<()> {
    let keys = (group.resource_is, "resource", group.scopes);
    head_first(cursor, keys, |cursor, part| match part {
        Part::Head => resource(cursor, draft),
        Part::NoHead => {
            draft.begin();
            draft.end_resource();
            Ok(())
        }
        Part::List => scope_groups(cursor, draft, group),
    })
}

fn resource<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    draft.begin();
    cursor.demand_object("a resource", |cursor, key| match key {
        "attributes" => value::attributes(cursor, Owner::Resource, draft),
        _ => cursor.skip(),
    })?;
    draft.end_resource();
    cursor.demand_types("a resource with attributes")
}

fn scope_groups<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>, group: &Group) -> Step<()> {
    cursor.demand_array(group.scopes_are, |cursor| scope_group(cursor, draft, group))
}

fn scope_group<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>, group: &Group) -> Step<()> {
    head_first(cursor, (group.scope_is, "scope", group.records), |cursor, part| match part {
        Part::Head => scope(cursor, draft),
        Part::NoHead => {
            draft.scope("", "");
            Ok(())
        }
        Part::List => records(cursor, draft, group),
    })
}

/// A part of an object whose list must be read after what describes it.
#[derive(Clone, Copy)]
enum Part {
    Head,
    /// The object has no head.
    NoHead,
    List,
}

/// Reads an object: its head first, wherever it stands, then its list.
fn head_first<'a>(
    cursor: &mut Cursor<'a>,
    (is, head, list): (&'static str, &str, &str),
    mut read: impl FnMut(&mut Cursor<'a>, Part) -> Step<()>,
) -> Step<()> {
    let mut has_head = false;
    let mut earlier = Vec::new();
    cursor.demand_object(is, |cursor, key| {
        if key == head && !has_head {
            has_head = true;
            read(cursor, Part::Head)
        } else if key == list && has_head {
            read(cursor, Part::List)
        } else {
            if key == list {
                earlier.push(cursor.at());
            }
            cursor.skip()
        }
    })?;
    if !has_head {
        read(cursor, Part::NoHead)?;
    }
    cursor.revisit(&earlier, |cursor| read(cursor, Part::List))
}

fn scope<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let (mut name, mut version) = (None, None);
    cursor.demand_object("a scope", |cursor, key| {
        match key {
            "name" => name = cursor.string()?,
            "version" => version = cursor.string()?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    draft.scope(&name.unwrap_or_default(), &version.unwrap_or_default());
    cursor.demand_types("a scope with name and version")
}

fn records<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>, group: &Group) -> Step<()> {
    cursor.demand_array(group.records_are, |cursor| (group.record)(cursor, draft))
}

#[cfg(test)]
mod tests;
