-- What every document of examples/geo must be, written by hand and on purpose unlike what the library writes.
-- One query an index, headed by its name; each gives (_id, document). Run with TimeZone UTC.

-- index: places
SELECT p.id::text,
       jsonb_build_object(
         'id', p.id, 'name', p.name,
         'spot', CASE WHEN p.spot[0] BETWEEN -180 AND 180 AND p.spot[1] BETWEEN -90 AND 90
                      THEN jsonb_build_object('lat', p.spot[1], 'lon', p.spot[0]) END,
         'position', CASE WHEN p.longitude BETWEEN -180 AND 180 AND p.latitude BETWEEN -90 AND 90
                          THEN jsonb_build_object('lat', p.latitude, 'lon', p.longitude) END,
         'latitude', p.latitude,
         'feature', (
           SELECT CASE WHEN count(*) = 3 AND bool_and(abs(e.v) <= 3.4028235e38) AND count(e.v) = 3
                       THEN jsonb_agg(e.v ORDER BY e.n) END
           FROM unnest(p.feature) WITH ORDINALITY e (v, n)),
         'embedding', (
           -- What is beyond the numbers of `real`, which clusters keep, counts as not finite.
           SELECT CASE WHEN count(*) = 3 AND bool_and(abs(e.v) < 3.40282357e38) AND count(e.v) = 3
                       THEN jsonb_agg(CASE WHEN abs(e.v) < 3.40282357e38 THEN e.v END ORDER BY e.n) END
           FROM unnest(p.embedding) WITH ORDINALITY e (v, n)),
         'tags', p.tags, 'floors', p.floors, 'readings', p.readings, 'address', p.address,
         'region', (
           SELECT jsonb_build_object(
             'id', r.id, 'name', r.name,
             'postcodes', CASE WHEN NOT isempty(r.postcodes) THEN jsonb_strip_nulls(jsonb_build_object(
               'gte', lower(r.postcodes), 'lt', upper(r.postcodes))) END,
             'inhabitants', CASE WHEN NOT isempty(r.inhabitants) THEN jsonb_strip_nulls(jsonb_build_object(
               'gte', lower(r.inhabitants), 'lt', upper(r.inhabitants))) END,
             'elevation', (
               SELECT CASE WHEN NOT isempty(r.elevation) THEN jsonb_strip_nulls(jsonb_build_object(
                 CASE WHEN close OR lower_inc(r.elevation) THEN 'gte' ELSE 'gt' END, low,
                 CASE WHEN close OR upper_inc(r.elevation) THEN 'lte' ELSE 'lt' END, high)) END
               FROM (SELECT nullif(nullif(nullif(lower(r.elevation), 'NaN'), 'Infinity'), '-Infinity'),
                            nullif(nullif(nullif(upper(r.elevation), 'NaN'), 'Infinity'), '-Infinity')) b (low, high),
                    LATERAL (SELECT coalesce(high - low <= 1e-9 * greatest(abs(low), abs(high)), false)) c (close)),
             'valid', CASE WHEN NOT isempty(r.valid) THEN jsonb_strip_nulls(jsonb_build_object(
               'gte', (SELECT d FROM (SELECT lower(r.valid)) b (d) WHERE d BETWEEN '0001-01-01' AND '9999-12-31'),
               'lt', (SELECT d FROM (SELECT upper(r.valid)) b (d) WHERE d BETWEEN '0001-01-01' AND '9999-12-31'))) END,
             'season', (
               SELECT CASE WHEN NOT isempty(r.season) THEN jsonb_strip_nulls(jsonb_build_object(
                 CASE WHEN close OR lower_inc(r.season) THEN 'gte' ELSE 'gt' END, low,
                 CASE WHEN close OR upper_inc(r.season) THEN 'lte' ELSE 'lt' END, high)) END
               FROM (SELECT (SELECT d FROM (SELECT lower(r.season)) x (d)
                             WHERE d >= '0001-01-01' AND d < '9999-12-31 24:00'),
                            (SELECT d FROM (SELECT upper(r.season)) x (d)
                             WHERE d >= '0001-01-01' AND d < '9999-12-31 24:00')) b (low, high),
                    LATERAL (SELECT coalesce(high < low + CASE WHEN lower_inc(r.season) THEN interval '10 ms' ELSE '1010 ms' END, false)) c (close)),
             'closed', (
               SELECT CASE WHEN NOT isempty(r.closed) THEN jsonb_strip_nulls(jsonb_build_object(
                 CASE WHEN close OR lower_inc(r.closed) THEN 'gte' ELSE 'gt' END, low,
                 CASE WHEN close OR upper_inc(r.closed) THEN 'lte' ELSE 'lt' END, high)) END
               FROM (SELECT (SELECT d FROM (SELECT lower(r.closed)) x (d)
                             WHERE d >= '0001-01-01 00:00+00' AND d < '9999-12-31 24:00+00'),
                            (SELECT d FROM (SELECT upper(r.closed)) x (d)
                             WHERE d >= '0001-01-01 00:00+00' AND d < '9999-12-31 24:00+00')) b (low, high),
                    LATERAL (SELECT coalesce(high < low + CASE WHEN lower_inc(r.closed) THEN interval '10 ms' ELSE '1010 ms' END, false)) c (close)),
             'centre', CASE WHEN r.centre[0] BETWEEN -180 AND 180 AND r.centre[1] BETWEEN -90 AND 90
                            THEN jsonb_build_object('lat', r.centre[1], 'lon', r.centre[0]) END)
           FROM region r WHERE r.id = p.region_id))
FROM place p;

-- index: tracks
SELECT t.id::text,
       jsonb_build_object(
         'id', t.id, 'name', t.name, 'started', t.started, 'walked_on', t.walked_on,
         'waypoints', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', w.id, 'position', w.position, 'height', w.height,
             'spot', CASE WHEN w.spot[0] BETWEEN -180 AND 180 AND w.spot[1] BETWEEN -90 AND 90
                          THEN jsonb_build_object('lat', w.spot[1], 'lon', w.spot[0]) END,
             'place', (
               SELECT jsonb_build_object(
                 'id', p.id, 'name', p.name,
                 'spot', CASE WHEN p.spot[0] BETWEEN -180 AND 180 AND p.spot[1] BETWEEN -90 AND 90
                              THEN jsonb_build_object('lat', p.spot[1], 'lon', p.spot[0]) END)
               FROM place p WHERE p.id = w.place_id))
             ORDER BY w.position IS NULL, w.position, w.id), '[]')
           FROM waypoint w WHERE w.track_id = t.id),
         'last_spot', (
           SELECT coalesce(jsonb_agg(
             CASE WHEN w.spot[0] BETWEEN -180 AND 180 AND w.spot[1] BETWEEN -90 AND 90
                  THEN jsonb_build_object('lat', w.spot[1], 'lon', w.spot[0]) END), '[]')
           FROM waypoint w
           WHERE w.track_id = t.id
             AND NOT EXISTS (
               SELECT FROM waypoint o
               WHERE o.track_id = t.id
                 AND (coalesce(o.position, -99999), -o.id::bigint) > (coalesce(w.position, -99999), -w.id::bigint))),
         'marked', (SELECT count(w.spot) FROM waypoint w WHERE w.track_id = t.id),
         'highest', (SELECT max(w.height) FROM waypoint w WHERE w.track_id = t.id))
FROM track t;
