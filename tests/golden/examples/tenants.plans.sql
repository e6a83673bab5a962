-- page: documents between two keys
SELECT n0."code"::text, row_to_json(d0.*)
  FROM "shared"."plan" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."id") AS doc
    FROM "tenant_a"."customer" n1
    LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
          FROM "tenant_a"."invoice"
          WHERE (paid_at IS NULL)) t) n2
      WHERE n2."customer_id" = n1."id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name", coalesce(j2.doc, 0) AS "unpaid") d1
    WHERE n1."plan_code" = n0."code") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d3.*) ORDER BY n3."id") AS doc
    FROM "tenant_b"."customer" n3
    LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
          FROM "tenant_b"."invoice"
          WHERE (paid_at IS NULL)) t) n4
      WHERE n4."customer_id" = n3."id") j4 ON true
    CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."name" AS "name", coalesce(j4.doc, 0) AS "unpaid") d3
    WHERE n3."plan_code" = n0."code") j3 ON true
  CROSS JOIN LATERAL (SELECT n0."code" AS "code", n0."title" AS "title", n0."price" AS "price", coalesce(j1.doc, '[]') AS "tenant_a", coalesce(j3.doc, '[]') AS "tenant_b") d0
  WHERE (n0."code") >= ($1) AND (n0."code") <= ($2);

-- keys: documents of some keys
SELECT n0."code"::text, row_to_json(d0.*)
  FROM "shared"."plan" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."id") AS doc
    FROM "tenant_a"."customer" n1
    LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
          FROM "tenant_a"."invoice"
          WHERE (paid_at IS NULL)) t) n2
      WHERE n2."customer_id" = n1."id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name", coalesce(j2.doc, 0) AS "unpaid") d1
    WHERE n1."plan_code" = n0."code") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d3.*) ORDER BY n3."id") AS doc
    FROM "tenant_b"."customer" n3
    LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
          FROM "tenant_b"."invoice"
          WHERE (paid_at IS NULL)) t) n4
      WHERE n4."customer_id" = n3."id") j4 ON true
    CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."name" AS "name", coalesce(j4.doc, 0) AS "unpaid") d3
    WHERE n3."plan_code" = n0."code") j3 ON true
  CROSS JOIN LATERAL (SELECT n0."code" AS "code", n0."title" AS "title", n0."price" AS "price", coalesce(j1.doc, '[]') AS "tenant_a", coalesce(j3.doc, '[]') AS "tenant_b") d0
  WHERE n0."code" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."code" AS k1
    FROM "shared"."plan" n0
    WHERE n0."code" IS NOT NULL ORDER BY n0."code" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."code" AS k1
    FROM "shared"."plan" n0
    WHERE (n0."code") > ($2) ORDER BY n0."code" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Subscriber tenant_a
SELECT DISTINCT n0."code"::text
  FROM "shared"."plan" n0
  WHERE n0."code" = ANY($1);

-- owners of node 2, Invoice unpaid
SELECT DISTINCT n1."plan_code"::text
  FROM "tenant_a"."customer" n1
  WHERE n1."id" = ANY($1) AND n1."plan_code" IS NOT NULL;

-- owners of node 3, Subscriber tenant_b
SELECT DISTINCT n0."code"::text
  FROM "shared"."plan" n0
  WHERE n0."code" = ANY($1);

-- owners of node 4, Invoice unpaid
SELECT DISTINCT n3."plan_code"::text
  FROM "tenant_b"."customer" n3
  WHERE n3."id" = ANY($1) AND n3."plan_code" IS NOT NULL;
