-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "category" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."pgsync step" DESC, n1."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."parent_id", 1, ARRAY[ROW(n0."id")::text, ROW(t."id")::text]
        FROM "category" t
        WHERE t."id" = n0."parent_id" AND ROW(t."id")::text <> ROW(n0."id")::text UNION ALL SELECT t."id", t."parent_id", r.step + 1, r.way || ROW(t."id")::text
        FROM "pgsync r" r
        JOIN "category" t ON t."id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
      FROM "pgsync r" r
      JOIN (SELECT *
        FROM "category") t ON t."id" = r.k1) n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name") d1) j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n2."name" ORDER BY n2."pgsync step" DESC, n2."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."parent_id", 1, ARRAY[ROW(n0."id")::text, ROW(t."id")::text]
        FROM "category" t
        WHERE t."id" = n0."parent_id" AND ROW(t."id")::text <> ROW(n0."id")::text UNION ALL SELECT t."id", t."parent_id", r.step + 1, r.way || ROW(t."id")::text
        FROM "pgsync r" r
        JOIN "category" t ON t."id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
      FROM "pgsync r" r
      JOIN (SELECT *
        FROM "category") t ON t."id" = r.k1) n2) j2 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d3.*) ORDER BY n3."pgsync step", n3."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."id", 1, ARRAY[ROW(n0."id")::text, ROW(t."id")::text]
        FROM "category" t
        WHERE t."parent_id" = n0."id" AND ROW(t."id")::text <> ROW(n0."id")::text UNION ALL SELECT t."id", t."id", r.step + 1, r.way || ROW(t."id")::text
        FROM "pgsync r" r
        JOIN "category" t ON t."parent_id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)
        WHERE r.step < 2) SELECT t.*, r.step AS "pgsync step"
      FROM "pgsync r" r
      JOIN (SELECT *
        FROM "category") t ON t."id" = r.k1) n3
    LEFT JOIN LATERAL (SELECT count(*) AS doc
      FROM "category" n4
      WHERE n4."parent_id" = n3."id") j4 ON true
    CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."parent_id" AS "parent_id", n3."name" AS "name", coalesce(j4.doc, 0) AS "children") d3) j3 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n5."id" ORDER BY n5."pgsync step", n5."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."id", 1, ARRAY[ROW(n0."id")::text, ROW(t."id")::text]
        FROM "category" t
        WHERE t."parent_id" = n0."id" AND ROW(t."id")::text <> ROW(n0."id")::text UNION ALL SELECT t."id", t."id", r.step + 1, r.way || ROW(t."id")::text
        FROM "pgsync r" r
        JOIN "category" t ON t."parent_id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
      FROM "pgsync r" r
      JOIN (SELECT *
        FROM "category") t ON t."id" = r.k1) n5) j5 ON true
  LEFT JOIN (SELECT n6."parent_id" AS l1, count(*) AS doc
    FROM "category" n6
    WHERE (n6."parent_id") >= ($1) AND (n6."parent_id") <= ($2) GROUP BY n6."parent_id") j6 ON j6.l1 = n0."id"
  LEFT JOIN (SELECT n7."parent_id" AS l1, count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "category"
        WHERE (NOT retired)) t) n7
    WHERE (n7."parent_id") >= ($1) AND (n7."parent_id") <= ($2) GROUP BY n7."parent_id") j7 ON j7.l1 = n0."id"
  LEFT JOIN (SELECT n8."category_id" AS l1, json_agg(row_to_json(d8.*) ORDER BY n8."id") AS doc
    FROM "article" n8
    CROSS JOIN LATERAL (SELECT n8."id" AS "id", n8."title" AS "title") d8
    WHERE (n8."category_id") >= ($1) AND (n8."category_id") <= ($2) GROUP BY n8."category_id") j8 ON j8.l1 = n0."id"
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."position" AS "position", n0."retired" AS "retired", n0."parent_id" AS "parent_id", coalesce(j1.doc, '[]') AS "above", coalesce(j2.doc, '[]') AS "breadcrumbs", coalesce(j3.doc, '[]') AS "near", coalesce(j5.doc, '[]') AS "all_below", coalesce(j6.doc, 0) AS "children", coalesce(j7.doc, 0) AS "current_children", coalesce(j8.doc, '[]') AS "articles") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "category" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."pgsync step" DESC, n1."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."parent_id", 1, ARRAY[ROW(n0."id")::text, ROW(t."id")::text]
        FROM "category" t
        WHERE t."id" = n0."parent_id" AND ROW(t."id")::text <> ROW(n0."id")::text UNION ALL SELECT t."id", t."parent_id", r.step + 1, r.way || ROW(t."id")::text
        FROM "pgsync r" r
        JOIN "category" t ON t."id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
      FROM "pgsync r" r
      JOIN (SELECT *
        FROM "category") t ON t."id" = r.k1) n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name") d1) j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n2."name" ORDER BY n2."pgsync step" DESC, n2."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."parent_id", 1, ARRAY[ROW(n0."id")::text, ROW(t."id")::text]
        FROM "category" t
        WHERE t."id" = n0."parent_id" AND ROW(t."id")::text <> ROW(n0."id")::text UNION ALL SELECT t."id", t."parent_id", r.step + 1, r.way || ROW(t."id")::text
        FROM "pgsync r" r
        JOIN "category" t ON t."id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
      FROM "pgsync r" r
      JOIN (SELECT *
        FROM "category") t ON t."id" = r.k1) n2) j2 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d3.*) ORDER BY n3."pgsync step", n3."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."id", 1, ARRAY[ROW(n0."id")::text, ROW(t."id")::text]
        FROM "category" t
        WHERE t."parent_id" = n0."id" AND ROW(t."id")::text <> ROW(n0."id")::text UNION ALL SELECT t."id", t."id", r.step + 1, r.way || ROW(t."id")::text
        FROM "pgsync r" r
        JOIN "category" t ON t."parent_id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)
        WHERE r.step < 2) SELECT t.*, r.step AS "pgsync step"
      FROM "pgsync r" r
      JOIN (SELECT *
        FROM "category") t ON t."id" = r.k1) n3
    LEFT JOIN LATERAL (SELECT count(*) AS doc
      FROM "category" n4
      WHERE n4."parent_id" = n3."id") j4 ON true
    CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."parent_id" AS "parent_id", n3."name" AS "name", coalesce(j4.doc, 0) AS "children") d3) j3 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n5."id" ORDER BY n5."pgsync step", n5."id") AS doc FROM (WITH RECURSIVE "pgsync r"(k1, l1, step, way) AS (SELECT t."id", t."id", 1, ARRAY[ROW(n0."id")::text, ROW(t."id")::text]
        FROM "category" t
        WHERE t."parent_id" = n0."id" AND ROW(t."id")::text <> ROW(n0."id")::text UNION ALL SELECT t."id", t."id", r.step + 1, r.way || ROW(t."id")::text
        FROM "pgsync r" r
        JOIN "category" t ON t."parent_id" = r.l1 AND ROW(t."id")::text <> ALL (r.way)) SELECT t.*, r.step AS "pgsync step"
      FROM "pgsync r" r
      JOIN (SELECT *
        FROM "category") t ON t."id" = r.k1) n5) j5 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "category" n6
    WHERE n6."parent_id" = n0."id") j6 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "category"
        WHERE (NOT retired)) t) n7
    WHERE n7."parent_id" = n0."id") j7 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d8.*) ORDER BY n8."id") AS doc
    FROM "article" n8
    CROSS JOIN LATERAL (SELECT n8."id" AS "id", n8."title" AS "title") d8
    WHERE n8."category_id" = n0."id") j8 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."position" AS "position", n0."retired" AS "retired", n0."parent_id" AS "parent_id", coalesce(j1.doc, '[]') AS "above", coalesce(j2.doc, '[]') AS "breadcrumbs", coalesce(j3.doc, '[]') AS "near", coalesce(j5.doc, '[]') AS "all_below", coalesce(j6.doc, 0) AS "children", coalesce(j7.doc, 0) AS "current_children", coalesce(j8.doc, '[]') AS "articles") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "category" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "category" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Above above
WITH RECURSIVE "pgsync r"(l1) AS (SELECT * FROM (SELECT t."id"
      FROM "category" t
      WHERE false UNION ALL SELECT * FROM unnest($1) k(k1)) s UNION SELECT t."id"
    FROM "pgsync r" r
    JOIN "category" t ON t."parent_id" = r.l1) SELECT DISTINCT n0."id"::text
  FROM "category" n0
  WHERE (n0."parent_id") IN (SELECT *
    FROM "pgsync r") AND n0."id" IS NOT NULL;

-- owners of node 2, Above breadcrumbs
WITH RECURSIVE "pgsync r"(l1) AS (SELECT * FROM (SELECT t."id"
      FROM "category" t
      WHERE false UNION ALL SELECT * FROM unnest($1) k(k1)) s UNION SELECT t."id"
    FROM "pgsync r" r
    JOIN "category" t ON t."parent_id" = r.l1) SELECT DISTINCT n0."id"::text
  FROM "category" n0
  WHERE (n0."parent_id") IN (SELECT *
    FROM "pgsync r") AND n0."id" IS NOT NULL;

-- owners of node 3, Near near
WITH RECURSIVE "pgsync r"(l1) AS (SELECT * FROM (SELECT t."parent_id"
      FROM "category" t
      WHERE false UNION ALL SELECT * FROM unnest($1) k(k1)) s UNION SELECT t."parent_id"
    FROM "pgsync r" r
    JOIN "category" t ON t."id" = r.l1) SELECT DISTINCT n0."id"::text
  FROM "category" n0
  WHERE (n0."id") IN (SELECT *
    FROM "pgsync r") AND n0."id" IS NOT NULL;

-- owners of node 4, Child children
SELECT DISTINCT n0."id"::text
  FROM "category" n3
  CROSS JOIN LATERAL (WITH RECURSIVE "pgsync r"(l1) AS (SELECT n3."parent_id" UNION SELECT t."parent_id"
      FROM "pgsync r" r
      JOIN "category" t ON t."id" = r.l1) SELECT *
    FROM "pgsync r") r3
  JOIN "category" n0 ON n0."id" = r3.l1
  WHERE n3."id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 5, Above all_below
WITH RECURSIVE "pgsync r"(l1) AS (SELECT * FROM (SELECT t."parent_id"
      FROM "category" t
      WHERE false UNION ALL SELECT * FROM unnest($1) k(k1)) s UNION SELECT t."parent_id"
    FROM "pgsync r" r
    JOIN "category" t ON t."id" = r.l1) SELECT DISTINCT n0."id"::text
  FROM "category" n0
  WHERE (n0."id") IN (SELECT *
    FROM "pgsync r") AND n0."id" IS NOT NULL;

-- owners of node 6, Child children
SELECT DISTINCT n0."id"::text
  FROM "category" n0
  WHERE n0."id" = ANY($1);

-- owners of node 7, Child current_children
SELECT DISTINCT n0."id"::text
  FROM "category" n0
  WHERE n0."id" = ANY($1);

-- owners of node 8, Entry articles
SELECT DISTINCT n0."id"::text
  FROM "category" n0
  WHERE n0."id" = ANY($1);
