-- The tables of the randomised test. Three indices read them: random_trips (inventory.booking),
-- random_people (person) and random_cities (city). Every foreign key has an index of its own, because the
-- test is about being right, not about slow plans.

CREATE SCHEMA inventory;
CREATE SCHEMA "Weird Schema";

-- A text key shared by very many documents; renaming one cascades two tables down.
CREATE TABLE continent (
    code    text PRIMARY KEY,
    name    text NOT NULL,
    founded date
);

-- A composite key whose first part is itself a foreign key.
CREATE TABLE country (
    continent_code text NOT NULL REFERENCES continent (code) ON UPDATE CASCADE ON DELETE CASCADE,
    number         smallint NOT NULL,
    name           text NOT NULL,
    anthem         text,
    PRIMARY KEY (continent_code, number)
);

-- A root with a uuid key; the foreign key is composite, nullable and may be null in one half only.
CREATE TABLE city (
    id                uuid PRIMARY KEY,
    name              text NOT NULL,
    population        bigint,
    capital           boolean,
    country_continent text,
    country_number    smallint,
    FOREIGN KEY (country_continent, country_number) REFERENCES country (continent_code, number)
        ON UPDATE CASCADE ON DELETE SET NULL
);
CREATE INDEX ON city (country_continent, country_number);

-- Referred to by columns that are not its key: (code, branch) by person, license by "Off""ice".
CREATE TABLE agency (
    id      integer PRIMARY KEY,
    code    text NOT NULL,
    branch  smallint NOT NULL,
    license text UNIQUE,
    name    text,
    UNIQUE (code, branch)
);

-- No constraint stands behind license, so an office may name an agency that is not there (yet).
CREATE TABLE "Weird Schema"."Off""ice" (
    "k|1"    smallint,
    "k\2"    text,
    license  text,
    "from"   timestamp with time zone,
    "select" boolean,
    PRIMARY KEY ("k|1", "k\2")
);
CREATE INDEX ON "Weird Schema"."Off""ice" (license);

-- The root of one index and a child, at several nodes, of the two others; the same table (city) twice.
CREATE TABLE person (
    id            bigint PRIMARY KEY,
    full_name     text NOT NULL,
    email         varchar(320),
    born          date,
    balance       numeric(14, 4),
    vip           boolean NOT NULL,
    seen          timestamp with time zone,
    token         uuid,
    biography     text,
    secret        text,
    home_city     uuid REFERENCES city (id) ON UPDATE CASCADE ON DELETE SET NULL,
    work_city     uuid REFERENCES city (id) ON UPDATE CASCADE ON DELETE SET NULL,
    agency_code   text,
    agency_branch smallint,
    FOREIGN KEY (agency_code, agency_branch) REFERENCES agency (code, branch)
        ON UPDATE CASCADE ON DELETE SET NULL
);
CREATE INDEX ON person (home_city);
CREATE INDEX ON person (work_city);
CREATE INDEX ON person (agency_code, agency_branch);

-- has_one, though nothing keeps a person from having several: the first by key counts. The foreign key
-- stands outside the primary key.
CREATE TABLE passport (
    number            text PRIMARY KEY,
    person_id         bigint NOT NULL REFERENCES person (id) ON UPDATE CASCADE ON DELETE CASCADE,
    issued            date,
    valid             boolean,
    country_continent text,
    country_number    smallint,
    FOREIGN KEY (country_continent, country_number) REFERENCES country (continent_code, number)
        ON UPDATE CASCADE ON DELETE SET NULL
);
CREATE INDEX ON passport (person_id, number);
CREATE INDEX ON passport (country_continent, country_number);

-- A link table: both halves of its key are foreign keys to the same table.
CREATE TABLE friendship (
    person_id bigint REFERENCES person (id) ON UPDATE CASCADE ON DELETE CASCADE,
    friend_id bigint REFERENCES person (id) ON UPDATE CASCADE ON DELETE CASCADE,
    since     timestamp,
    closeness double precision,
    PRIMARY KEY (person_id, friend_id)
);
CREATE INDEX ON friendship (friend_id);

CREATE TABLE "Weird Schema"."T able-1" (
    "Sel ect"      text PRIMARY KEY,
    "Üñí"          text,
    "with ""quote" integer,
    "100%"         numeric(10, 2),
    "big text"     text,
    "Ünused \"     text,
    "in city"      uuid REFERENCES city (id) ON UPDATE CASCADE ON DELETE SET NULL
);
CREATE INDEX ON "Weird Schema"."T able-1" ("in city");

CREATE TABLE photo (
    id          integer PRIMARY KEY,
    "place key" text NOT NULL REFERENCES "Weird Schema"."T able-1" ("Sel ect")
        ON UPDATE CASCADE ON DELETE CASCADE,
    caption     text,
    taken       timestamp with time zone,
    size        bigint
);
CREATE INDEX ON photo ("place key");

-- A root whose _id has three parts, two of them text that is full of separators and backslashes.
CREATE TABLE inventory.booking (
    region   text,
    series   text,
    number   bigint,
    guest_id bigint REFERENCES person (id) ON UPDATE CASCADE ON DELETE SET NULL,
    starts   date,
    ends     timestamp,
    price    numeric(20, 6),
    paid     boolean NOT NULL,
    party    smallint,
    ratio    double precision,
    remark   text,
    contract text,
    PRIMARY KEY (region, series, number)
);
CREATE INDEX ON inventory.booking (guest_id);

-- has_one whose whole key is the foreign key.
CREATE TABLE invoice (
    region text,
    series text,
    number bigint,
    total  numeric(38, 10),
    issued timestamp with time zone,
    memo   text,
    PRIMARY KEY (region, series, number),
    FOREIGN KEY (region, series, number) REFERENCES inventory.booking (region, series, number)
        ON UPDATE CASCADE ON DELETE CASCADE
);

-- A composite foreign key outside the primary key, nullable.
CREATE TABLE leg (
    id          uuid PRIMARY KEY,
    trip_region text,
    trip_series text,
    trip_number bigint,
    place       text REFERENCES "Weird Schema"."T able-1" ("Sel ect") ON UPDATE CASCADE ON DELETE SET NULL,
    departs     timestamp,
    seat        text,
    distance    bigint,
    FOREIGN KEY (trip_region, trip_series, trip_number) REFERENCES inventory.booking (region, series, number)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX ON leg (trip_region, trip_series, trip_number);
CREATE INDEX ON leg (place);

CREATE TABLE review (
    leg_id   uuid REFERENCES leg (id) ON UPDATE CASCADE ON DELETE CASCADE,
    position smallint,
    author   bigint REFERENCES person (id) ON UPDATE CASCADE ON DELETE SET NULL,
    stars    smallint,
    body     text,
    written  timestamp with time zone,
    PRIMARY KEY (leg_id, position)
);
CREATE INDEX ON review (author);

-- In no shape: its rows are in the log all the same.
CREATE TABLE noise (
    id   bigserial,
    note text
);
