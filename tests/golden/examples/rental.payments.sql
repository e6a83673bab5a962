-- page: documents between two keys
SELECT n0."id"::text, n0."paid_at"::text, row_to_json(d0.*)
  FROM "payment" n0
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."paid_at" AS "paid_at", n0."amount" AS "amount") d0
  WHERE (n0."id", n0."paid_at") >= ($1, $2) AND (n0."id", n0."paid_at") <= ($3, $4) AND n0."paid_at" IS NOT NULL;

-- keys: documents of some keys
SELECT n0."id"::text, n0."paid_at"::text, row_to_json(d0.*)
  FROM "payment" n0
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."paid_at" AS "paid_at", n0."amount" AS "amount") d0
  WHERE (n0."id", n0."paid_at") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1, n0."paid_at" AS k2
    FROM "payment" n0
    WHERE n0."id" IS NOT NULL AND n0."paid_at" IS NOT NULL ORDER BY n0."id", n0."paid_at" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1, n0."paid_at" AS k2
    FROM "payment" n0
    WHERE (n0."id", n0."paid_at") > ($2, $3) AND n0."paid_at" IS NOT NULL ORDER BY n0."id", n0."paid_at" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;
