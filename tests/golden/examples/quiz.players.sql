-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "player" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."school", n1."number") AS doc
    FROM "quiz" n1
    LEFT JOIN LATERAL (SELECT json_agg(n3."label" ORDER BY n3."name") AS doc
      FROM "topic" n3
      WHERE (n3."name") IN (SELECT n2."topic_name"
        FROM "quiz_topic" n2
        WHERE n2."quiz_school" = n1."school" AND n2."quiz_number" = n1."number")) j3 ON true
    CROSS JOIN LATERAL (SELECT n1."school" AS "school", n1."number" AS "number", n1."title" AS "title", n1."state" AS "state", coalesce(j3.doc, '[]') AS "topics") d1
    WHERE n1."author_school" = n0."school" AND n1."author_nick" = n0."nick") j1 ON true
  LEFT JOIN (SELECT n4."reviewer_id" AS l1, json_agg(row_to_json(d4.*) ORDER BY n4."school", n4."number") AS doc
    FROM "quiz" n4
    LEFT JOIN LATERAL (SELECT json_agg(n6."label" ORDER BY n6."name") AS doc
      FROM "topic" n6
      WHERE (n6."name") IN (SELECT n5."topic_name"
        FROM "quiz_topic" n5
        WHERE n5."quiz_school" = n4."school" AND n5."quiz_number" = n4."number")) j6 ON true
    CROSS JOIN LATERAL (SELECT n4."school" AS "school", n4."number" AS "number", n4."title" AS "title", n4."state" AS "state", coalesce(j6.doc, '[]') AS "topics") d4
    WHERE (n4."reviewer_id") >= ($1) AND (n4."reviewer_id") <= ($2) GROUP BY n4."reviewer_id") j4 ON j4.l1 = n0."id"
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d8.*) ORDER BY n8."school", n8."number") AS doc
    FROM "quiz" n8
    LEFT JOIN LATERAL (SELECT json_agg(n10."label" ORDER BY n10."name") AS doc
      FROM "topic" n10
      WHERE (n10."name") IN (SELECT n9."topic_name"
        FROM "quiz_topic" n9
        WHERE n9."quiz_school" = n8."school" AND n9."quiz_number" = n8."number")) j10 ON true
    CROSS JOIN LATERAL (SELECT n8."school" AS "school", n8."number" AS "number", n8."title" AS "title", n8."state" AS "state", coalesce(j10.doc, '[]') AS "topics") d8
    WHERE (n8."school", n8."number") IN (SELECT n7."quiz_school", n7."quiz_number"
      FROM "result" n7
      WHERE n7."player_id" = n0."id")) j8 ON true
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."school" AS "school", n0."nick" AS "nick", n0."name" AS "name", coalesce(j1.doc, '[]') AS "wrote", coalesce(j4.doc, '[]') AS "reviewed", coalesce(j8.doc, '[]') AS "played") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "player" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1."school", n1."number") AS doc
    FROM "quiz" n1
    LEFT JOIN LATERAL (SELECT json_agg(n3."label" ORDER BY n3."name") AS doc
      FROM "topic" n3
      WHERE (n3."name") IN (SELECT n2."topic_name"
        FROM "quiz_topic" n2
        WHERE n2."quiz_school" = n1."school" AND n2."quiz_number" = n1."number")) j3 ON true
    CROSS JOIN LATERAL (SELECT n1."school" AS "school", n1."number" AS "number", n1."title" AS "title", n1."state" AS "state", coalesce(j3.doc, '[]') AS "topics") d1
    WHERE n1."author_school" = n0."school" AND n1."author_nick" = n0."nick") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d4.*) ORDER BY n4."school", n4."number") AS doc
    FROM "quiz" n4
    LEFT JOIN LATERAL (SELECT json_agg(n6."label" ORDER BY n6."name") AS doc
      FROM "topic" n6
      WHERE (n6."name") IN (SELECT n5."topic_name"
        FROM "quiz_topic" n5
        WHERE n5."quiz_school" = n4."school" AND n5."quiz_number" = n4."number")) j6 ON true
    CROSS JOIN LATERAL (SELECT n4."school" AS "school", n4."number" AS "number", n4."title" AS "title", n4."state" AS "state", coalesce(j6.doc, '[]') AS "topics") d4
    WHERE n4."reviewer_id" = n0."id") j4 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d8.*) ORDER BY n8."school", n8."number") AS doc
    FROM "quiz" n8
    LEFT JOIN LATERAL (SELECT json_agg(n10."label" ORDER BY n10."name") AS doc
      FROM "topic" n10
      WHERE (n10."name") IN (SELECT n9."topic_name"
        FROM "quiz_topic" n9
        WHERE n9."quiz_school" = n8."school" AND n9."quiz_number" = n8."number")) j10 ON true
    CROSS JOIN LATERAL (SELECT n8."school" AS "school", n8."number" AS "number", n8."title" AS "title", n8."state" AS "state", coalesce(j10.doc, '[]') AS "topics") d8
    WHERE (n8."school", n8."number") IN (SELECT n7."quiz_school", n7."quiz_number"
      FROM "result" n7
      WHERE n7."player_id" = n0."id")) j8 ON true
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."school" AS "school", n0."nick" AS "nick", n0."name" AS "name", coalesce(j1.doc, '[]') AS "wrote", coalesce(j4.doc, '[]') AS "reviewed", coalesce(j8.doc, '[]') AS "played") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "player" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "player" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, OtherQuiz wrote
SELECT DISTINCT n0."id"::text
  FROM "player" n0
  WHERE (n0."school", n0."nick") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n0."id" IS NOT NULL;

-- owners of node 2, OtherQuiz topics
SELECT DISTINCT n0."id"::text
  FROM "quiz" n1
  JOIN "player" n0 ON n0."school" = n1."author_school" AND n0."nick" = n1."author_nick"
  WHERE (n1."school", n1."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n0."id" IS NOT NULL;

-- owners of node 3, Topic topics
SELECT DISTINCT n0."id"::text
  FROM "quiz_topic" n2
  JOIN "quiz" n1 ON n1."school" = n2."quiz_school" AND n1."number" = n2."quiz_number"
  JOIN "player" n0 ON n0."school" = n1."author_school" AND n0."nick" = n1."author_nick"
  WHERE n2."topic_name" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 4, OtherQuiz reviewed
SELECT DISTINCT n0."id"::text
  FROM "player" n0
  WHERE n0."id" = ANY($1);

-- owners of node 5, OtherQuiz topics
SELECT DISTINCT n4."reviewer_id"::text
  FROM "quiz" n4
  WHERE (n4."school", n4."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n4."reviewer_id" IS NOT NULL;

-- owners of node 6, Topic topics
SELECT DISTINCT n4."reviewer_id"::text
  FROM "quiz_topic" n5
  JOIN "quiz" n4 ON n4."school" = n5."quiz_school" AND n4."number" = n5."quiz_number"
  WHERE n5."topic_name" = ANY($1) AND n4."reviewer_id" IS NOT NULL;

-- owners of node 7, PlayerPage played
SELECT DISTINCT n0."id"::text
  FROM "player" n0
  WHERE n0."id" = ANY($1);

-- owners of node 8, OtherQuiz played
SELECT DISTINCT n7."player_id"::text
  FROM "result" n7
  WHERE (n7."quiz_school", n7."quiz_number") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n7."player_id" IS NOT NULL;

-- owners of node 9, OtherQuiz topics
SELECT DISTINCT n7."player_id"::text
  FROM "quiz" n8
  JOIN "result" n7 ON n7."quiz_school" = n8."school" AND n7."quiz_number" = n8."number"
  WHERE (n8."school", n8."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n7."player_id" IS NOT NULL;

-- owners of node 10, Topic topics
SELECT DISTINCT n7."player_id"::text
  FROM "quiz_topic" n9
  JOIN "quiz" n8 ON n8."school" = n9."quiz_school" AND n8."number" = n9."quiz_number"
  JOIN "result" n7 ON n7."quiz_school" = n8."school" AND n7."quiz_number" = n8."number"
  WHERE n9."topic_name" = ANY($1) AND n7."player_id" IS NOT NULL;
