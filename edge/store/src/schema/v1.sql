-- What a data folder holds, in its first version. docs/internals/record.md says what for.

create table meta (
    key text primary key,
    value text not null,
    checksum integer not null
) strict, without rowid;

-- Inputs of the engine in the order in which they were acknowledged. Rows go once a snapshot has them.
create table log (
    step integer primary key,
    at integer not null,
    received_at integer not null,
    digest blob,
    row blob not null,
    checksum integer not null
) strict;

-- Digests and item keys of what was acknowledged, by minute of arrival, for a quarter of an hour.
create table seen (
    minute integer primary key,
    body blob not null,
    checksum integer not null
) strict;

-- Rows of the log that killed the process twice: kept, and not counted.
create table quarantine (
    step integer primary key,
    row blob not null,
    why text not null,
    recorded_at integer not null,
    checksum integer not null
) strict;

-- Keys of commands with what was ordered, so that one sent twice is done once and answered alike; for a
-- day.
create table command_key (
    key text primary key,
    step integer not null,
    row blob not null,
    recorded_at integer not null,
    checksum integer not null
) strict, without rowid;

-- What became known, once, in order; each row's hash covers the row before. Step and place say which row of
-- the log said it; what people did has neither.
create table event (
    seq integer primary key,
    step integer,
    place integer,
    incident integer,
    incident_seq integer,
    happened_at integer not null,
    recorded_at integer not null,
    body text not null,
    hash blob not null,
    unique (step, place),
    unique (incident, incident_seq)
) strict;

-- The present words of shifts, incidents and changes, as the API gives them.
create table state (
    kind text not null,
    number integer not null,
    step integer not null,
    body text not null,
    checksum integer not null,
    primary key (kind, number)
) strict, without rowid;

-- Tokens: never their text, but its hash.
create table token (
    id integer primary key,
    name text not null,
    scope text not null,
    hash blob not null,
    created_at integer not null,
    expires_at integer,
    last_used_at integer,
    revoked_at integer,
    checksum integer not null
) strict;

-- Counts by the second and by the window, packed.
create table series (
    id integer primary key,
    subject text not null,
    what text not null,
    key text not null,
    checksum integer not null,
    unique (subject, what, key)
) strict;

create table pack (
    series integer not null,
    first integer not null,
    last integer not null,
    n_rows integer not null,
    columns text not null,
    body blob not null,
    checksum integer not null,
    primary key (series, first)
) strict, without rowid;

create index pack_last on pack (last);
