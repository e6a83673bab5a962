create table country (id int primary key, name text not null);
create table item (id bigint primary key, title text not null, body text, amount int not null, country_id int);
create index on item (country_id);
create table note (id int primary key, body text not null, weight int not null, item_id bigint);
create index on note (item_id);
create table label (id int primary key, name text not null);
-- keys that may be null
create table person (id serial primary key, ref bigint unique, name text not null, country_id int);
create table card (id int primary key, person_ref bigint);
create index on person (country_id);
create index on card (person_ref);
create table shelf (shop int, code text, name text not null, country_id int, unique (shop, code));
create table book (id int primary key, shop int, code text);
create index on book (shop, code);
create index on shelf (country_id);
create table cell (a int, b int, name text not null, country_id int, unique (a, b));
create index on cell (country_id);
-- types that print otherwise than they are
create table file (id int primary key, object oid not null, more oid[] not null, kind "char" not null, kinds "char"[]);
create table part (id int primary key, file_id int not null, object oid);
create index on part (file_id);
