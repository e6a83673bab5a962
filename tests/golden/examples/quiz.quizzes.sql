-- page: documents between two keys
SELECT n0."school"::text, n0."number"::text, row_to_json(d0.*)
  FROM "quiz" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "school" n1
    CROSS JOIN LATERAL (SELECT n1."code" AS "code", n1."name" AS "name") d1
    WHERE n1."code" = n0."school") j1 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
    FROM "player" n2
    CROSS JOIN LATERAL (SELECT n2."id"::bigint AS "id", n2."school" AS "school", n2."nick" AS "nick", n2."name" AS "name") d2
    WHERE n2."school" = n0."author_school" AND n2."nick" = n0."author_nick") j2 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
    FROM "player" n3
    CROSS JOIN LATERAL (SELECT n3."id"::bigint AS "id", n3."school" AS "school", n3."nick" AS "nick", n3."name" AS "name") d3
    WHERE n3."id" = n0."reviewer_id") j3 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
    FROM "certificate" n4
    CROSS JOIN LATERAL (SELECT n4."school" AS "school", n4."number" AS "number", n4."wording" AS "wording") d4
    WHERE n4."school" = n0."school" AND n4."number" = n0."number" ORDER BY n4."school", n4."number" LIMIT 1) j4 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d5.*) ORDER BY n5."quiz_school", n5."quiz_number", n5."position") AS doc
    FROM "question" n5
    LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
      FROM "player" n6
      CROSS JOIN LATERAL (SELECT n6."id"::bigint AS "id", n6."school" AS "school", n6."nick" AS "nick", n6."name" AS "name") d6
      WHERE n6."id" = n5."author_id") j6 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d7.*) ORDER BY n7."quiz_school", n7."quiz_number", n7."position", n7."letter") AS doc
      FROM "answer" n7
      CROSS JOIN LATERAL (SELECT n7."letter" AS "letter", n7."body" AS "body", n7."correct" AS "correct") d7
      WHERE n7."quiz_school" = n5."quiz_school" AND n7."quiz_number" = n5."quiz_number" AND n7."position" = n5."position") j7 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n8."letter" ORDER BY n8."quiz_school", n8."quiz_number", n8."position", n8."letter") AS doc FROM (SELECT t.* FROM (SELECT *
          FROM "answer"
          WHERE (correct)) t) n8
      WHERE n8."quiz_school" = n5."quiz_school" AND n8."quiz_number" = n5."quiz_number" AND n8."position" = n5."position") j8 ON true
    CROSS JOIN LATERAL (SELECT n5."position" AS "position", n5."body" AS "body", n5."points" AS "points", j6.doc AS "author", coalesce(j7.doc, '[]') AS "answers", coalesce(j8.doc, '[]') AS "solution") d5
    WHERE n5."quiz_school" = n0."school" AND n5."quiz_number" = n0."number") j5 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d10.*) ORDER BY n10."name") AS doc
    FROM "topic" n10
    CROSS JOIN LATERAL (SELECT n10."name" AS "name", n10."label" AS "label") d10
    WHERE (n10."name") IN (SELECT n9."topic_name"
      FROM "quiz_topic" n9
      WHERE n9."quiz_school" = n0."school" AND n9."quiz_number" = n0."number")) j10 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d12.*) ORDER BY n12."school", n12."number") AS doc
    FROM "quiz" n12
    LEFT JOIN LATERAL (SELECT json_agg(n14."label" ORDER BY n14."name") AS doc
      FROM "topic" n14
      WHERE (n14."name") IN (SELECT n13."topic_name"
        FROM "quiz_topic" n13
        WHERE n13."quiz_school" = n12."school" AND n13."quiz_number" = n12."number")) j14 ON true
    CROSS JOIN LATERAL (SELECT n12."school" AS "school", n12."number" AS "number", n12."title" AS "title", n12."state" AS "state", coalesce(j14.doc, '[]') AS "topics") d12
    WHERE (n12."school", n12."number") IN (SELECT n11."needs_school", n11."needs_number"
      FROM "requirement" n11
      WHERE n11."school" = n0."school" AND n11."number" = n0."number")) j12 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d16.*) ORDER BY n16."school", n16."number") AS doc
    FROM "quiz" n16
    LEFT JOIN LATERAL (SELECT json_agg(n18."label" ORDER BY n18."name") AS doc
      FROM "topic" n18
      WHERE (n18."name") IN (SELECT n17."topic_name"
        FROM "quiz_topic" n17
        WHERE n17."quiz_school" = n16."school" AND n17."quiz_number" = n16."number")) j18 ON true
    CROSS JOIN LATERAL (SELECT n16."school" AS "school", n16."number" AS "number", n16."title" AS "title", n16."state" AS "state", coalesce(j18.doc, '[]') AS "topics") d16
    WHERE (n16."school", n16."number") IN (SELECT n15."school", n15."number"
      FROM "requirement" n15
      WHERE n15."needs_school" = n0."school" AND n15."needs_number" = n0."number")) j16 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d19.*) ORDER BY n19."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY score DESC, finished, t."id") AS "pgsync order" FROM (SELECT *
        FROM "result"
        WHERE (score IS NOT NULL)) t
      WHERE t."quiz_school" = n0."school" AND t."quiz_number" = n0."number" ORDER BY "pgsync order" LIMIT 3) n19
    LEFT JOIN LATERAL (SELECT row_to_json(d20.*) AS doc
      FROM "player" n20
      CROSS JOIN LATERAL (SELECT n20."id"::bigint AS "id", n20."school" AS "school", n20."nick" AS "nick", n20."name" AS "name") d20
      WHERE n20."id" = n19."player_id") j20 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d21.*) ORDER BY n21."result_id", n21."position") AS doc
      FROM "choice" n21
      LEFT JOIN LATERAL (SELECT row_to_json(d22.*) AS doc
        FROM "answer" n22
        CROSS JOIN LATERAL (SELECT n22."letter" AS "letter", n22."body" AS "body", n22."correct" AS "correct") d22
        WHERE n22."quiz_school" = n21."quiz_school" AND n22."quiz_number" = n21."quiz_number" AND n22."position" = n21."position" AND n22."letter" = n21."letter") j22 ON true
      CROSS JOIN LATERAL (SELECT n21."result_id"::bigint AS "result_id", n21."position" AS "position", n21."letter" AS "letter", j22.doc AS "answer") d21
      WHERE n21."result_id" = n19."id") j21 ON true
    CROSS JOIN LATERAL (SELECT n19."id"::bigint AS "id", n19."score" AS "score", n19."finished" AS "finished", j20.doc AS "player", coalesce(j21.doc, '[]') AS "choices") d19) j19 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "result" n23
    WHERE n23."quiz_school" = n0."school" AND n23."quiz_number" = n0."number") j23 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "result"
        WHERE (score IS NULL)) t) n24
    WHERE n24."quiz_school" = n0."school" AND n24."quiz_number" = n0."number" LIMIT 1) j24 ON true
  LEFT JOIN LATERAL (SELECT avg(n25."score") AS doc
    FROM "result" n25
    WHERE n25."quiz_school" = n0."school" AND n25."quiz_number" = n0."number") j25 ON true
  LEFT JOIN LATERAL (SELECT min(n26."score") AS doc
    FROM "result" n26
    WHERE n26."quiz_school" = n0."school" AND n26."quiz_number" = n0."number") j26 ON true
  LEFT JOIN LATERAL (SELECT max(n27."score") AS doc
    FROM "result" n27
    WHERE n27."quiz_school" = n0."school" AND n27."quiz_number" = n0."number") j27 ON true
  LEFT JOIN LATERAL (SELECT sum(n28."points") AS doc
    FROM "question" n28
    WHERE n28."quiz_school" = n0."school" AND n28."quiz_number" = n0."number") j28 ON true
  CROSS JOIN LATERAL (SELECT n0."school" AS "school", n0."number" AS "number", n0."title" AS "title", n0."state" AS "state", n0."opens" AS "opens", j1.doc AS "held_at", j2.doc AS "author", j3.doc AS "reviewer", j4.doc AS "certificate", coalesce(j5.doc, '[]') AS "questions", coalesce(j10.doc, '[]') AS "topics", coalesce(j12.doc, '[]') AS "requires_first", coalesce(j16.doc, '[]') AS "leads_to", coalesce(j19.doc, '[]') AS "podium", coalesce(j23.doc, 0) AS "played", coalesce(j24.doc, false) AS "being_played", j25.doc AS "mean_score", j26.doc AS "worst_score", j27.doc AS "best_score", coalesce(j28.doc, 0) AS "points") d0
  WHERE (n0."school", n0."number") >= ($1, $2) AND (n0."school", n0."number") <= ($3, $4) AND n0."number" IS NOT NULL;

-- keys: documents of some keys
SELECT n0."school"::text, n0."number"::text, row_to_json(d0.*)
  FROM "quiz" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "school" n1
    CROSS JOIN LATERAL (SELECT n1."code" AS "code", n1."name" AS "name") d1
    WHERE n1."code" = n0."school") j1 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
    FROM "player" n2
    CROSS JOIN LATERAL (SELECT n2."id"::bigint AS "id", n2."school" AS "school", n2."nick" AS "nick", n2."name" AS "name") d2
    WHERE n2."school" = n0."author_school" AND n2."nick" = n0."author_nick") j2 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
    FROM "player" n3
    CROSS JOIN LATERAL (SELECT n3."id"::bigint AS "id", n3."school" AS "school", n3."nick" AS "nick", n3."name" AS "name") d3
    WHERE n3."id" = n0."reviewer_id") j3 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
    FROM "certificate" n4
    CROSS JOIN LATERAL (SELECT n4."school" AS "school", n4."number" AS "number", n4."wording" AS "wording") d4
    WHERE n4."school" = n0."school" AND n4."number" = n0."number" ORDER BY n4."school", n4."number" LIMIT 1) j4 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d5.*) ORDER BY n5."quiz_school", n5."quiz_number", n5."position") AS doc
    FROM "question" n5
    LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
      FROM "player" n6
      CROSS JOIN LATERAL (SELECT n6."id"::bigint AS "id", n6."school" AS "school", n6."nick" AS "nick", n6."name" AS "name") d6
      WHERE n6."id" = n5."author_id") j6 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d7.*) ORDER BY n7."quiz_school", n7."quiz_number", n7."position", n7."letter") AS doc
      FROM "answer" n7
      CROSS JOIN LATERAL (SELECT n7."letter" AS "letter", n7."body" AS "body", n7."correct" AS "correct") d7
      WHERE n7."quiz_school" = n5."quiz_school" AND n7."quiz_number" = n5."quiz_number" AND n7."position" = n5."position") j7 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n8."letter" ORDER BY n8."quiz_school", n8."quiz_number", n8."position", n8."letter") AS doc FROM (SELECT t.* FROM (SELECT *
          FROM "answer"
          WHERE (correct)) t) n8
      WHERE n8."quiz_school" = n5."quiz_school" AND n8."quiz_number" = n5."quiz_number" AND n8."position" = n5."position") j8 ON true
    CROSS JOIN LATERAL (SELECT n5."position" AS "position", n5."body" AS "body", n5."points" AS "points", j6.doc AS "author", coalesce(j7.doc, '[]') AS "answers", coalesce(j8.doc, '[]') AS "solution") d5
    WHERE n5."quiz_school" = n0."school" AND n5."quiz_number" = n0."number") j5 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d10.*) ORDER BY n10."name") AS doc
    FROM "topic" n10
    CROSS JOIN LATERAL (SELECT n10."name" AS "name", n10."label" AS "label") d10
    WHERE (n10."name") IN (SELECT n9."topic_name"
      FROM "quiz_topic" n9
      WHERE n9."quiz_school" = n0."school" AND n9."quiz_number" = n0."number")) j10 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d12.*) ORDER BY n12."school", n12."number") AS doc
    FROM "quiz" n12
    LEFT JOIN LATERAL (SELECT json_agg(n14."label" ORDER BY n14."name") AS doc
      FROM "topic" n14
      WHERE (n14."name") IN (SELECT n13."topic_name"
        FROM "quiz_topic" n13
        WHERE n13."quiz_school" = n12."school" AND n13."quiz_number" = n12."number")) j14 ON true
    CROSS JOIN LATERAL (SELECT n12."school" AS "school", n12."number" AS "number", n12."title" AS "title", n12."state" AS "state", coalesce(j14.doc, '[]') AS "topics") d12
    WHERE (n12."school", n12."number") IN (SELECT n11."needs_school", n11."needs_number"
      FROM "requirement" n11
      WHERE n11."school" = n0."school" AND n11."number" = n0."number")) j12 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d16.*) ORDER BY n16."school", n16."number") AS doc
    FROM "quiz" n16
    LEFT JOIN LATERAL (SELECT json_agg(n18."label" ORDER BY n18."name") AS doc
      FROM "topic" n18
      WHERE (n18."name") IN (SELECT n17."topic_name"
        FROM "quiz_topic" n17
        WHERE n17."quiz_school" = n16."school" AND n17."quiz_number" = n16."number")) j18 ON true
    CROSS JOIN LATERAL (SELECT n16."school" AS "school", n16."number" AS "number", n16."title" AS "title", n16."state" AS "state", coalesce(j18.doc, '[]') AS "topics") d16
    WHERE (n16."school", n16."number") IN (SELECT n15."school", n15."number"
      FROM "requirement" n15
      WHERE n15."needs_school" = n0."school" AND n15."needs_number" = n0."number")) j16 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d19.*) ORDER BY n19."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY score DESC, finished, t."id") AS "pgsync order" FROM (SELECT *
        FROM "result"
        WHERE (score IS NOT NULL)) t
      WHERE t."quiz_school" = n0."school" AND t."quiz_number" = n0."number" ORDER BY "pgsync order" LIMIT 3) n19
    LEFT JOIN LATERAL (SELECT row_to_json(d20.*) AS doc
      FROM "player" n20
      CROSS JOIN LATERAL (SELECT n20."id"::bigint AS "id", n20."school" AS "school", n20."nick" AS "nick", n20."name" AS "name") d20
      WHERE n20."id" = n19."player_id") j20 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d21.*) ORDER BY n21."result_id", n21."position") AS doc
      FROM "choice" n21
      LEFT JOIN LATERAL (SELECT row_to_json(d22.*) AS doc
        FROM "answer" n22
        CROSS JOIN LATERAL (SELECT n22."letter" AS "letter", n22."body" AS "body", n22."correct" AS "correct") d22
        WHERE n22."quiz_school" = n21."quiz_school" AND n22."quiz_number" = n21."quiz_number" AND n22."position" = n21."position" AND n22."letter" = n21."letter") j22 ON true
      CROSS JOIN LATERAL (SELECT n21."result_id"::bigint AS "result_id", n21."position" AS "position", n21."letter" AS "letter", j22.doc AS "answer") d21
      WHERE n21."result_id" = n19."id") j21 ON true
    CROSS JOIN LATERAL (SELECT n19."id"::bigint AS "id", n19."score" AS "score", n19."finished" AS "finished", j20.doc AS "player", coalesce(j21.doc, '[]') AS "choices") d19) j19 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "result" n23
    WHERE n23."quiz_school" = n0."school" AND n23."quiz_number" = n0."number") j23 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "result"
        WHERE (score IS NULL)) t) n24
    WHERE n24."quiz_school" = n0."school" AND n24."quiz_number" = n0."number" LIMIT 1) j24 ON true
  LEFT JOIN LATERAL (SELECT avg(n25."score") AS doc
    FROM "result" n25
    WHERE n25."quiz_school" = n0."school" AND n25."quiz_number" = n0."number") j25 ON true
  LEFT JOIN LATERAL (SELECT min(n26."score") AS doc
    FROM "result" n26
    WHERE n26."quiz_school" = n0."school" AND n26."quiz_number" = n0."number") j26 ON true
  LEFT JOIN LATERAL (SELECT max(n27."score") AS doc
    FROM "result" n27
    WHERE n27."quiz_school" = n0."school" AND n27."quiz_number" = n0."number") j27 ON true
  LEFT JOIN LATERAL (SELECT sum(n28."points") AS doc
    FROM "question" n28
    WHERE n28."quiz_school" = n0."school" AND n28."quiz_number" = n0."number") j28 ON true
  CROSS JOIN LATERAL (SELECT n0."school" AS "school", n0."number" AS "number", n0."title" AS "title", n0."state" AS "state", n0."opens" AS "opens", j1.doc AS "held_at", j2.doc AS "author", j3.doc AS "reviewer", j4.doc AS "certificate", coalesce(j5.doc, '[]') AS "questions", coalesce(j10.doc, '[]') AS "topics", coalesce(j12.doc, '[]') AS "requires_first", coalesce(j16.doc, '[]') AS "leads_to", coalesce(j19.doc, '[]') AS "podium", coalesce(j23.doc, 0) AS "played", coalesce(j24.doc, false) AS "being_played", j25.doc AS "mean_score", j26.doc AS "worst_score", j27.doc AS "best_score", coalesce(j28.doc, 0) AS "points") d0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- bounds of the first page
WITH page AS (SELECT n0."school" AS k1, n0."number" AS k2
    FROM "quiz" n0
    WHERE n0."school" IS NOT NULL AND n0."number" IS NOT NULL ORDER BY n0."school", n0."number" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."school" AS k1, n0."number" AS k2
    FROM "quiz" n0
    WHERE (n0."school", n0."number") > ($2, $3) AND n0."number" IS NOT NULL ORDER BY n0."school", n0."number" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- owners of node 1, School held_at
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE n0."school" = ANY($1) AND n0."school" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 2, Player author
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."author_school", n0."author_nick") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n0."school" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 3, Player reviewer
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE n0."reviewer_id" = ANY($1) AND n0."school" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 4, Certificate certificate
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 5, Question questions
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 6, Player author
SELECT DISTINCT n5."quiz_school"::text, n5."quiz_number"::text
  FROM "question" n5
  WHERE n5."author_id" = ANY($1) AND n5."quiz_school" IS NOT NULL AND n5."quiz_number" IS NOT NULL;

-- owners of node 7, Answer answers
SELECT DISTINCT n5."quiz_school"::text, n5."quiz_number"::text
  FROM "question" n5
  WHERE (n5."quiz_school", n5."quiz_number", n5."position") IN (SELECT * FROM unnest($1, $2, $3) k(k1, k2, k3)) AND n5."quiz_school" IS NOT NULL AND n5."quiz_number" IS NOT NULL;

-- owners of node 8, Answer solution
SELECT DISTINCT n5."quiz_school"::text, n5."quiz_number"::text
  FROM "question" n5
  WHERE (n5."quiz_school", n5."quiz_number", n5."position") IN (SELECT * FROM unnest($1, $2, $3) k(k1, k2, k3)) AND n5."quiz_school" IS NOT NULL AND n5."quiz_number" IS NOT NULL;

-- owners of node 9, Quiz topics
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 10, Topic topics
SELECT DISTINCT n9."quiz_school"::text, n9."quiz_number"::text
  FROM "quiz_topic" n9
  WHERE n9."topic_name" = ANY($1) AND n9."quiz_school" IS NOT NULL AND n9."quiz_number" IS NOT NULL;

-- owners of node 11, Quiz requires_first
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 12, OtherQuiz requires_first
SELECT DISTINCT n11."school"::text, n11."number"::text
  FROM "requirement" n11
  WHERE (n11."needs_school", n11."needs_number") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n11."school" IS NOT NULL AND n11."number" IS NOT NULL;

-- owners of node 13, OtherQuiz topics
SELECT DISTINCT n11."school"::text, n11."number"::text
  FROM "quiz" n12
  JOIN "requirement" n11 ON n11."needs_school" = n12."school" AND n11."needs_number" = n12."number"
  WHERE (n12."school", n12."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n11."school" IS NOT NULL AND n11."number" IS NOT NULL;

-- owners of node 14, Topic topics
SELECT DISTINCT n11."school"::text, n11."number"::text
  FROM "quiz_topic" n13
  JOIN "quiz" n12 ON n12."school" = n13."quiz_school" AND n12."number" = n13."quiz_number"
  JOIN "requirement" n11 ON n11."needs_school" = n12."school" AND n11."needs_number" = n12."number"
  WHERE n13."topic_name" = ANY($1) AND n11."school" IS NOT NULL AND n11."number" IS NOT NULL;

-- owners of node 15, Quiz leads_to
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 16, OtherQuiz leads_to
SELECT DISTINCT n15."needs_school"::text, n15."needs_number"::text
  FROM "requirement" n15
  WHERE (n15."school", n15."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n15."needs_school" IS NOT NULL AND n15."needs_number" IS NOT NULL;

-- owners of node 17, OtherQuiz topics
SELECT DISTINCT n15."needs_school"::text, n15."needs_number"::text
  FROM "quiz" n16
  JOIN "requirement" n15 ON n15."school" = n16."school" AND n15."number" = n16."number"
  WHERE (n16."school", n16."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n15."needs_school" IS NOT NULL AND n15."needs_number" IS NOT NULL;

-- owners of node 18, Topic topics
SELECT DISTINCT n15."needs_school"::text, n15."needs_number"::text
  FROM "quiz_topic" n17
  JOIN "quiz" n16 ON n16."school" = n17."quiz_school" AND n16."number" = n17."quiz_number"
  JOIN "requirement" n15 ON n15."school" = n16."school" AND n15."number" = n16."number"
  WHERE n17."topic_name" = ANY($1) AND n15."needs_school" IS NOT NULL AND n15."needs_number" IS NOT NULL;

-- owners of node 19, Result podium
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 20, Player player
SELECT DISTINCT n19."quiz_school"::text, n19."quiz_number"::text
  FROM "result" n19
  WHERE n19."player_id" = ANY($1) AND n19."quiz_school" IS NOT NULL AND n19."quiz_number" IS NOT NULL;

-- owners of node 21, Choice choices
SELECT DISTINCT n19."quiz_school"::text, n19."quiz_number"::text
  FROM "result" n19
  WHERE n19."id" = ANY($1) AND n19."quiz_school" IS NOT NULL AND n19."quiz_number" IS NOT NULL;

-- owners of node 22, Answer answer
SELECT DISTINCT n19."quiz_school"::text, n19."quiz_number"::text
  FROM "choice" n21
  JOIN "result" n19 ON n19."id" = n21."result_id"
  WHERE (n21."quiz_school", n21."quiz_number", n21."position", n21."letter") IN (SELECT * FROM unnest($1, $2, $3, $4) k(k1, k2, k3, k4)) AND n19."quiz_school" IS NOT NULL AND n19."quiz_number" IS NOT NULL;

-- owners of node 23, Result played
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 24, Result being_played
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 25, Result mean_score
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 26, Result worst_score
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 27, Result best_score
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 28, Question points
SELECT DISTINCT n0."school"::text, n0."number"::text
  FROM "quiz" n0
  WHERE (n0."school", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));
