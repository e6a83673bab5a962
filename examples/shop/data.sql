-- A small shop for schema.sql.
begin;

insert into customer (id, name, email, blocked, joined, invited_by) values
    (1, 'Ada',          'ada@example.com',   false, '2020-01-01', null),
    (2, 'Börje "Bo" Ö', 'bo@example.se',     false, '2021-02-28', 1),
    (3, 'Chen',         null,                false, '2021-03-01', 1),
    (4, 'Dora',         'no address',        false, null,         2),
    (5, 'Eve',          'eve@evil.example',  true,  '2022-01-01', 1),
    (6, 'Nobody yet',   '@',                 false, 'infinity',   6);

insert into product (id, sku, name, status, price, released, tags) values
    (1, 'TEA-1',  'Green tea',       'active',   4.50,  '2020-01-01', '{tea,"loose leaf",green}'),
    (2, 'TEA-2',  'Black tea',       'active',   4.50,  '2020-06-01', '{tea}'),
    (3, 'POT',    'Tea pot',         'sold out', 39.99, '2021-01-01', '{}'),
    (4, 'CUP',    'Cup, chipped',    'retired',  0.00,  '2019-01-01', '{"a,b","say \"hi\"",NULL}'),
    (5, 'SAMOV',  'Samovar',         'draft',    499.00, null,        '{tea}'),
    (6, 'GIFT',   'Voucher',         'active',   -5.00, null,         '{}'),
    (7, 'NAN',    'Not yet priced',  'active',   'NaN', '4713-01-01 BC', '{}');

insert into favourite (customer_id, product_id) values
    (1, 1), (1, 2), (1, 3), (1, 5), (2, 5), (2, 7), (2, 3), (3, 4), (5, 1);

insert into attribute (id, sku, name, value, unit) values
    (1, 'TEA-1', 'Weight',  '100',    'g'),
    (2, 'TEA-1', 'Origin',  'Japan',  null),
    (3, 'TEA-1', 'Weight',  '250',    'g'),     -- said twice: the first counts in one object, the last in the other
    (4, 'TEA-1', null,      'no name', 'g'),    -- no name, no entry
    (5, 'TEA-1', 'Grade',   null,     null),
    (6, 'TEA-2', 'Weight',  '1000',   'g'),
    (7, 'POT',   'Größe',   '1.2',    'l'),
    (8, 'POT',   'say "x"', 'a\b',    ''),
    (9, 'KETTLE', 'Volume', '2',      'l'),     -- of a product that is not there yet
    (10, 'SAMOV', 'Volume', '5',      'l');

insert into stock (product_id, warehouse, amount) values
    (1, 'Berlin', 12), (1, 'Paris', 0), (1, 'Umeå', 3),
    (2, 'Berlin', 0),
    (4, 'Paris', -1), (4, 'Berlin', 1),
    (5, 'Paris', 7);

insert into review (id, product_id, customer_id, stars, body, approved, written, deleted_at) values
    (1, 1, 1,    5,    'Lovely',          true,  '2024-01-01 10:00:00+00',     null),
    (2, 1, 2,    4,    'Good',            true,  '2024-01-02 10:00:00+01',     null),
    (3, 1, 3,    null, 'No stars',        true,  '2024-01-03 10:00:00+00',     null),
    (4, 1, 4,    1,    'Dust!',           true,  '2024-01-04 10:00:00+00',     null),
    (5, 1, 5,    5,    'BUY CHEAP WATCH', false, '2024-01-05 10:00:00+00',     null),
    (6, 1, 2,    5,    'I take it back',  true,  '2023-01-01 00:00:00+00',     '2024-01-01 00:00:00+00'),
    (7, 1, null, 5,    'Anonymous',       true,  null,                         null),
    (8, 2, 1,    null, '',                true,  null,                         null),
    (9, 3, 4,    1,    'Leaks',           false, '2022-02-02 02:02:02.123456+00', null),
    (10, 4, 3,   3,    'Chipped',         true,  'infinity',                   null),
    (11, 4, 3,   2,    'Really',          true,  '-infinity',                  null);

insert into purchase (id, customer_id, placed_at, state, note) values
    (1, 1, '2024-01-01 00:00:00+00',    'done',      null),
    (2, 1, '2024-02-01 00:00:00+00',    'done',      'ring twice'),
    (3, 1, null,                        'open',      null),
    (4, 1, '2024-03-01 12:30:00+05:30', 'cancelled', ''),
    (5, 1, '2024-02-01 00:00:00+00',    'open',      null),       -- the same moment as order 2
    (6, 2, '2024-04-01 00:00:00+00',    'done',      E'two\nlines'),
    (7, 3, null,                        'cancelled', null),
    (8, 5, '2024-05-05 05:05:05+00',    'open',      null);

insert into order_line (purchase_id, position, product_id, quantity, price, deleted_at) values
    (1, 1, 1,    2,  4.50,  null),
    (1, 2, 2,    1,  4.00,  null),
    (1, 3, 3,    1,  39.99, '2024-01-01 00:01:00+00'),
    (2, 1, 1,    10, 3.99,  null),
    (3, 1, null, 1,  1.00,  null),                                -- of a product that is gone
    (3, 2, 5,    1,  450.00, null),                               -- of a draft
    (4, 1, 1,    3,  4.50,  '2024-03-01 08:00:00+00'),
    (6, 1, 1,    1,  4.50,  null),
    (6, 2, 1,    1,  4.50,  null),                                -- the same product in two lines
    (6, 3, 7,    2,  'NaN', null),
    (8, 1, 4,    0,  0.00,  null);

insert into returned (id, purchase_id, position, quantity, accepted) values
    (1, 1, 1, 1, true),
    (2, 1, 1, 1, false),
    (3, 2, 1, 4, true),
    (4, 2, 1, 2, null),
    (5, 6, 1, 1, true),
    (6, 1, 3, 1, true);

-- The rows above named their own numbers; the next ones continue them.
select setval(pg_get_serial_sequence('customer', 'id'), (select max(id) from customer));
select setval(pg_get_serial_sequence('product', 'id'), (select max(id) from product));
select setval(pg_get_serial_sequence('attribute', 'id'), (select max(id) from attribute));
select setval(pg_get_serial_sequence('review', 'id'), (select max(id) from review));
select setval(pg_get_serial_sequence('purchase', 'id'), (select max(id) from purchase));
select setval(pg_get_serial_sequence('returned', 'id'), (select max(id) from returned));

commit;
