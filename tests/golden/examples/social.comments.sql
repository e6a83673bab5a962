-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "comment" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "user" n1
    CROSS JOIN LATERAL (SELECT n1."id"::bigint AS "id", n1."name" AS "name") d1
    WHERE n1."id" = n0."author_id") j1 ON true
  CROSS JOIN LATERAL (SELECT row_to_json(d2.*) AS doc FROM (SELECT 1) e2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "post" n3
      LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
        FROM "user" n4
        CROSS JOIN LATERAL (SELECT n4."id"::bigint AS "id", n4."name" AS "name") d4
        WHERE n4."id" = n3."author_id") j4 ON true
      LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d6.*) ORDER BY n6."name") AS doc
        FROM "tag" n6
        CROSS JOIN LATERAL (SELECT n6."name" AS "name", n6."label" AS "label") d6
        WHERE (n6."name") IN (SELECT n5."tag_name"
          FROM "post_tag" n5
          WHERE n5."post_id" = n3."id")) j6 ON true
      LEFT JOIN LATERAL (SELECT json_agg(n8."name" ORDER BY n8."id") AS doc
        FROM "group" n8
        WHERE (n8."id") IN (SELECT n7."group_id"
          FROM "group_post" n7
          WHERE n7."post_id" = n3."id")) j8 ON true
      LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d9.*) ORDER BY n9."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY written DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
            FROM "comment"
            WHERE (subject_type = 'post' AND NOT hidden)) t
          WHERE t."subject_id" = n3."id") n9
        LEFT JOIN LATERAL (SELECT row_to_json(d10.*) AS doc
          FROM "user" n10
          CROSS JOIN LATERAL (SELECT n10."id"::bigint AS "id", n10."name" AS "name") d10
          WHERE n10."id" = n9."author_id") j10 ON true
        CROSS JOIN LATERAL (SELECT n9."id"::bigint AS "id", n9."body" AS "body", n9."written" AS "written", j10.doc AS "author") d9) j9 ON true
      CROSS JOIN LATERAL (SELECT n3."id"::bigint AS "id", n3."title" AS "title", n3."state" AS "state", n3."score" AS "score", n3."created" AS "created", j4.doc AS "author", coalesce(j6.doc, '[]') AS "tags", coalesce(j8.doc, '[]') AS "shown_in", coalesce(j9.doc, '[]') AS "comments") d3
      WHERE n3."id" = n0."subject_id" AND n0."subject_type"::text = 'post') j3 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d11.*) AS doc
      FROM "photo" n11
      LEFT JOIN LATERAL (SELECT row_to_json(d12.*) AS doc
        FROM "user" n12
        CROSS JOIN LATERAL (SELECT n12."id"::bigint AS "id", n12."name" AS "name") d12
        WHERE n12."id" = n11."owner_id") j12 ON true
      LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
            FROM "comment"
            WHERE (subject_type = 'photo')) t) n13
        WHERE n13."subject_id" = n11."id") j13 ON true
      CROSS JOIN LATERAL (SELECT n11."id"::bigint AS "id", n11."caption" AS "caption", n11."taken" AS "taken", j12.doc AS "owner", coalesce(j13.doc, 0) AS "comments") d11
      WHERE n11."id" = n0."subject_id" AND n0."subject_type"::text = 'photo') j11 ON true
    CROSS JOIN LATERAL (SELECT j3.doc AS "post", j11.doc AS "photo") d2) j2
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."body" AS "body", n0."subject_type" AS "subject_type", n0."written" AS "written", j1.doc AS "author", j2.doc AS "subject") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "comment" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "user" n1
    CROSS JOIN LATERAL (SELECT n1."id"::bigint AS "id", n1."name" AS "name") d1
    WHERE n1."id" = n0."author_id") j1 ON true
  CROSS JOIN LATERAL (SELECT row_to_json(d2.*) AS doc FROM (SELECT 1) e2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "post" n3
      LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
        FROM "user" n4
        CROSS JOIN LATERAL (SELECT n4."id"::bigint AS "id", n4."name" AS "name") d4
        WHERE n4."id" = n3."author_id") j4 ON true
      LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d6.*) ORDER BY n6."name") AS doc
        FROM "tag" n6
        CROSS JOIN LATERAL (SELECT n6."name" AS "name", n6."label" AS "label") d6
        WHERE (n6."name") IN (SELECT n5."tag_name"
          FROM "post_tag" n5
          WHERE n5."post_id" = n3."id")) j6 ON true
      LEFT JOIN LATERAL (SELECT json_agg(n8."name" ORDER BY n8."id") AS doc
        FROM "group" n8
        WHERE (n8."id") IN (SELECT n7."group_id"
          FROM "group_post" n7
          WHERE n7."post_id" = n3."id")) j8 ON true
      LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d9.*) ORDER BY n9."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY written DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
            FROM "comment"
            WHERE (subject_type = 'post' AND NOT hidden)) t
          WHERE t."subject_id" = n3."id") n9
        LEFT JOIN LATERAL (SELECT row_to_json(d10.*) AS doc
          FROM "user" n10
          CROSS JOIN LATERAL (SELECT n10."id"::bigint AS "id", n10."name" AS "name") d10
          WHERE n10."id" = n9."author_id") j10 ON true
        CROSS JOIN LATERAL (SELECT n9."id"::bigint AS "id", n9."body" AS "body", n9."written" AS "written", j10.doc AS "author") d9) j9 ON true
      CROSS JOIN LATERAL (SELECT n3."id"::bigint AS "id", n3."title" AS "title", n3."state" AS "state", n3."score" AS "score", n3."created" AS "created", j4.doc AS "author", coalesce(j6.doc, '[]') AS "tags", coalesce(j8.doc, '[]') AS "shown_in", coalesce(j9.doc, '[]') AS "comments") d3
      WHERE n3."id" = n0."subject_id" AND n0."subject_type"::text = 'post') j3 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d11.*) AS doc
      FROM "photo" n11
      LEFT JOIN LATERAL (SELECT row_to_json(d12.*) AS doc
        FROM "user" n12
        CROSS JOIN LATERAL (SELECT n12."id"::bigint AS "id", n12."name" AS "name") d12
        WHERE n12."id" = n11."owner_id") j12 ON true
      LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
            FROM "comment"
            WHERE (subject_type = 'photo')) t) n13
        WHERE n13."subject_id" = n11."id") j13 ON true
      CROSS JOIN LATERAL (SELECT n11."id"::bigint AS "id", n11."caption" AS "caption", n11."taken" AS "taken", j12.doc AS "owner", coalesce(j13.doc, 0) AS "comments") d11
      WHERE n11."id" = n0."subject_id" AND n0."subject_type"::text = 'photo') j11 ON true
    CROSS JOIN LATERAL (SELECT j3.doc AS "post", j11.doc AS "photo") d2) j2
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."body" AS "body", n0."subject_type" AS "subject_type", n0."written" AS "written", j1.doc AS "author", j2.doc AS "subject") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "comment" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "comment" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Someone author
SELECT DISTINCT n0."id"::text
  FROM "comment" n0
  WHERE n0."author_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 3, Post post
SELECT DISTINCT n0."id"::text
  FROM "comment" n0
  WHERE n0."subject_id" = ANY($1) AND n0."subject_type"::text = 'post' AND n0."id" IS NOT NULL;

-- owners of node 4, Someone author
SELECT DISTINCT n0."id"::text
  FROM "post" n3
  JOIN "comment" n0 ON n0."subject_id" = n3."id" AND n0."subject_type"::text = 'post'
  WHERE n3."author_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 5, Post tags
SELECT DISTINCT n0."id"::text
  FROM "post" n3
  JOIN "comment" n0 ON n0."subject_id" = n3."id" AND n0."subject_type"::text = 'post'
  WHERE n3."id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 6, Tag tags
SELECT DISTINCT n0."id"::text
  FROM "post_tag" n5
  JOIN "post" n3 ON n3."id" = n5."post_id"
  JOIN "comment" n0 ON n0."subject_id" = n3."id" AND n0."subject_type"::text = 'post'
  WHERE n5."tag_name" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 7, Post shown_in
SELECT DISTINCT n0."id"::text
  FROM "post" n3
  JOIN "comment" n0 ON n0."subject_id" = n3."id" AND n0."subject_type"::text = 'post'
  WHERE n3."id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 8, Group shown_in
SELECT DISTINCT n0."id"::text
  FROM "group_post" n7
  JOIN "post" n3 ON n3."id" = n7."post_id"
  JOIN "comment" n0 ON n0."subject_id" = n3."id" AND n0."subject_type"::text = 'post'
  WHERE n7."group_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 9, Remark comments
SELECT DISTINCT n0."id"::text
  FROM "post" n3
  JOIN "comment" n0 ON n0."subject_id" = n3."id" AND n0."subject_type"::text = 'post'
  WHERE n3."id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 10, Someone author
SELECT DISTINCT n0."id"::text
  FROM "comment" n9
  JOIN "post" n3 ON n3."id" = n9."subject_id"
  JOIN "comment" n0 ON n0."subject_id" = n3."id" AND n0."subject_type"::text = 'post'
  WHERE n9."author_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 11, Photo photo
SELECT DISTINCT n0."id"::text
  FROM "comment" n0
  WHERE n0."subject_id" = ANY($1) AND n0."subject_type"::text = 'photo' AND n0."id" IS NOT NULL;

-- owners of node 12, Someone owner
SELECT DISTINCT n0."id"::text
  FROM "photo" n11
  JOIN "comment" n0 ON n0."subject_id" = n11."id" AND n0."subject_type"::text = 'photo'
  WHERE n11."owner_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 13, Remark comments
SELECT DISTINCT n0."id"::text
  FROM "photo" n11
  JOIN "comment" n0 ON n0."subject_id" = n11."id" AND n0."subject_type"::text = 'photo'
  WHERE n11."id" = ANY($1) AND n0."id" IS NOT NULL;
