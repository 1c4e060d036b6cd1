-- Post mortems that were written elsewhere and imported. Numbers are not used again; the digest is that of the
-- text that was imported, so that the same text is kept once.
create table imported (
    id integer primary key,
    digest text not null unique,
    name text not null,
    title text not null,
    at integer,
    imported_at integer not null,
    importer text not null,
    body text not null,
    checksum integer not null
) strict;
