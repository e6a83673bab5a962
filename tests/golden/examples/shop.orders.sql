-- page: documents between two keys
SELECT n0."id"::text, format('%s', n0."customer_id"), row_to_json(d0.*)
  FROM "purchase" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "customer" n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name") d1
    WHERE n1."id" = n0."customer_id") j1 ON true
  LEFT JOIN (SELECT n2."purchase_id" AS l1, json_agg(row_to_json(d2.*) ORDER BY n2."purchase_id", n2."position") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 2.4"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "product" n3
      CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."sku" AS "sku", n3."name" AS "name") d3
      WHERE n3."id" = n2."product_id") j3 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n4."quantity" ORDER BY n4."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY id DESC, t."id") AS "pgsync order" FROM (SELECT *
          FROM "returned") t
        WHERE t."purchase_id" = n2."purchase_id" AND t."position" = n2."position") n4) j4 ON true
    CROSS JOIN LATERAL (SELECT n2."purchase_id" AS "purchase_id", n2."position" AS "position", n2."quantity" AS "quantity", n2."price" AS "price", n2."pgsync 2.4" AS "amount", j3.doc AS "product", coalesce(j4.doc, '[]') AS "returns") d2
    WHERE (n2."purchase_id") >= ($1) AND (n2."purchase_id") <= ($2) GROUP BY n2."purchase_id") j2 ON j2.l1 = n0."id"
  LEFT JOIN (SELECT n5."purchase_id" AS l1, count(*) AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 5.4"
        FROM "order_line") t) n5
    WHERE (n5."purchase_id") >= ($1) AND (n5."purchase_id") <= ($2) GROUP BY n5."purchase_id") j5 ON j5.l1 = n0."id"
  LEFT JOIN (SELECT n6."purchase_id" AS l1, sum(n6."pgsync 6.4") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 6.4"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n6
    WHERE (n6."purchase_id") >= ($1) AND (n6."purchase_id") <= ($2) GROUP BY n6."purchase_id") j6 ON j6.l1 = n0."id"
  LEFT JOIN (SELECT n7."purchase_id" AS l1, avg(n7."price") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 7.4"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n7
    WHERE (n7."purchase_id") >= ($1) AND (n7."purchase_id") <= ($2) GROUP BY n7."purchase_id") j7 ON j7.l1 = n0."id"
  LEFT JOIN (SELECT n8."purchase_id" AS l1, true AS doc
    FROM "returned" n8
    WHERE (n8."purchase_id") >= ($1) AND (n8."purchase_id") <= ($2) GROUP BY n8."purchase_id") j8 ON j8.l1 = n0."id"
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."customer_id" AS "customer_id", n0."placed_at" AS "placed_at", n0."state" AS "state", n0."note" AS "note", j1.doc AS "customer", coalesce(j2.doc, '[]') AS "lines", coalesce(j5.doc, 0) AS "lines_ever", coalesce(j6.doc, 0) AS "total", j7.doc AS "average_price", coalesce(j8.doc, false) AS "has_returns") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, format('%s', n0."customer_id"), row_to_json(d0.*)
  FROM "purchase" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "customer" n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name") d1
    WHERE n1."id" = n0."customer_id") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d2.*) ORDER BY n2."purchase_id", n2."position") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 2.4"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "product" n3
      CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."sku" AS "sku", n3."name" AS "name") d3
      WHERE n3."id" = n2."product_id") j3 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n4."quantity" ORDER BY n4."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY id DESC, t."id") AS "pgsync order" FROM (SELECT *
          FROM "returned") t
        WHERE t."purchase_id" = n2."purchase_id" AND t."position" = n2."position") n4) j4 ON true
    CROSS JOIN LATERAL (SELECT n2."purchase_id" AS "purchase_id", n2."position" AS "position", n2."quantity" AS "quantity", n2."price" AS "price", n2."pgsync 2.4" AS "amount", j3.doc AS "product", coalesce(j4.doc, '[]') AS "returns") d2
    WHERE n2."purchase_id" = n0."id") j2 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 5.4"
        FROM "order_line") t) n5
    WHERE n5."purchase_id" = n0."id") j5 ON true
  LEFT JOIN LATERAL (SELECT sum(n6."pgsync 6.4") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 6.4"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n6
    WHERE n6."purchase_id" = n0."id") j6 ON true
  LEFT JOIN LATERAL (SELECT avg(n7."price") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 7.4"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n7
    WHERE n7."purchase_id" = n0."id") j7 ON true
  LEFT JOIN LATERAL (SELECT true AS doc
    FROM "returned" n8
    WHERE n8."purchase_id" = n0."id" LIMIT 1) j8 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."customer_id" AS "customer_id", n0."placed_at" AS "placed_at", n0."state" AS "state", n0."note" AS "note", j1.doc AS "customer", coalesce(j2.doc, '[]') AS "lines", coalesce(j5.doc, 0) AS "lines_ever", coalesce(j6.doc, 0) AS "total", j7.doc AS "average_price", coalesce(j8.doc, false) AS "has_returns") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "purchase" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "purchase" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Friend customer
SELECT DISTINCT n0."id"::text
  FROM "purchase" n0
  WHERE n0."customer_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 2, OrderLine lines
SELECT DISTINCT n0."id"::text
  FROM "purchase" n0
  WHERE n0."id" = ANY($1);

-- owners of node 3, Item product
SELECT DISTINCT n2."purchase_id"::text
  FROM "order_line" n2
  WHERE n2."product_id" = ANY($1) AND n2."purchase_id" IS NOT NULL;

-- owners of node 4, Returned returns
SELECT DISTINCT n2."purchase_id"::text
  FROM "order_line" n2
  WHERE (n2."purchase_id", n2."position") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n2."purchase_id" IS NOT NULL;

-- owners of node 5, OrderLine lines_ever
SELECT DISTINCT n0."id"::text
  FROM "purchase" n0
  WHERE n0."id" = ANY($1);

-- owners of node 6, OrderLine total
SELECT DISTINCT n0."id"::text
  FROM "purchase" n0
  WHERE n0."id" = ANY($1);

-- owners of node 7, OrderLine average_price
SELECT DISTINCT n0."id"::text
  FROM "purchase" n0
  WHERE n0."id" = ANY($1);

-- owners of node 8, Returned has_returns
SELECT DISTINCT n0."id"::text
  FROM "purchase" n0
  WHERE n0."id" = ANY($1);
