-- Tables and a few rows for warehouse.hpp, in a database of their own.
set client_encoding to 'utf8';
set standard_conforming_strings to on;

create schema purchasing;
create schema "Stock ""main""";

create table unit (code text primary key, title text);
create table purchasing.supplier (id uuid primary key, name text not null, active boolean);
create table "Stock ""main"""."item.v2" (
    "Item No" bigint primary key, "näme 🙂" text, price numeric(10, 2), internal_note text,
    unit_code text references unit, made_by uuid references purchasing.supplier, sold_by uuid references purchasing.supplier
);
create table customer (id uuid primary key, email text not null, country text not null, unique (country, email));
create table purchasing."Order" (
    shop int, number int, paid boolean not null, due date, remark text, changed timestamptz,
    customer_country text, customer_email text, note_thread text unique,
    primary key (shop, number),
    foreign key (customer_country, customer_email) references customer (country, email)
);
create table "order line" (
    shop int, "order" int, position smallint, quantity real, "item ""no""" bigint references "Stock ""main"""."item.v2",
    primary key (shop, "order", position),
    foreign key (shop, "order") references purchasing."Order"
);
create table serial (
    number text primary key, seen timestamptz, shop int, "order" int, position smallint,
    foreign key (shop, "order", position) references "order line"
);
create table refund (
    id int primary key, amount numeric(12, 2), reason text, line_shop int, line_order int, line_position smallint,
    foreign key (line_shop, line_order, line_position) references "order line"
);
create table note (
    id bigint primary key, written timestamp, text text, about text references purchasing."Order" (note_thread),
    supplier_id uuid references purchasing.supplier
);
create table invoice (number uuid primary key, due date, vat_rate double precision, shop int, order_number int);

insert into unit values ('pc', 'piece'), ('k''g', 'kilo "gram"');
insert into purchasing.supplier values
    ('00000000-0000-0000-0000-00000000000a', 'Äcme & Söhne', true),
    ('00000000-0000-0000-0000-00000000000b', E'back\\slash, "quotes",\nnew line\tand tab', null);
insert into "Stock ""main"""."item.v2" values
    (1, 'bolt', 0.10, 'secret', 'pc', '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b'),
    (9007199254740993, 'näil 🙂', null, null, 'k''g', '00000000-0000-0000-0000-00000000000b', null),
    (3, null, 12.00, null, null, null, null);
insert into customer values
    ('00000000-0000-0000-0000-0000000000c1', 'ann@example.org', 'SE'),
    ('00000000-0000-0000-0000-0000000000c2', 'ann@example.org', 'NO');
insert into purchasing."Order" values
    (1, 1, true, '2024-02-29', 'first', '2024-01-01T00:00:00Z', 'SE', 'ann@example.org', 'thread-1'),
    (1, 2, false, null, 'empty', null, 'NO', null, null),
    (2, 1, false, '0044-03-15 BC', E'a\\b"c', null, 'NO', 'ann@example.org', 'thread-2');
insert into "order line" values
    (1, 1, 1, 2.5, 1), (1, 1, 2, 1e10, 9007199254740993), (1, 1, 3, 'NaN', null), (2, 1, 1, 1, 3);
insert into serial values
    ('S-2', '2024-05-01T12:00:00+02', 1, 1, 1), ('S-1', null, 1, 1, 1), ('S-3', null, 2, 1, 1), ('S-9', null, null, null, null);
insert into refund values (2, 5.00, 'later', 1, 1, 2), (1, 2.50, 'first by key', 1, 1, 2), (3, 1, 'other', 2, 1, 1);
insert into note values
    (12, '2024-01-02T03:04:05', 'second', 'thread-1', null),
    (3, '2024-01-01T00:00:00', 'first', 'thread-1', '00000000-0000-0000-0000-00000000000a'),
    (4, 'infinity', 'of nobody', null, null);
insert into invoice values
    ('00000000-0000-0000-0000-0000000000f2', '2024-03-01', 0.25, 1, 1),
    ('00000000-0000-0000-0000-0000000000f1', null, 'Infinity', 1, 1);
