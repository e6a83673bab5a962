-- page: documents between two keys
SELECT n0."school"::text, n0."number"::text, format('%s', n0."school"), row_to_json(d0.*) FROM (SELECT t.* FROM (SELECT *
      FROM "quiz"
      WHERE (state = 'open')) t) n0
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "question" n1
    WHERE n1."quiz_school" = n0."school" AND n1."quiz_number" = n0."number") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n3."nick" ORDER BY n3."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY nick, t."id") AS "pgsync order" FROM (SELECT *
        FROM "player") t
      WHERE (t."id") IN (SELECT n2."player_id"
        FROM "result" n2
        WHERE n2."quiz_school" = n0."school" AND n2."quiz_number" = n0."number")) n3) j3 ON true
  CROSS JOIN LATERAL (SELECT n0."school" AS "school", n0."number" AS "number", n0."title" AS "title", n0."opens" AS "opens", coalesce(j1.doc, 0) AS "questions", coalesce(j3.doc, '[]') AS "players") d0
  WHERE (n0."school", n0."number") >= ($1, $2) AND (n0."school", n0."number") <= ($3, $4) AND n0."number" IS NOT NULL;

-- keys: documents of some keys
SELECT n0."school"::text, n0."number"::text, format('%s', n0."school"), row_to_json(d0.*) FROM (SELECT t.* FROM (SELECT *
      FROM "quiz"
      WHERE (state = 'open')) t) n0
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "question" n1
    WHERE n1."quiz_school" = n0."school" AND n1."quiz_number" = n0."number") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n3."nick" ORDER BY n3."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY nick, t."id") AS "pgsync order" FROM (SELECT *
        FROM "player") t
      WHERE (t."id") IN (SELECT n2."player_id"
        FROM "result" n2
        WHERE n2."quiz_school" = n0."school" AND n2."quiz_number" = n0."number")) n3) j3 ON true
  CROSS JOIN LATERAL (SELECT n0."school" AS "school", n0."number" AS "number", n0."title" AS "title", n0."opens" AS "opens", coalesce(j1.doc, 0) AS "questions", coalesce(j3.doc, '[]') AS "players") d0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- bounds of the first page
WITH page AS (SELECT n0."school" AS k1, n0."number" AS k2 FROM (SELECT t.* FROM (SELECT *
        FROM "quiz"
        WHERE (state = 'open')) t) n0
    WHERE n0."school" IS NOT NULL AND n0."number" IS NOT NULL ORDER BY n0."school", n0."number" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."school" AS k1, n0."number" AS k2 FROM (SELECT t.* FROM (SELECT *
        FROM "quiz"
        WHERE (state = 'open')) t) n0
    WHERE (n0."school", n0."number") > ($2, $3) AND n0."number" IS NOT NULL ORDER BY n0."school", n0."number" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- owners of node 1, Question questions
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 2, OpenQuiz players
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 3, Player players
SELECT DISTINCT n2."quiz_school"::text, n2."quiz_number"::text
  FROM "result" n2
  WHERE n2."player_id" = ANY($1) AND n2."quiz_school" IS NOT NULL AND n2."quiz_number" IS NOT NULL;
