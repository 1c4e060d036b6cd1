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
    let mut has_resource = false;
    let mut earlier = Vec::new();
    cursor.demand_object(group.resource_is, |cursor, key| {
        if key == "resource" && !has_resource {
            has_resource = true;
            resource(cursor, draft)
        } else if key == group.scopes {
            if has_resource {
                scope_groups(cursor, draft, group)
            } else {
                earlier.push(cursor.at());
                cursor.skip()
            }
        } else {
            cursor.skip()
        }
    })?;
    if !has_resource {
        draft.begin();
        draft.end_resource();
    }
    cursor.revisit(&earlier, |cursor| scope_groups(cursor, draft, group))
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
    let mut has_scope = false;
    let mut earlier = Vec::new();
    cursor.demand_object(group.scope_is, |cursor, key| {
        if key == "scope" && !has_scope {
            has_scope = true;
            scope(cursor, draft)
        } else if key == group.records {
            if has_scope {
                records(cursor, draft, group)
            } else {
                earlier.push(cursor.at());
                cursor.skip()
            }
        } else {
            cursor.skip()
        }
    })?;
    if !has_scope {
        draft.scope("", "");
    }
    cursor.revisit(&earlier, |cursor| records(cursor, draft, group))
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
