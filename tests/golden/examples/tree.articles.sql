-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "article" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "category" n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "category" n2
      LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
        FROM "category" n3
        CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."name" AS "name") d3
        WHERE n3."id" = n2."parent_id") j3 ON true
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name", j3.doc AS "parent") d2
      WHERE n2."id" = n1."parent_id") j2 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n4."name" ORDER BY n4."pgsync step" DESC, n4."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."parent_id", 1, ARRAY[ROW(n1."id")::text, ROW(t."id")::text]
          FROM "category" t
          WHERE t."id" = n1."parent_id" AND ROW(t."id")::text <> ROW(n1."id")::text UNION ALL SELECT t."id", t."parent_id", r.step + 1, r.way || ROW(t."id")::text
          FROM "pgsync r" r
          JOIN "category" t ON t."id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
        FROM "pgsync r" r
        JOIN (SELECT *
          FROM "category") t ON t."id" = r.k1) n4) j4 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name", j2.doc AS "parent", coalesce(j4.doc, '[]') AS "path") d1
    WHERE n1."id" = n0."category_id") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d6.*) ORDER BY n6."id") AS doc
    FROM "category" n6
    LEFT JOIN LATERAL (SELECT json_agg(n7."id" ORDER BY n7."pgsync step" DESC, n7."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."parent_id", 1, ARRAY[ROW(n6."id")::text, ROW(t."id")::text]
          FROM "category" t
          WHERE t."id" = n6."parent_id" AND ROW(t."id")::text <> ROW(n6."id")::text UNION ALL SELECT t."id", t."parent_id", r.step + 1, r.way || ROW(t."id")::text
          FROM "pgsync r" r
          JOIN "category" t ON t."id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
        FROM "pgsync r" r
        JOIN (SELECT *
          FROM "category") t ON t."id" = r.k1) n7) j7 ON true
    CROSS JOIN LATERAL (SELECT n6."id" AS "id", n6."name" AS "name", coalesce(j7.doc, '[]') AS "path") d6
    WHERE (n6."id") IN (SELECT n5."category_id"
      FROM "article_category" n5
      WHERE n5."article_id" = n0."id")) j6 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."title" AS "title", n0."published" AS "published", n0."state" AS "state", j1.doc AS "section", coalesce(j6.doc, '[]') AS "also_in") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "article" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "category" n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "category" n2
      LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
        FROM "category" n3
        CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."name" AS "name") d3
        WHERE n3."id" = n2."parent_id") j3 ON true
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name", j3.doc AS "parent") d2
      WHERE n2."id" = n1."parent_id") j2 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n4."name" ORDER BY n4."pgsync step" DESC, n4."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."parent_id", 1, ARRAY[ROW(n1."id")::text, ROW(t."id")::text]
          FROM "category" t
          WHERE t."id" = n1."parent_id" AND ROW(t."id")::text <> ROW(n1."id")::text UNION ALL SELECT t."id", t."parent_id", r.step + 1, r.way || ROW(t."id")::text
          FROM "pgsync r" r
          JOIN "category" t ON t."id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
        FROM "pgsync r" r
        JOIN (SELECT *
          FROM "category") t ON t."id" = r.k1) n4) j4 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name", j2.doc AS "parent", coalesce(j4.doc, '[]') AS "path") d1
    WHERE n1."id" = n0."category_id") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d6.*) ORDER BY n6."id") AS doc
    FROM "category" n6
    LEFT JOIN LATERAL (SELECT json_agg(n7."id" ORDER BY n7."pgsync step" DESC, n7."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."parent_id", 1, ARRAY[ROW(n6."id")::text, ROW(t."id")::text]
          FROM "category" t
          WHERE t."id" = n6."parent_id" AND ROW(t."id")::text <> ROW(n6."id")::text UNION ALL SELECT t."id", t."parent_id", r.step + 1, r.way || ROW(t."id")::text
          FROM "pgsync r" r
          JOIN "category" t ON t."id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
        FROM "pgsync r" r
        JOIN (SELECT *
          FROM "category") t ON t."id" = r.k1) n7) j7 ON true
    CROSS JOIN LATERAL (SELECT n6."id" AS "id", n6."name" AS "name", coalesce(j7.doc, '[]') AS "path") d6
    WHERE (n6."id") IN (SELECT n5."category_id"
      FROM "article_category" n5
      WHERE n5."article_id" = n0."id")) j6 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."title" AS "title", n0."published" AS "published", n0."state" AS "state", j1.doc AS "section", coalesce(j6.doc, '[]') AS "also_in") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "article" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "article" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Section section
SELECT DISTINCT n0."id"::text
  FROM "article" n0
  WHERE n0."category_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 2, Parent parent
SELECT DISTINCT n0."id"::text
  FROM "category" n1
  JOIN "article" n0 ON n0."category_id" = n1."id"
  WHERE n1."parent_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 3, Grandparent parent
SELECT DISTINCT n0."id"::text
  FROM "category" n2
  JOIN "category" n1 ON n1."parent_id" = n2."id"
  JOIN "article" n0 ON n0."category_id" = n1."id"
  WHERE n2."parent_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 4, Above path
WITH RECURSIVE "pgsync r"(l1) AS (SELECT * FROM (SELECT t."id"
      FROM "category" t
      WHERE false UNION ALL SELECT * FROM unnest($1) k(k1)) s UNION SELECT t."id"
    FROM "pgsync r" r
    JOIN "category" t ON t."parent_id" = r.l1) SELECT DISTINCT n0."id"::text
  FROM "category" n1
  JOIN "article" n0 ON n0."category_id" = n1."id"
  WHERE (n1."parent_id") IN (SELECT *
    FROM "pgsync r") AND n0."id" IS NOT NULL;

-- owners of node 5, Article also_in
SELECT DISTINCT n0."id"::text
  FROM "article" n0
  WHERE n0."id" = ANY($1);

-- owners of node 6, Shelf also_in
SELECT DISTINCT n5."article_id"::text
  FROM "article_category" n5
  WHERE n5."category_id" = ANY($1) AND n5."article_id" IS NOT NULL;

-- owners of node 7, Above path
WITH RECURSIVE "pgsync r"(l1) AS (SELECT * FROM (SELECT t."id"
      FROM "category" t
      WHERE false UNION ALL SELECT * FROM unnest($1) k(k1)) s UNION SELECT t."id"
    FROM "pgsync r" r
    JOIN "category" t ON t."parent_id" = r.l1) SELECT DISTINCT n5."article_id"::text
  FROM "category" n6
  JOIN "article_category" n5 ON n5."category_id" = n6."id"
  WHERE (n6."parent_id") IN (SELECT *
    FROM "pgsync r") AND n5."article_id" IS NOT NULL;
