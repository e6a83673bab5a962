-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*) FROM (SELECT t.* FROM (SELECT *
      FROM "product"
      WHERE (status <> 'draft')) t) n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY stars DESC NULLS LAST, written, t."id") AS "pgsync order" FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t
      WHERE t."product_id" = n0."id" ORDER BY "pgsync order" LIMIT 3) n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "customer" n2
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name") d2
      WHERE n2."id" = n1."customer_id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."stars" AS "stars", n1."body" AS "body", n1."written" AS "written", j2.doc AS "author") d1) j1 ON true
  LEFT JOIN (SELECT n3."product_id" AS l1, count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t) n3
    WHERE (n3."product_id") >= ($1) AND (n3."product_id") <= ($2) GROUP BY n3."product_id") j3 ON j3.l1 = n0."id"
  LEFT JOIN (SELECT n4."product_id" AS l1, avg(n4."stars") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t) n4
    WHERE (n4."product_id") >= ($1) AND (n4."product_id") <= ($2) GROUP BY n4."product_id") j4 ON j4.l1 = n0."id"
  LEFT JOIN (SELECT n5."product_id" AS l1, min(n5."written") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t) n5
    WHERE (n5."product_id") >= ($1) AND (n5."product_id") <= ($2) GROUP BY n5."product_id") j5 ON j5.l1 = n0."id"
  LEFT JOIN (SELECT n6."product_id" AS l1, max(n6."written") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t) n6
    WHERE (n6."product_id") >= ($1) AND (n6."product_id") <= ($2) GROUP BY n6."product_id") j6 ON j6.l1 = n0."id"
  LEFT JOIN (SELECT n7."product_id" AS l1, true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND stars = 1)) t) n7
    WHERE (n7."product_id") >= ($1) AND (n7."product_id") <= ($2) GROUP BY n7."product_id") j7 ON j7.l1 = n0."id"
  LEFT JOIN (SELECT n8."product_id" AS l1, sum(n8."quantity") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 8.3"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n8
    WHERE (n8."product_id") >= ($1) AND (n8."product_id") <= ($2) GROUP BY n8."product_id") j8 ON j8.l1 = n0."id"
  LEFT JOIN (SELECT n9."product_id" AS l1, sum(n9."pgsync 9.3") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 9.3"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n9
    WHERE (n9."product_id") >= ($1) AND (n9."product_id") <= ($2) GROUP BY n9."product_id") j9 ON j9.l1 = n0."id"
  LEFT JOIN (SELECT n10."product_id" AS l1, max(n10."pgsync 10.3") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 10.3"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n10
    WHERE (n10."product_id") >= ($1) AND (n10."product_id") <= ($2) GROUP BY n10."product_id") j10 ON j10.l1 = n0."id"
  LEFT JOIN LATERAL (SELECT sum(n12."quantity") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "returned"
        WHERE (accepted)) t) n12
    WHERE (n12."purchase_id", n12."position") IN (SELECT n11."purchase_id", n11."position"
      FROM "order_line" n11
      WHERE n11."product_id" = n0."id")) j12 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n13."warehouse"::text, n13."amount" ORDER BY n13."warehouse"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."warehouse" ORDER BY t."product_id", t."warehouse") AS "pgsync order" FROM (SELECT *
        FROM "stock") t
      WHERE t."product_id" = n0."id") n13
    WHERE n13."pgsync order" = 1 AND n13."warehouse" IS NOT NULL) j13 ON true
  LEFT JOIN (SELECT n14."product_id" AS l1, sum(n14."amount") AS doc
    FROM "stock" n14
    WHERE (n14."product_id") >= ($1) AND (n14."product_id") <= ($2) GROUP BY n14."product_id") j14 ON j14.l1 = n0."id"
  LEFT JOIN (SELECT n15."product_id" AS l1, true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "stock"
        WHERE (amount > 0)) t) n15
    WHERE (n15."product_id") >= ($1) AND (n15."product_id") <= ($2) GROUP BY n15."product_id") j15 ON j15.l1 = n0."id"
  LEFT JOIN LATERAL (SELECT json_object_agg(n16."name"::text, n16."value" ORDER BY n16."name"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."name" ORDER BY t."id") AS "pgsync order" FROM (SELECT *
        FROM "attribute") t
      WHERE t."sku" = n0."sku") n16
    WHERE n16."pgsync order" = 1 AND n16."name" IS NOT NULL) j16 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n17."name"::text, row_to_json(d17.*) ORDER BY n17."name"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."name" ORDER BY id DESC, t."id") AS "pgsync order" FROM (SELECT *
        FROM "attribute"
        WHERE (unit IS NOT NULL)) t
      WHERE t."sku" = n0."sku") n17
    CROSS JOIN LATERAL (SELECT n17."id" AS "id", n17."name" AS "name", n17."value" AS "value", n17."unit" AS "unit") d17
    WHERE n17."pgsync order" = 1 AND n17."name" IS NOT NULL) j17 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."sku" AS "sku", n0."name" AS "name", n0."status" AS "status", n0."price" AS "price", n0."released" AS "released", n0."tags" AS "tags", coalesce(j1.doc, '[]') AS "best_reviews", coalesce(j3.doc, 0) AS "review_count", j4.doc AS "stars", j5.doc AS "first_review", j6.doc AS "last_review", coalesce(j7.doc, false) AS "has_complaints", coalesce(j8.doc, 0) AS "sold", coalesce(j9.doc, 0) AS "turnover", j10.doc AS "largest_sale", coalesce(j12.doc, 0) AS "returned", coalesce(j13.doc, '{}') AS "stock", coalesce(j14.doc, 0) AS "in_stock", coalesce(j15.doc, false) AS "available", coalesce(j16.doc, '{}') AS "attributes", coalesce(j17.doc, '{}') AS "measures") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*) FROM (SELECT t.* FROM (SELECT *
      FROM "product"
      WHERE (status <> 'draft')) t) n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY stars DESC NULLS LAST, written, t."id") AS "pgsync order" FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t
      WHERE t."product_id" = n0."id" ORDER BY "pgsync order" LIMIT 3) n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "customer" n2
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name") d2
      WHERE n2."id" = n1."customer_id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."stars" AS "stars", n1."body" AS "body", n1."written" AS "written", j2.doc AS "author") d1) j1 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t) n3
    WHERE n3."product_id" = n0."id") j3 ON true
  LEFT JOIN LATERAL (SELECT avg(n4."stars") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t) n4
    WHERE n4."product_id" = n0."id") j4 ON true
  LEFT JOIN LATERAL (SELECT min(n5."written") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t) n5
    WHERE n5."product_id" = n0."id") j5 ON true
  LEFT JOIN LATERAL (SELECT max(n6."written") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND approved)) t) n6
    WHERE n6."product_id" = n0."id") j6 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "review"
        WHERE (deleted_at IS NULL AND stars = 1)) t) n7
    WHERE n7."product_id" = n0."id" LIMIT 1) j7 ON true
  LEFT JOIN LATERAL (SELECT sum(n8."quantity") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 8.3"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n8
    WHERE n8."product_id" = n0."id") j8 ON true
  LEFT JOIN LATERAL (SELECT sum(n9."pgsync 9.3") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 9.3"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n9
    WHERE n9."product_id" = n0."id") j9 ON true
  LEFT JOIN LATERAL (SELECT max(n10."pgsync 10.3") AS doc FROM (SELECT t.* FROM (SELECT *, (price * quantity) AS "pgsync 10.3"
        FROM "order_line"
        WHERE (deleted_at IS NULL)) t) n10
    WHERE n10."product_id" = n0."id") j10 ON true
  LEFT JOIN LATERAL (SELECT sum(n12."quantity") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "returned"
        WHERE (accepted)) t) n12
    WHERE (n12."purchase_id", n12."position") IN (SELECT n11."purchase_id", n11."position"
      FROM "order_line" n11
      WHERE n11."product_id" = n0."id")) j12 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n13."warehouse"::text, n13."amount" ORDER BY n13."warehouse"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."warehouse" ORDER BY t."product_id", t."warehouse") AS "pgsync order" FROM (SELECT *
        FROM "stock") t
      WHERE t."product_id" = n0."id") n13
    WHERE n13."pgsync order" = 1 AND n13."warehouse" IS NOT NULL) j13 ON true
  LEFT JOIN LATERAL (SELECT sum(n14."amount") AS doc
    FROM "stock" n14
    WHERE n14."product_id" = n0."id") j14 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "stock"
        WHERE (amount > 0)) t) n15
    WHERE n15."product_id" = n0."id" LIMIT 1) j15 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n16."name"::text, n16."value" ORDER BY n16."name"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."name" ORDER BY t."id") AS "pgsync order" FROM (SELECT *
        FROM "attribute") t
      WHERE t."sku" = n0."sku") n16
    WHERE n16."pgsync order" = 1 AND n16."name" IS NOT NULL) j16 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n17."name"::text, row_to_json(d17.*) ORDER BY n17."name"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."name" ORDER BY id DESC, t."id") AS "pgsync order" FROM (SELECT *
        FROM "attribute"
        WHERE (unit IS NOT NULL)) t
      WHERE t."sku" = n0."sku") n17
    CROSS JOIN LATERAL (SELECT n17."id" AS "id", n17."name" AS "name", n17."value" AS "value", n17."unit" AS "unit") d17
    WHERE n17."pgsync order" = 1 AND n17."name" IS NOT NULL) j17 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."sku" AS "sku", n0."name" AS "name", n0."status" AS "status", n0."price" AS "price", n0."released" AS "released", n0."tags" AS "tags", coalesce(j1.doc, '[]') AS "best_reviews", coalesce(j3.doc, 0) AS "review_count", j4.doc AS "stars", j5.doc AS "first_review", j6.doc AS "last_review", coalesce(j7.doc, false) AS "has_complaints", coalesce(j8.doc, 0) AS "sold", coalesce(j9.doc, 0) AS "turnover", j10.doc AS "largest_sale", coalesce(j12.doc, 0) AS "returned", coalesce(j13.doc, '{}') AS "stock", coalesce(j14.doc, 0) AS "in_stock", coalesce(j15.doc, false) AS "available", coalesce(j16.doc, '{}') AS "attributes", coalesce(j17.doc, '{}') AS "measures") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1 FROM (SELECT t.* FROM (SELECT *
        FROM "product"
        WHERE (status <> 'draft')) t) n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1 FROM (SELECT t.* FROM (SELECT *
        FROM "product"
        WHERE (status <> 'draft')) t) n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Review best_reviews
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 2, Author author
SELECT DISTINCT n1."product_id"::text
  FROM "review" n1
  WHERE n1."customer_id" = ANY($1) AND n1."product_id" IS NOT NULL;

-- owners of node 3, Review review_count
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 4, Review stars
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 5, Review first_review
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 6, Review last_review
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 7, Review has_complaints
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 8, Sale sold
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 9, Sale turnover
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 10, Sale largest_sale
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 11, Product returned
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 12, Returned returned
SELECT DISTINCT n11."product_id"::text
  FROM "order_line" n11
  WHERE (n11."purchase_id", n11."position") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n11."product_id" IS NOT NULL;

-- owners of node 13, Stock stock
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 14, Stock in_stock
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 15, Stock available
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."id" = ANY($1);

-- owners of node 16, Attribute attributes
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."sku" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 17, Attribute measures
SELECT DISTINCT n0."id"::text
  FROM "product" n0
  WHERE n0."sku" = ANY($1) AND n0."id" IS NOT NULL;
