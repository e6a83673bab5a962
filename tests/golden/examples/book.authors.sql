-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "author" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d2.*) ORDER BY n2."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY published DESC NULLS LAST, t."isbn") AS "pgsync order" FROM (SELECT *
        FROM "book") t
      WHERE (t."isbn") IN (SELECT n1."book_isbn"
        FROM "book_author" n1
        WHERE n1."author_id" = n0."id")) n2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "publishing_house" n3
      LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d4.*) ORDER BY n4."id") AS doc
        FROM "imprint" n4
        CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."name" AS "name") d4
        WHERE n4."publishing_house_id" = n3."number") j4 ON true
      CROSS JOIN LATERAL (SELECT n3."number" AS "number", n3."name" AS "name", n3."country_code" AS "country", coalesce(j4.doc, '[]') AS "imprints") d3
      WHERE n3."number" = n2."house_number") j3 ON true
    CROSS JOIN LATERAL (SELECT n2."isbn" AS "isbn", n2."title" AS "title", n2."format" AS "format", n2."published" AS "published", j3.doc AS "publisher") d2) j2 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."pen_name" AS "pen_name", n0."born" AS "born", n0."died" AS "died", n0."aliases" AS "aliases", coalesce(j2.doc, '[]') AS "books") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "author" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d2.*) ORDER BY n2."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY published DESC NULLS LAST, t."isbn") AS "pgsync order" FROM (SELECT *
        FROM "book") t
      WHERE (t."isbn") IN (SELECT n1."book_isbn"
        FROM "book_author" n1
        WHERE n1."author_id" = n0."id")) n2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "publishing_house" n3
      LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d4.*) ORDER BY n4."id") AS doc
        FROM "imprint" n4
        CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."name" AS "name") d4
        WHERE n4."publishing_house_id" = n3."number") j4 ON true
      CROSS JOIN LATERAL (SELECT n3."number" AS "number", n3."name" AS "name", n3."country_code" AS "country", coalesce(j4.doc, '[]') AS "imprints") d3
      WHERE n3."number" = n2."house_number") j3 ON true
    CROSS JOIN LATERAL (SELECT n2."isbn" AS "isbn", n2."title" AS "title", n2."format" AS "format", n2."published" AS "published", j3.doc AS "publisher") d2) j2 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."pen_name" AS "pen_name", n0."born" AS "born", n0."died" AS "died", n0."aliases" AS "aliases", coalesce(j2.doc, '[]') AS "books") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "author" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "author" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, AuthorPage books
SELECT DISTINCT n0."id"::text
  FROM "author" n0
  WHERE n0."id" = ANY($1);

-- owners of node 2, Title books
SELECT DISTINCT n1."author_id"::text
  FROM "book_author" n1
  WHERE n1."book_isbn" = ANY($1) AND n1."author_id" IS NOT NULL;

-- owners of node 3, Publisher publisher
SELECT DISTINCT n1."author_id"::text
  FROM "book" n2
  JOIN "book_author" n1 ON n1."book_isbn" = n2."isbn"
  WHERE n2."house_number" = ANY($1) AND n1."author_id" IS NOT NULL;

-- owners of node 4, Imprint imprints
SELECT DISTINCT n1."author_id"::text
  FROM "publishing_house" n3
  JOIN "book" n2 ON n2."house_number" = n3."number"
  JOIN "book_author" n1 ON n1."book_isbn" = n2."isbn"
  WHERE n3."number" = ANY($1) AND n1."author_id" IS NOT NULL;
