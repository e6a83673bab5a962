-- Records real pgoutput messages as hexadecimal lines of C++, for recorded_pgoutput.hpp. Run it with
--   psql -AtqX -d <a scratch database with wal_level=logical, as superuser> -f record_pgoutput.sql
-- Ids, times and positions differ from run to run: a new recording needs new expectations for those.
\set ON_ERROR_STOP on
SET client_min_messages = error;
SET TimeZone = 'UTC';

CREATE SCHEMA "Odd schema";
CREATE TYPE "Odd schema".mood AS ENUM ('calm', 'not "calm"');
CREATE TABLE public.plain (id int PRIMARY KEY, name text, price numeric(10,2), born timestamptz);
CREATE TABLE public.wide (id bigint PRIMARY KEY, small int, big text);
ALTER TABLE public.wide ALTER big SET STORAGE EXTERNAL;
CREATE TABLE public.whole (a int, b text);
ALTER TABLE public.whole REPLICA IDENTITY FULL;
CREATE TABLE public.by_index (id int PRIMARY KEY, tenant int NOT NULL, code text NOT NULL, note text);
CREATE UNIQUE INDEX by_index_key ON public.by_index (tenant, code);
ALTER TABLE public.by_index REPLICA IDENTITY USING INDEX by_index_key;
CREATE TABLE "Odd schema"."Tab""le 😀" ("k'1" uuid, "Key 2" text, "päy" "Odd schema".mood, PRIMARY KEY ("k'1", "Key 2"));
CREATE TABLE public.child (id int PRIMARY KEY, parent int REFERENCES public.plain);
CREATE PUBLICATION recording FOR TABLE public.plain, public.wide, public.whole, public.by_index, public.child,
    "Odd schema"."Tab""le 😀";
SELECT 1 FROM pg_create_logical_replication_slot('recording', 'pgoutput') \g /dev/null

-- insert, with nulls, emoji, quotes and newlines
BEGIN;
INSERT INTO plain VALUES (1, 'naïve 😀 ''quoted'' "double" \back' || E'\nline\ttab', 12.50, '2024-02-29 12:34:56.789+00');
INSERT INTO plain VALUES (2, NULL, NULL, NULL), (3, '', 0, 'infinity');
COMMIT;
-- update: default identity with the key kept, then with the key changed
UPDATE plain SET name = 'old-key: new-tuple' WHERE id = 1;
UPDATE plain SET id = 20 WHERE id = 2;
-- delete by key
DELETE FROM plain WHERE id = 3;
-- an out-of-line value that an update leaves alone, and one that it changes
INSERT INTO wide VALUES (1, 1, repeat('x', 2100));
UPDATE wide SET small = 2;
UPDATE wide SET big = 'short';
-- full identity
INSERT INTO whole VALUES (1, 'one'), (2, NULL);
UPDATE whole SET b = 'uno' WHERE a = 1;
DELETE FROM whole WHERE a = 2;
-- an index as identity: untouched, changed, deleted
INSERT INTO by_index VALUES (1, 7, 'c', 'n');
UPDATE by_index SET note = NULL;
UPDATE by_index SET tenant = 8;
DELETE FROM by_index;
-- identifiers with spaces, quotes and emoji; a type of one's own
INSERT INTO "Odd schema"."Tab""le 😀" VALUES ('0b6e4b1e-3d0a-4c6e-9a61-8d1c1c0f0a01', 'a|b\c', 'not "calm"');
UPDATE "Odd schema"."Tab""le 😀" SET "Key 2" = '😀';
DELETE FROM "Odd schema"."Tab""le 😀";
-- truncate: one table, then with both options
TRUNCATE wide;
TRUNCATE plain RESTART IDENTITY CASCADE;
-- a column added in the middle of the stream, an origin and a logical message
ALTER TABLE whole ADD COLUMN c boolean DEFAULT false;
INSERT INTO whole VALUES (5, 'five', true);
SELECT 1 FROM pg_replication_origin_create('somewhere') \g /dev/null
SELECT pg_replication_origin_session_setup('somewhere') \g /dev/null
BEGIN;
SELECT pg_replication_origin_xact_setup('16/B374D848', '2024-01-01') \g /dev/null
INSERT INTO child VALUES (1, NULL);
COMMIT;
SELECT pg_replication_origin_session_reset() \g /dev/null
SELECT pg_logical_emit_message(true, 'pre fix', 'a message') \g /dev/null

-- One literal a message, cut into lines of at most 96 digits.
SELECT format(E'    // %s: %s\n    "%s",', row_number() OVER (ORDER BY n) - 1, chr(get_byte(data, 0)),
              regexp_replace(encode(data, 'hex'), '(.{96})(?=.)', E'\\1"\n    "', 'g'))
FROM pg_logical_slot_peek_binary_changes('recording', NULL, NULL, 'proto_version', '1', 'publication_names',
                                         'recording', 'messages', 'true') WITH ORDINALITY AS m(lsn, xid, data, n)
ORDER BY n;

SELECT pg_drop_replication_slot('recording') \g /dev/null
SELECT pg_replication_origin_drop('somewhere') \g /dev/null
