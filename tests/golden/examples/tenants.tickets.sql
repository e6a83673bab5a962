-- page: documents between two keys
SELECT n0."tenant"::text, n0."number"::text, format('%s', n0."tenant"), row_to_json(d0.*) FROM (SELECT t.* FROM (SELECT *
      FROM "shared"."ticket"
      WHERE (status <> 'spam')) t) n0
  CROSS JOIN LATERAL (SELECT row_to_json(d1.*) AS doc FROM (SELECT 1) e1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "tenant_a"."customer" n2
      LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
        FROM "shared"."plan" n3
        CROSS JOIN LATERAL (SELECT n3."code" AS "code", n3."title" AS "title", n3."price" AS "price") d3
        WHERE n3."code" = n2."plan_code") j3 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
        FROM "shared"."country" n4
        CROSS JOIN LATERAL (SELECT n4."code" AS "code", n4."name" AS "name") d4
        WHERE n4."code" = n2."country_code") j4 ON true
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name", j3.doc AS "plan", j4.doc AS "country") d2
      WHERE n2."id" = n0."customer_id" AND n0."tenant"::text = 'a') j2 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d5.*) AS doc
      FROM "tenant_b"."customer" n5
      LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
        FROM "shared"."plan" n6
        CROSS JOIN LATERAL (SELECT n6."code" AS "code", n6."title" AS "title", n6."price" AS "price") d6
        WHERE n6."code" = n5."plan_code") j6 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d7.*) AS doc
        FROM "shared"."country" n7
        CROSS JOIN LATERAL (SELECT n7."code" AS "code", n7."name" AS "name") d7
        WHERE n7."code" = n5."country_code") j7 ON true
      CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."name" AS "name", j6.doc AS "plan", j7.doc AS "country") d5
      WHERE n5."id" = n0."customer_id" AND n0."tenant"::text = 'b') j5 ON true
    CROSS JOIN LATERAL (SELECT j2.doc AS "a", j5.doc AS "b") d1) j1
  CROSS JOIN LATERAL (SELECT n0."tenant" AS "tenant", n0."number" AS "number", n0."subject" AS "subject", n0."status" AS "status", j1.doc AS "customer") d0
  WHERE (n0."tenant", n0."number") >= ($1, $2) AND (n0."tenant", n0."number") <= ($3, $4) AND n0."number" IS NOT NULL;

-- keys: documents of some keys
SELECT n0."tenant"::text, n0."number"::text, format('%s', n0."tenant"), row_to_json(d0.*) FROM (SELECT t.* FROM (SELECT *
      FROM "shared"."ticket"
      WHERE (status <> 'spam')) t) n0
  CROSS JOIN LATERAL (SELECT row_to_json(d1.*) AS doc FROM (SELECT 1) e1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "tenant_a"."customer" n2
      LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
        FROM "shared"."plan" n3
        CROSS JOIN LATERAL (SELECT n3."code" AS "code", n3."title" AS "title", n3."price" AS "price") d3
        WHERE n3."code" = n2."plan_code") j3 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
        FROM "shared"."country" n4
        CROSS JOIN LATERAL (SELECT n4."code" AS "code", n4."name" AS "name") d4
        WHERE n4."code" = n2."country_code") j4 ON true
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name", j3.doc AS "plan", j4.doc AS "country") d2
      WHERE n2."id" = n0."customer_id" AND n0."tenant"::text = 'a') j2 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d5.*) AS doc
      FROM "tenant_b"."customer" n5
      LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
        FROM "shared"."plan" n6
        CROSS JOIN LATERAL (SELECT n6."code" AS "code", n6."title" AS "title", n6."price" AS "price") d6
        WHERE n6."code" = n5."plan_code") j6 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d7.*) AS doc
        FROM "shared"."country" n7
        CROSS JOIN LATERAL (SELECT n7."code" AS "code", n7."name" AS "name") d7
        WHERE n7."code" = n5."country_code") j7 ON true
      CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."name" AS "name", j6.doc AS "plan", j7.doc AS "country") d5
      WHERE n5."id" = n0."customer_id" AND n0."tenant"::text = 'b') j5 ON true
    CROSS JOIN LATERAL (SELECT j2.doc AS "a", j5.doc AS "b") d1) j1
  CROSS JOIN LATERAL (SELECT n0."tenant" AS "tenant", n0."number" AS "number", n0."subject" AS "subject", n0."status" AS "status", j1.doc AS "customer") d0
  WHERE (n0."tenant", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- bounds of the first page
WITH page AS (SELECT n0."tenant" AS k1, n0."number" AS k2 FROM (SELECT t.* FROM (SELECT *
        FROM "shared"."ticket"
        WHERE (status <> 'spam')) t) n0
    WHERE n0."tenant" IS NOT NULL AND n0."number" IS NOT NULL ORDER BY n0."tenant", n0."number" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."tenant" AS k1, n0."number" AS k2 FROM (SELECT t.* FROM (SELECT *
        FROM "shared"."ticket"
        WHERE (status <> 'spam')) t) n0
    WHERE (n0."tenant", n0."number") > ($2, $3) AND n0."number" IS NOT NULL ORDER BY n0."tenant", n0."number" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- owners of node 2, Customer a
SELECT DISTINCT n0."tenant"::text, n0."number"::text
  FROM "shared"."ticket" n0
  WHERE n0."customer_id" = ANY($1) AND n0."tenant"::text = 'a' AND n0."tenant" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 3, Plan plan
SELECT DISTINCT n0."tenant"::text, n0."number"::text
  FROM "tenant_a"."customer" n2
  JOIN "shared"."ticket" n0 ON n0."customer_id" = n2."id" AND n0."tenant"::text = 'a'
  WHERE n2."plan_code" = ANY($1) AND n0."tenant" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 4, Country country
SELECT DISTINCT n0."tenant"::text, n0."number"::text
  FROM "tenant_a"."customer" n2
  JOIN "shared"."ticket" n0 ON n0."customer_id" = n2."id" AND n0."tenant"::text = 'a'
  WHERE n2."country_code" = ANY($1) AND n0."tenant" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 5, Customer b
SELECT DISTINCT n0."tenant"::text, n0."number"::text
  FROM "shared"."ticket" n0
  WHERE n0."customer_id" = ANY($1) AND n0."tenant"::text = 'b' AND n0."tenant" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 6, Plan plan
SELECT DISTINCT n0."tenant"::text, n0."number"::text
  FROM "tenant_b"."customer" n5
  JOIN "shared"."ticket" n0 ON n0."customer_id" = n5."id" AND n0."tenant"::text = 'b'
  WHERE n5."plan_code" = ANY($1) AND n0."tenant" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 7, Country country
SELECT DISTINCT n0."tenant"::text, n0."number"::text
  FROM "tenant_b"."customer" n5
  JOIN "shared"."ticket" n0 ON n0."customer_id" = n5."id" AND n0."tenant"::text = 'b'
  WHERE n5."country_code" = ANY($1) AND n0."tenant" IS NOT NULL AND n0."number" IS NOT NULL;
