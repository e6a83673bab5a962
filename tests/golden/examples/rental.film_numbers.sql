-- page: documents between two keys
SELECT n0."film_id"::text, row_to_json(d0.*)
  FROM "film_stats" n0
  CROSS JOIN LATERAL (SELECT n0."film_id" AS "film_id", n0."discs"::bigint AS "discs", n0."rentals"::bigint AS "rentals", n0."out_now"::bigint AS "out_now", n0."last_rented" AS "last_rented") d0
  WHERE (n0."film_id") >= ($1) AND (n0."film_id") <= ($2);

-- keys: documents of some keys
SELECT n0."film_id"::text, row_to_json(d0.*)
  FROM "film_stats" n0
  CROSS JOIN LATERAL (SELECT n0."film_id" AS "film_id", n0."discs"::bigint AS "discs", n0."rentals"::bigint AS "rentals", n0."out_now"::bigint AS "out_now", n0."last_rented" AS "last_rented") d0
  WHERE n0."film_id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."film_id" AS k1
    FROM "film_stats" n0
    WHERE n0."film_id" IS NOT NULL ORDER BY n0."film_id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."film_id" AS k1
    FROM "film_stats" n0
    WHERE (n0."film_id") > ($2) ORDER BY n0."film_id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Inventory 
SELECT DISTINCT n0."film_id"::text
  FROM "film_stats" n0
  WHERE n0."film_id" = ANY($1);
