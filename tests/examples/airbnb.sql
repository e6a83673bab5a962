-- What every document of examples/airbnb must be, written by hand and on purpose unlike what the library writes.
-- One query an index, headed by its name; each gives (_id, document). Run with TimeZone UTC.

-- index: reservations
SELECT b.id::text,
       jsonb_build_object(
         'id', b.id, 'start_date', b.start_date, 'end_date', b.end_date,
         'guest', (
           SELECT jsonb_build_object('id', g.id, 'name', g.name, 'email', g.email)
           FROM guest g WHERE g.id = b.guest_id),
         'place', (
           SELECT jsonb_build_object(
             'id', p.id, 'address', p.address,
             'host', (
               SELECT jsonb_build_object('id', h.id, 'name', h.name, 'email', h.email)
               FROM host h WHERE h.id = p.host_id),
             'city', (
               SELECT jsonb_build_object(
                 'id', c.id, 'name', c.name,
                 'country', (
                   SELECT jsonb_build_object(
                     'id', y.id, 'name', y.name, 'country_code', y.country_code,
                     'continent', (
                       SELECT jsonb_build_object('id', k.id, 'name', k.name)
                       FROM continent k WHERE k.id = y.continent_id))
                   FROM country y WHERE y.id = c.country_id))
               FROM city c WHERE c.id = p.city_id))
           FROM place p WHERE p.id = b.place_id),
         'reviews', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'rating', r.rating, 'comment', r.comment)
             ORDER BY r.id), '[]')
           FROM review r WHERE r.booking_id = b.id))
FROM booking b;
