-- What every document must be, written by hand and on purpose unlike what the library writes: jsonb, and a
-- correlated sub-select for each relation. One query an index, headed by its name; each gives (_id, document).
-- Run with TimeZone UTC.

-- index: random_trips
SELECT replace(replace(b.region, '\', '\\'), '|', '\|') || '|' ||
       replace(replace(b.series, '\', '\\'), '|', '\|') || '|' || b.number,
       jsonb_build_object(
         'region', b.region, 'series', b.series, 'number', b.number, 'guest_id', b.guest_id,
         'starts', b.starts, 'ends', b.ends, 'price', b.price, 'paid', b.paid, 'party', b.party,
         'ratio', b.ratio, 'remark', b.remark, 'contract', b.contract,
         'guest', (
           SELECT jsonb_build_object(
             'id', g.id, 'full_name', g.full_name, 'mail', g.email,
             'home city', (
               SELECT jsonb_build_object(
                 'id', c.id, 'name', c.name, 'population', c.population, 'capital', c.capital,
                 'country', (
                   SELECT jsonb_build_object(
                     'continent_code', y.continent_code, 'number', y.number, 'name', y.name, 'anthem', y.anthem,
                     'continent', (
                       SELECT jsonb_build_object('code', k.code, 'name', k.name, 'founded', k.founded)
                       FROM continent k WHERE k.code = y.continent_code))
                   FROM country y
                   WHERE y.continent_code = c.country_continent AND y.number = c.country_number))
               FROM city c WHERE c.id = g.home_city))
           FROM person g WHERE g.id = b.guest_id),
         'invoice', (
           SELECT jsonb_build_object(
             'region', i.region, 'series', i.series, 'number', i.number,
             'total', i.total, 'issued', i.issued, 'memo', i.memo)
           FROM invoice i
           WHERE i.region = b.region AND i.series = b.series AND i.number = b.number),
         'legs', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', l.id, 'departs', l.departs, 'seat', l.seat, 'distance', l.distance,
             'place', (
               SELECT jsonb_build_object(
                 'Sel ect', p."Sel ect", 'Üñí', p."Üñí", 'with "quote\ and slash', p."with ""quote",
                 'percent', p."100%", 'big_text', p."big text",
                 'city', (
                   SELECT jsonb_build_object(
                     'id', c.id, 'name', c.name, 'population', c.population, 'capital', c.capital,
                     'country', (
                       SELECT jsonb_build_object(
                         'continent_code', y.continent_code, 'number', y.number, 'name', y.name,
                         'anthem', y.anthem,
                         'continent', (
                           SELECT jsonb_build_object('code', k.code, 'name', k.name, 'founded', k.founded)
                           FROM continent k WHERE k.code = y.continent_code))
                       FROM country y
                       WHERE y.continent_code = c.country_continent AND y.number = c.country_number))
                   FROM city c WHERE c.id = p."in city"),
                 'every photo that anybody has ever taken here, oldest number first (a key of 85 bytes)', (
                   SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'id', f.id, 'caption', f.caption, 'taken', f.taken, 'size in bytes', f.size)
                     ORDER BY f.id), '[]')
                   FROM photo f WHERE f."place key" = p."Sel ect"))
               FROM "Weird Schema"."T able-1" p WHERE p."Sel ect" = l.place),
             'reviews', (
               SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'leg_id', r.leg_id, 'position', r.position, 'stars', r.stars, 'body', r.body,
                 'written', r.written,
                 'author', (
                   SELECT jsonb_build_object('id', a.id, 'full_name', a.full_name, 'vip', a.vip)
                   FROM person a WHERE a.id = r.author))
                 ORDER BY r.position), '[]')
               FROM review r WHERE r.leg_id = l.id))
             ORDER BY l.id), '[]')
           FROM leg l
           WHERE l.trip_region = b.region AND l.trip_series = b.series AND l.trip_number = b.number))
FROM inventory.booking b;

-- index: random_people
SELECT p.id::text,
       jsonb_build_object(
         'id', p.id, 'full_name', p.full_name, 'email', p.email, 'born', p.born, 'balance', p.balance,
         'vip', p.vip, 'seen', p.seen, 'token', p.token, 'biography', p.biography,
         'home_city', (
           SELECT jsonb_build_object(
             'id', c.id, 'name', c.name, 'population', c.population, 'capital', c.capital,
             'country', (
               SELECT jsonb_build_object(
                 'continent_code', y.continent_code, 'number', y.number, 'name', y.name, 'anthem', y.anthem,
                 'continent', (
                   SELECT jsonb_build_object('code', k.code, 'name', k.name, 'founded', k.founded)
                   FROM continent k WHERE k.code = y.continent_code))
               FROM country y WHERE y.continent_code = c.country_continent AND y.number = c.country_number))
           FROM city c WHERE c.id = p.home_city),
         'work_city', (
           SELECT jsonb_build_object(
             'id', c.id, 'name', c.name, 'population', c.population, 'capital', c.capital,
             'country', (
               SELECT jsonb_build_object(
                 'continent_code', y.continent_code, 'number', y.number, 'name', y.name, 'anthem', y.anthem,
                 'continent', (
                   SELECT jsonb_build_object('code', k.code, 'name', k.name, 'founded', k.founded)
                   FROM continent k WHERE k.code = y.continent_code))
               FROM country y WHERE y.continent_code = c.country_continent AND y.number = c.country_number))
           FROM city c WHERE c.id = p.work_city),
         'agency', (
           SELECT jsonb_build_object(
             'id', a.id, 'code', a.code, 'branch', a.branch, 'name', a.name,
             'offices', (
               SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'k|1', o."k|1", 'k\2', o."k\2", 'opens', o."from", 'select', o."select")
                 ORDER BY o."k|1", o."k\2"), '[]')
               FROM "Weird Schema"."Off""ice" o WHERE o.license = a.license))
           FROM agency a WHERE a.code = p.agency_code AND a.branch = p.agency_branch),
         'passport', (
           SELECT jsonb_build_object(
             'number', s.number, 'issued', s.issued, 'valid', s.valid,
             'issuer', (
               SELECT jsonb_build_object(
                 'continent_code', y.continent_code, 'number', y.number, 'name', y.name, 'anthem', y.anthem,
                 'continent', (
                   SELECT jsonb_build_object('code', k.code, 'name', k.name, 'founded', k.founded)
                   FROM continent k WHERE k.code = y.continent_code))
               FROM country y WHERE y.continent_code = s.country_continent AND y.number = s.country_number))
           FROM passport s WHERE s.person_id = p.id ORDER BY s.number LIMIT 1),
         'friendships', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'person_id', f.person_id, 'friend_id', f.friend_id, 'since', f.since, 'closeness', f.closeness,
             'friend', (
               SELECT jsonb_build_object('id', w.id, 'full_name', w.full_name, 'born', w.born)
               FROM person w WHERE w.id = f.friend_id))
             ORDER BY f.friend_id), '[]')
           FROM friendship f WHERE f.person_id = p.id),
         'bookings', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'region', b.region, 'series', b.series, 'number', b.number, 'starts', b.starts, 'paid', b.paid,
             'stops', (
               SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'departs', l.departs)
                 ORDER BY l.id), '[]')
               FROM leg l
               WHERE l.trip_region = b.region AND l.trip_series = b.series AND l.trip_number = b.number))
             ORDER BY b.region, b.series, b.number), '[]')
           FROM inventory.booking b WHERE b.guest_id = p.id))
FROM person p;

-- index: random_cities
SELECT c.id::text,
       jsonb_build_object(
         'id', c.id, 'name', c.name, 'population', c.population,
         'country', (
           SELECT jsonb_build_object(
             'continent_code', y.continent_code, 'number', y.number, 'name', y.name, 'anthem', y.anthem,
             'continent', (
               SELECT jsonb_build_object('code', k.code, 'name', k.name, 'founded', k.founded)
               FROM continent k WHERE k.code = y.continent_code))
           FROM country y WHERE y.continent_code = c.country_continent AND y.number = c.country_number),
         'residents', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'full_name', r.full_name)
             ORDER BY r.id), '[]')
           FROM person r WHERE r.home_city = c.id),
         'workers', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'vip', w.vip) ORDER BY w.id), '[]')
           FROM person w WHERE w.work_city = c.id),
         'places', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('code', q."Sel ect", 'percent', q."100%")
             ORDER BY q."Sel ect"), '[]')
           FROM "Weird Schema"."T able-1" q WHERE q."in city" = c.id))
FROM city c;
