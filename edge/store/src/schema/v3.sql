-- Rules that people set, and where each stands: after which window it was judged last, and whether it fires.
-- Numbers are not used again; one that is set aside stays.
create table rule (
    id integer primary key,
    body text not null,
    standing text not null,
    checksum integer not null
) strict;
