-- Some places for schema.sql, among them values that PostgreSQL knows and no search index can take.
begin;

insert into region (id, name, postcodes, inhabitants, elevation, valid, season, closed, centre) values
    (1, 'Berlin',          '[10115,14199]', '[3500000,4000000)', '[28,122.5]', '[1990-10-03,)',
        '[2024-05-01 00:00,2024-10-01 00:00)', '[2024-12-24 14:00+01,2024-12-26 23:59:59.5+01]', '(13.405,52.52)'),
    (2, 'Unbounded',       '(,)', '[5000000000,)', '(,0)', '(,2000-01-01)', '(,2024-01-01 12:00]', '(,)', '(0,0)'),
    (3, 'Empty',           'empty', '[3,3)', '(5,5)', 'empty', 'empty', '(2024-01-01 00:00+00,2024-01-01 00:00+00]',
        '(Infinity,0)'),
    (4, 'Nothing',         null, null, null, null, null, null, null),
    (5, 'Infinite bounds', '[1,2]', '(0,9]', '(NaN,NaN]', '[-infinity,infinity]', '[2024-01-01,infinity)',
        '[-infinity,2024-01-01 00:00+00)', '(NaN,NaN)'),
    (6, 'Far away',        '[-5,-5]', '[-9223372036854775808,0]', '[-0.5,NaN]', '[0044-03-15 BC,9999-12-31]',
        '(2024-01-01 00:00:00,2024-01-01 00:00:00.005)', '(2024-01-01 00:00:00+00,2024-01-01 00:00:00.009999+00)',
        '(180,90)'),
    (7, 'Just wide enough', '(1,4)', '[1,1]', '(1,1.00000000001)', '(2024-02-28,2024-03-01]',
        '(2024-01-01 00:00:00,2024-01-01 00:00:00.01)', '[2024-01-01 00:00+00,2024-01-01 00:00+00]', '(-180,-90)');

insert into place (id, name, spot, longitude, latitude, feature, embedding, tags, floors, readings, address, region_id) values
    (1, 'Tower',          '(13.4094,52.5208)', 13.4094, 52.5208, '{1,2,3}', '{0.1,0.2,0.3}', '{tower,"tv, radio"}',
        '{-1,0,1,203}', '{1.5,-0}', '192.168.0.1', 1),
    (2, 'Null island',    '(0,0)', 0, 0, '{0,0,0}', '{-0,0,1e-40}', '{}', '{}', '{}', '::1', 2),
    (3, 'Nothing known',  null, null, null, null, null, '{}', null, null, null, null),
    (4, 'Half known',     '(1e-7,-1e-7)', null, 10, '{}', '{}', '{NULL,""}', '{NULL,1,NULL}', '{NaN,Infinity,-Infinity,NULL}',
        '10.0.0.0/8', 3),
    (5, 'Off the globe',  '(13,91)', 181, 45, '{1,2}', '{1,2,3,4}', '{ünï}', '{2147483647,-2147483648}', '{1e308}',
        '2001:db8::/32', 4),
    (6, 'Not a number',   '(NaN,10)', 'NaN', 10, '{1,NULL,3}', '{NULL,NULL,NULL}', '{"\"","\\"}', '{7}', '{0.1}',
        '255.255.255.255', 5),
    (7, 'Infinitely far', '(Infinity,-Infinity)', 'Infinity', '-Infinity', '{NaN,0,0}', '{1,Infinity,2}', '{a}', '{1}',
        '{1}', '::ffff:1.2.3.4', 6),
    (8, 'At the corner',  '(180,-90)', -180, 90, '{3.4e38,-3.4e38,1e-45}', '{16777217,0.1,1e10}', '{a,a}', '{1,1}',
        '{1e-300}', '1.2.3.4/32', 7),
    (9, 'From zero',      '(-180.0000001,0)', 180, -90.0000001, '[0:2]={1,2,3}', '[5:7]={1,2,3}', '[0:1]={b,a}',
        '[-1:0]={1,2}', null, '0.0.0.0/0', 1),
    (10, 'Too large',     '(12.345678901234567,-0.1)', 0.1, -0.1, '{0.1,0.2,0.3}', '{1e300,1,1}', '{}', null, null,
        'fe80::1/64', 7);

insert into track (id, name, started, walked_on) values
    (1, 'Around the tower', '2024-05-01 10:00',       '{2024-05-01,2024-05-02}'),
    (2, 'Nowhere',          null,                     null),
    (3, 'Out of order',     'infinity',               '{}'),
    (4, 'Long ago',         '0044-03-15 12:00:00 BC', '{infinity,NULL,0044-03-15 BC}');

insert into waypoint (id, track_id, position, spot, height, place_id) values
    (1, 1, 1,    '(13.40,52.52)', 34,         1),
    (2, 1, 2,    '(13.41,52.52)', 34.5,       null),
    (3, 1, 3,    '(13.41,52.53)', null,       2),
    (4, 3, 3,    '(3,3)',         0.1,        4),
    (5, 3, null, '(9,9)',         'Infinity', 5),
    (6, 3, 1,    null,            '-Infinity', 6),
    (7, 3, 2,    '(200,2)',       -1.25,      7),
    (8, 3, 2,    '(2,2)',         -1.25,      8),       -- the same position as the one before
    (9, 4, 0,    '(NaN,0)',       'NaN',      null);

-- The rows above named their own numbers; the next ones continue them.
select setval(pg_get_serial_sequence('region', 'id'), (select max(id) from region));
select setval(pg_get_serial_sequence('place', 'id'), (select max(id) from place));
select setval(pg_get_serial_sequence('track', 'id'), (select max(id) from track));
select setval(pg_get_serial_sequence('waypoint', 'id'), (select max(id) from waypoint));

commit;
