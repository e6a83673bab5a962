-- Two tenants for schema.sql. Their rows have the same numbers and are not the same rows.
begin;

insert into shared.country (code, name) values
    ('DE', 'Germany'), ('SE', 'Sverige'), ('|', 'A code that separates'), ('a\b', 'A code that escapes'), ('XX', '');

insert into shared.plan (code, title, price) values
    ('free', 'Free of charge', 0),
    ('pro', 'Professional', 49.90),
    ('pro|yearly', 'Professional, "yearly"', 499),
    ('back\slash', 'Nobody''s plan', -1);

insert into tenant_a.customer (id, name, plan_code, country_code) values
    (1, 'Alpha',        'free',       'DE'),
    (2, 'Anders & Co.', 'pro',        'SE'),
    (3, 'Aβγ',          'pro|yearly', '|'),
    (4, 'No plan',      null,         null);

insert into tenant_b.customer (id, name, plan_code, country_code) values
    (1, 'Beta',         'pro',        'DE'),
    (2, 'Bengt',        'pro',        'a\b'),
    (9, 'Only here',    'free',       null);

insert into tenant_a.invoice (id, number, issued, paid_at, customer_id) values
    (1, 'A-2024-1', '2024-01-31', '2024-02-10 09:30:00+01', 1),
    (2, 'A-2024-2', '2024-02-29', null,                     2),
    (3, 'A-2024-3', null,         null,                     2),
    (9007199254740993, 'A-large', '2024-12-31', '2024-12-31 23:59:59.999999+00', 3),
    (5, 'A-orphan', '2023-01-01', null,                     null);

insert into tenant_b.invoice (id, number, issued, paid_at, customer_id) values
    (1, 'B/1', '2024-01-01', null,       1),
    (2, 'B/2', '2024-01-02', 'infinity', 1),
    (3, 'B/3', '2024-01-03', null,       9);

insert into tenant_a.line (invoice_id, position, what, amount) values
    (1, 2, 'second',   10.10),
    (1, 1, 'first',    0.05),
    (2, 1, 'discount', -3.00),
    (3, -1, 'before',  1.00),
    (9007199254740993, 1, 'much', 9999999999.99);

insert into tenant_b.line (invoice_id, position, what, amount) values
    (1, 1, 'first',  1.00),
    (1, 2, 'second', 2.00),
    (1, 3, '',       'NaN'),
    (3, 1, 'only',   0.00);

insert into shared.ticket (tenant, number, customer_id, subject, status) values
    ('a', 1, 1,    'Does not start', 'new'),
    ('a', 2, 9,    'No such customer at this tenant', 'open'),
    ('a', 3, null, 'Nobody''s', 'open'),
    ('b', 1, 1,    'Same numbers, other tenant', 'closed'),
    ('b', 2, 9,    'Only there', 'new'),
    ('b', 3, 2,    'BUY CHEAP WATCH', 'spam'),
    ('c', 1, 1,    'No such tenant', 'new'),
    ('a|b', 1, 1,  'A key to escape', 'new');

-- The rows above named their own numbers; the next ones continue them.
select setval(pg_get_serial_sequence('tenant_a.customer', 'id'), (select max(id) from tenant_a.customer));
select setval(pg_get_serial_sequence('tenant_b.customer', 'id'), (select max(id) from tenant_b.customer));
select setval(pg_get_serial_sequence('tenant_a.invoice', 'id'), (select max(id) from tenant_a.invoice));
select setval(pg_get_serial_sequence('tenant_b.invoice', 'id'), (select max(id) from tenant_b.invoice));

commit;
