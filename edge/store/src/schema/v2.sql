-- Messages that are to be sent, or were lately: written with what they tell of, gone once nothing more will
-- be done about them. What a row says is the business of whoever sends it.
create table outbox (
    id integer primary key,
    receiver text not null,
    key text not null,
    row blob not null,
    checksum integer not null,
    unique (receiver, key)
) strict;
