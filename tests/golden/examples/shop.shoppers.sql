-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "customer" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY placed_at DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "purchase") t
      WHERE t."customer_id" = n0."id" ORDER BY "pgsync order" LIMIT 3) n1
    LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
          FROM "order_line"
          WHERE (deleted_at IS NULL)) t) n2
      WHERE n2."purchase_id" = n1."id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."placed_at" AS "placed_at", n1."state" AS "state", coalesce(j2.doc, 0) AS "lines") d1) j1 ON true
  LEFT JOIN (SELECT n3."customer_id" AS l1, count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "purchase"
        WHERE (state <> 'cancelled')) t) n3
    WHERE (n3."customer_id") >= ($1) AND (n3."customer_id") <= ($2) GROUP BY n3."customer_id") j3 ON j3.l1 = n0."id"
  LEFT JOIN (SELECT n4."customer_id" AS l1, min(n4."placed_at") AS doc
    FROM "purchase" n4
    WHERE (n4."customer_id") >= ($1) AND (n4."customer_id") <= ($2) GROUP BY n4."customer_id") j4 ON j4.l1 = n0."id"
  LEFT JOIN (SELECT n5."customer_id" AS l1, true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "purchase"
        WHERE (state = 'open')) t) n5
    WHERE (n5."customer_id") >= ($1) AND (n5."customer_id") <= ($2) GROUP BY n5."customer_id") j5 ON j5.l1 = n0."id"
  LEFT JOIN LATERAL (SELECT sum(n7."pgsync 7.3") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 7.3"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n7
    WHERE (n7."purchase_id") IN (SELECT n6."id"
      FROM "purchase" n6
      WHERE n6."customer_id" = n0."id")) j7 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d9.*) ORDER BY n9."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY price DESC, t."id") AS "pgsync order" FROM (SELECT *
        FROM "product"
        WHERE (status <> 'draft')) t
      WHERE (t."id") IN (SELECT n8."product_id"
        FROM "favourite" n8
        WHERE n8."customer_id" = n0."id") ORDER BY "pgsync order" LIMIT 2) n9
    CROSS JOIN LATERAL (SELECT n9."id" AS "id", n9."sku" AS "sku", n9."name" AS "name") d9) j9 ON true
  LEFT JOIN (SELECT n10."invited_by" AS l1, json_agg(n10."name" ORDER BY n10."id") AS doc
    FROM "customer" n10
    WHERE (n10."invited_by") >= ($1) AND (n10."invited_by") <= ($2) GROUP BY n10."invited_by") j10 ON j10.l1 = n0."id"
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."email" AS "email", n0."blocked" AS "blocked", n0."joined" AS "joined", coalesce(j1.doc, '[]') AS "latest_orders", coalesce(j3.doc, 0) AS "order_count", j4.doc AS "first_order", coalesce(j5.doc, false) AS "has_open_orders", coalesce(j7.doc, 0)::text AS "spent", coalesce(j9.doc, '[]') AS "favourites", coalesce(j10.doc, '[]') AS "invited") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "customer" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY placed_at DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "purchase") t
      WHERE t."customer_id" = n0."id" ORDER BY "pgsync order" LIMIT 3) n1
    LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
          FROM "order_line"
          WHERE (deleted_at IS NULL)) t) n2
      WHERE n2."purchase_id" = n1."id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."placed_at" AS "placed_at", n1."state" AS "state", coalesce(j2.doc, 0) AS "lines") d1) j1 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "purchase"
        WHERE (state <> 'cancelled')) t) n3
    WHERE n3."customer_id" = n0."id") j3 ON true
  LEFT JOIN LATERAL (SELECT min(n4."placed_at") AS doc
    FROM "purchase" n4
    WHERE n4."customer_id" = n0."id") j4 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "purchase"
        WHERE (state = 'open')) t) n5
    WHERE n5."customer_id" = n0."id" LIMIT 1) j5 ON true
  LEFT JOIN LATERAL (SELECT sum(n7."pgsync 7.3") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 7.3"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n7
    WHERE (n7."purchase_id") IN (SELECT n6."id"
      FROM "purchase" n6
      WHERE n6."customer_id" = n0."id")) j7 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d9.*) ORDER BY n9."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY price DESC, t."id") AS "pgsync order" FROM (SELECT *
        FROM "product"
        WHERE (status <> 'draft')) t
      WHERE (t."id") IN (SELECT n8."product_id"
        FROM "favourite" n8
        WHERE n8."customer_id" = n0."id") ORDER BY "pgsync order" LIMIT 2) n9
    CROSS JOIN LATERAL (SELECT n9."id" AS "id", n9."sku" AS "sku", n9."name" AS "name") d9) j9 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n10."name" ORDER BY n10."id") AS doc
    FROM "customer" n10
    WHERE n10."invited_by" = n0."id") j10 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."email" AS "email", n0."blocked" AS "blocked", n0."joined" AS "joined", coalesce(j1.doc, '[]') AS "latest_orders", coalesce(j3.doc, 0) AS "order_count", j4.doc AS "first_order", coalesce(j5.doc, false) AS "has_open_orders", coalesce(j7.doc, 0)::text AS "spent", coalesce(j9.doc, '[]') AS "favourites", coalesce(j10.doc, '[]') AS "invited") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "customer" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "customer" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Latest latest_orders
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 2, Line lines
SELECT DISTINCT n1."customer_id"::text
  FROM "purchase" n1
  WHERE n1."id" = ANY($1) AND n1."customer_id" IS NOT NULL;

-- owners of node 3, Latest order_count
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 4, Latest first_order
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 5, Latest has_open_orders
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 6, Shopper spent
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 7, Sale spent
SELECT DISTINCT n6."customer_id"::text
  FROM "purchase" n6
  WHERE n6."id" = ANY($1) AND n6."customer_id" IS NOT NULL;

-- owners of node 8, Shopper favourites
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 9, Favourite favourites
SELECT DISTINCT n8."customer_id"::text
  FROM "favourite" n8
  WHERE n8."product_id" = ANY($1) AND n8."customer_id" IS NOT NULL;

-- owners of node 10, Friend invited
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);
