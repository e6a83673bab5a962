-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "track" n0
  LEFT JOIN (SELECT n1."track_id" AS l1, json_agg(row_to_json(d1.*) ORDER BY n1."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY position, t."id") AS "pgsync order" FROM (SELECT *
        FROM "waypoint") t
      WHERE (t."track_id") >= ($1) AND (t."track_id") <= ($2)) n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "place" n2
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name", CASE WHEN (n2."spot")[0] BETWEEN -180 AND 180 AND (n2."spot")[1] BETWEEN -90 AND 90 THEN json_build_object('lat', (n2."spot")[1], 'lon', (n2."spot")[0]) END AS "spot") d2
      WHERE n2."id" = n1."place_id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."position" AS "position", CASE WHEN (n1."spot")[0] BETWEEN -180 AND 180 AND (n1."spot")[1] BETWEEN -90 AND 90 THEN json_build_object('lat', (n1."spot")[1], 'lon', (n1."spot")[0]) END AS "spot", n1."height" AS "height", j2.doc AS "place") d1 GROUP BY n1."track_id") j1 ON j1.l1 = n0."id"
  LEFT JOIN LATERAL (SELECT json_agg(CASE WHEN (n3."spot")[0] BETWEEN -180 AND 180 AND (n3."spot")[1] BETWEEN -90 AND 90 THEN json_build_object('lat', (n3."spot")[1], 'lon', (n3."spot")[0]) END ORDER BY n3."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY position DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "waypoint") t
      WHERE t."track_id" = n0."id" ORDER BY "pgsync order" LIMIT 1) n3) j3 ON true
  LEFT JOIN (SELECT n4."track_id" AS l1, count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "waypoint"
        WHERE (spot IS NOT NULL)) t) n4
    WHERE (n4."track_id") >= ($1) AND (n4."track_id") <= ($2) GROUP BY n4."track_id") j4 ON j4.l1 = n0."id"
  LEFT JOIN (SELECT n5."track_id" AS l1, max(n5."height") AS doc
    FROM "waypoint" n5
    WHERE (n5."track_id") >= ($1) AND (n5."track_id") <= ($2) GROUP BY n5."track_id") j5 ON j5.l1 = n0."id"
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."started" AS "started", n0."walked_on" AS "walked_on", coalesce(j1.doc, '[]') AS "waypoints", coalesce(j3.doc, '[]') AS "last_spot", coalesce(j4.doc, 0) AS "marked", j5.doc AS "highest") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "track" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY position, t."id") AS "pgsync order" FROM (SELECT *
        FROM "waypoint") t
      WHERE t."track_id" = n0."id") n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "place" n2
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name", CASE WHEN (n2."spot")[0] BETWEEN -180 AND 180 AND (n2."spot")[1] BETWEEN -90 AND 90 THEN json_build_object('lat', (n2."spot")[1], 'lon', (n2."spot")[0]) END AS "spot") d2
      WHERE n2."id" = n1."place_id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."position" AS "position", CASE WHEN (n1."spot")[0] BETWEEN -180 AND 180 AND (n1."spot")[1] BETWEEN -90 AND 90 THEN json_build_object('lat', (n1."spot")[1], 'lon', (n1."spot")[0]) END AS "spot", n1."height" AS "height", j2.doc AS "place") d1) j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(CASE WHEN (n3."spot")[0] BETWEEN -180 AND 180 AND (n3."spot")[1] BETWEEN -90 AND 90 THEN json_build_object('lat', (n3."spot")[1], 'lon', (n3."spot")[0]) END ORDER BY n3."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY position DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "waypoint") t
      WHERE t."track_id" = n0."id" ORDER BY "pgsync order" LIMIT 1) n3) j3 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "waypoint"
        WHERE (spot IS NOT NULL)) t) n4
    WHERE n4."track_id" = n0."id") j4 ON true
  LEFT JOIN LATERAL (SELECT max(n5."height") AS doc
    FROM "waypoint" n5
    WHERE n5."track_id" = n0."id") j5 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."started" AS "started", n0."walked_on" AS "walked_on", coalesce(j1.doc, '[]') AS "waypoints", coalesce(j3.doc, '[]') AS "last_spot", coalesce(j4.doc, 0) AS "marked", j5.doc AS "highest") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "track" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "track" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Waypoint waypoints
SELECT DISTINCT n0."id"::text
  FROM "track" n0
  WHERE n0."id" = ANY($1);

-- owners of node 2, Stop place
SELECT DISTINCT n1."track_id"::text
  FROM "waypoint" n1
  WHERE n1."place_id" = ANY($1) AND n1."track_id" IS NOT NULL;

-- owners of node 3, Waypoint last_spot
SELECT DISTINCT n0."id"::text
  FROM "track" n0
  WHERE n0."id" = ANY($1);

-- owners of node 4, Waypoint marked
SELECT DISTINCT n0."id"::text
  FROM "track" n0
  WHERE n0."id" = ANY($1);

-- owners of node 5, Waypoint highest
SELECT DISTINCT n0."id"::text
  FROM "track" n0
  WHERE n0."id" = ANY($1);
