-- The tables of the options program: devices, where they stand, what they are made of.
begin;

create table team (
    id   integer primary key,
    name text not null
);

create table person (
    id      integer primary key,
    name    text not null,
    email   text,
    team_id integer references team,
    active  boolean not null default true
);

-- A tree by its codes, not by its keys.
create table site (
    id         integer primary key,
    code       text not null unique,
    name       text not null,
    kind       text not null default 'hall',
    closed     boolean not null default false,
    upper_code text references site (code) on update cascade on delete set null
);

create table device (
    id         integer primary key,
    serial     text not null unique,
    name       text not null,
    state      text not null default 'running',
    owner_id   integer references person,
    site_code  text references site (code) on update cascade on delete set null,
    about_type text,
    about_ref  text,
    starts_at  time
);

create table part (
    id        integer primary key,
    device_id integer references device on update cascade on delete cascade,
    label     text,
    grade     integer,
    fitted    date,
    removed   boolean not null default false
);

create table contract (
    id     integer primary key,
    number text not null unique,
    signed boolean not null default false
);

create table ticket (
    id    integer primary key,
    code  text not null unique,
    title text
);

create table label (
    id   integer primary key,
    code text not null unique,
    name text not null,
    rank integer not null default 1
);

-- Neither end is a key: the link has a device's serial and a label's code.
create table device_label (
    device_serial text not null references device (serial) on update cascade on delete cascade,
    label_code    text not null references label (code) on update cascade on delete cascade,
    primary key (device_serial, label_code)
);

create index on person (team_id);
create index on site (upper_code);
create index on device (owner_id);
create index on device (site_code);
create index on device (about_type, about_ref);
create index on part (device_id);
create index on device_label (label_code);

create view part_total as
    select device_id, coalesce(grade, 0) as grade, count(*) as parts, string_agg(label, ', ' order by id) as labels
    from part
    group by device_id, coalesce(grade, 0);

create view owner_card as
    select p.id as person_id, p.name || coalesce(' (' || t.name || ')', '') as line
    from person p
    left join team t on t.id = p.team_id;

create view label_line as select code, name || ' #' || rank as line from label;

create materialized view label_stats as
    select l.id as label_id, count(d.device_serial) as devices
    from label l
    left join device_label d on d.label_code = l.code
    group by l.id;

-- REFRESH is in no log; a row of this table is.
create table stats_refreshed (id integer generated always as identity primary key);

commit;
