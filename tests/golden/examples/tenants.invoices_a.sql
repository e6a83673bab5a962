-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "tenant_a"."invoice" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "tenant_a"."customer" n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "shared"."plan" n2
      CROSS JOIN LATERAL (SELECT n2."code" AS "code", n2."title" AS "title", n2."price" AS "price") d2
      WHERE n2."code" = n1."plan_code") j2 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "shared"."country" n3
      CROSS JOIN LATERAL (SELECT n3."code" AS "code", n3."name" AS "name") d3
      WHERE n3."code" = n1."country_code") j3 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name", j2.doc AS "plan", j3.doc AS "country") d1
    WHERE n1."id" = n0."customer_id") j1 ON true
  LEFT JOIN (SELECT n4."invoice_id" AS l1, json_agg(row_to_json(d4.*) ORDER BY n4."invoice_id", n4."position") AS doc
    FROM "tenant_a"."line" n4
    CROSS JOIN LATERAL (SELECT n4."invoice_id"::bigint AS "invoice_id", n4."position" AS "position", n4."what" AS "what", n4."amount" AS "amount") d4
    WHERE (n4."invoice_id") >= ($1) AND (n4."invoice_id") <= ($2) GROUP BY n4."invoice_id") j4 ON j4.l1 = n0."id"
  LEFT JOIN (SELECT n5."invoice_id" AS l1, sum(n5."amount") AS doc
    FROM "tenant_a"."line" n5
    WHERE (n5."invoice_id") >= ($1) AND (n5."invoice_id") <= ($2) GROUP BY n5."invoice_id") j5 ON j5.l1 = n0."id"
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."number" AS "number", n0."issued" AS "issued", n0."paid_at" AS "paid_at", j1.doc AS "customer", coalesce(j4.doc, '[]') AS "lines", coalesce(j5.doc, 0) AS "total") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "tenant_a"."invoice" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "tenant_a"."customer" n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "shared"."plan" n2
      CROSS JOIN LATERAL (SELECT n2."code" AS "code", n2."title" AS "title", n2."price" AS "price") d2
      WHERE n2."code" = n1."plan_code") j2 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "shared"."country" n3
      CROSS JOIN LATERAL (SELECT n3."code" AS "code", n3."name" AS "name") d3
      WHERE n3."code" = n1."country_code") j3 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name", j2.doc AS "plan", j3.doc AS "country") d1
    WHERE n1."id" = n0."customer_id") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d4.*) ORDER BY n4."invoice_id", n4."position") AS doc
    FROM "tenant_a"."line" n4
    CROSS JOIN LATERAL (SELECT n4."invoice_id"::bigint AS "invoice_id", n4."position" AS "position", n4."what" AS "what", n4."amount" AS "amount") d4
    WHERE n4."invoice_id" = n0."id") j4 ON true
  LEFT JOIN LATERAL (SELECT sum(n5."amount") AS doc
    FROM "tenant_a"."line" n5
    WHERE n5."invoice_id" = n0."id") j5 ON true
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."number" AS "number", n0."issued" AS "issued", n0."paid_at" AS "paid_at", j1.doc AS "customer", coalesce(j4.doc, '[]') AS "lines", coalesce(j5.doc, 0) AS "total") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "tenant_a"."invoice" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "tenant_a"."invoice" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Customer customer
SELECT DISTINCT n0."id"::text
  FROM "tenant_a"."invoice" n0
  WHERE n0."customer_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 2, Plan plan
SELECT DISTINCT n0."id"::text
  FROM "tenant_a"."customer" n1
  JOIN "tenant_a"."invoice" n0 ON n0."customer_id" = n1."id"
  WHERE n1."plan_code" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 3, Country country
SELECT DISTINCT n0."id"::text
  FROM "tenant_a"."customer" n1
  JOIN "tenant_a"."invoice" n0 ON n0."customer_id" = n1."id"
  WHERE n1."country_code" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 4, Line lines
SELECT DISTINCT n0."id"::text
  FROM "tenant_a"."invoice" n0
  WHERE n0."id" = ANY($1);

-- owners of node 5, Line total
SELECT DISTINCT n0."id"::text
  FROM "tenant_a"."invoice" n0
  WHERE n0."id" = ANY($1);
