-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "user" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d2.*) ORDER BY n2."id") AS doc
    FROM "user" n2
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d4.*) ORDER BY n4."id") AS doc
      FROM "group" n4
      LEFT JOIN LATERAL (SELECT count(*) AS doc
        FROM "user" n6
        WHERE (n6."id") IN (SELECT n5."user_id"
          FROM "membership" n5
          WHERE n5."group_id" = n4."id")) j6 ON true
      CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."name" AS "name", n4."private" AS "private", coalesce(j6.doc, 0) AS "members") d4
      WHERE (n4."id") IN (SELECT n3."group_id"
        FROM "membership" n3
        WHERE n3."user_id" = n2."id")) j4 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n8."name" ORDER BY n8."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY name, t."id") AS "pgsync order" FROM (SELECT *
          FROM "user") t
        WHERE (t."id") IN (SELECT n7."follower_id"
          FROM "follow" n7
          WHERE n7."followed_id" = n2."id") ORDER BY "pgsync order" LIMIT 2) n8) j8 ON true
    CROSS JOIN LATERAL (SELECT n2."id"::bigint AS "id", n2."name" AS "name", coalesce(j4.doc, '[]') AS "groups", coalesce(j8.doc, '[]') AS "followers") d2
    WHERE (n2."id") IN (SELECT n1."followed_id"
      FROM "follow" n1
      WHERE n1."follower_id" = n0."id")) j2 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n11."name" ORDER BY n11."id") AS doc
    FROM "user" n11
    WHERE (n11."id") IN (SELECT n10."followed_id"
      FROM "follow" n10
      JOIN "follow" n9 ON n10."follower_id" = n9."followed_id"
      WHERE n9."follower_id" = n0."id")) j11 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "user" n13
    WHERE (n13."id") IN (SELECT n12."follower_id"
      FROM "follow" n12
      WHERE n12."followed_id" = n0."id")) j13 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d15.*) ORDER BY n15."id") AS doc
    FROM "group" n15
    LEFT JOIN LATERAL (SELECT count(*) AS doc
      FROM "user" n17
      WHERE (n17."id") IN (SELECT n16."user_id"
        FROM "membership" n16
        WHERE n16."group_id" = n15."id")) j17 ON true
    CROSS JOIN LATERAL (SELECT n15."id" AS "id", n15."name" AS "name", n15."private" AS "private", coalesce(j17.doc, 0) AS "members") d15
    WHERE (n15."id") IN (SELECT n14."group_id"
      FROM "membership" n14
      WHERE n14."user_id" = n0."id")) j15 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "group"
        WHERE (private)) t) n19
    WHERE (n19."id") IN (SELECT n18."group_id"
      FROM "membership" n18
      WHERE n18."user_id" = n0."id") LIMIT 1) j19 ON true
  LEFT JOIN (SELECT n20."author_id" AS l1, json_agg(row_to_json(d20.*) ORDER BY n20."id") AS doc
    FROM "post" n20
    LEFT JOIN LATERAL (SELECT row_to_json(d21.*) AS doc
      FROM "user" n21
      CROSS JOIN LATERAL (SELECT n21."id"::bigint AS "id", n21."name" AS "name") d21
      WHERE n21."id" = n20."author_id") j21 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d23.*) ORDER BY n23."name") AS doc
      FROM "tag" n23
      CROSS JOIN LATERAL (SELECT n23."name" AS "name", n23."label" AS "label") d23
      WHERE (n23."name") IN (SELECT n22."tag_name"
        FROM "post_tag" n22
        WHERE n22."post_id" = n20."id")) j23 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n25."name" ORDER BY n25."id") AS doc
      FROM "group" n25
      WHERE (n25."id") IN (SELECT n24."group_id"
        FROM "group_post" n24
        WHERE n24."post_id" = n20."id")) j25 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d26.*) ORDER BY n26."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY written DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
          FROM "comment"
          WHERE (subject_type = 'post' AND NOT hidden)) t
        WHERE t."subject_id" = n20."id") n26
      LEFT JOIN LATERAL (SELECT row_to_json(d27.*) AS doc
        FROM "user" n27
        CROSS JOIN LATERAL (SELECT n27."id"::bigint AS "id", n27."name" AS "name") d27
        WHERE n27."id" = n26."author_id") j27 ON true
      CROSS JOIN LATERAL (SELECT n26."id"::bigint AS "id", n26."body" AS "body", n26."written" AS "written", j27.doc AS "author") d26) j26 ON true
    CROSS JOIN LATERAL (SELECT n20."id"::bigint AS "id", n20."title" AS "title", n20."state" AS "state", n20."score" AS "score", n20."created" AS "created", j21.doc AS "author", coalesce(j23.doc, '[]') AS "tags", coalesce(j25.doc, '[]') AS "shown_in", coalesce(j26.doc, '[]') AS "comments") d20
    WHERE (n20."author_id") >= ($1) AND (n20."author_id") <= ($2) GROUP BY n20."author_id") j20 ON j20.l1 = n0."id"
  LEFT JOIN (SELECT n28."author_id" AS l1, true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "comment"
        WHERE (NOT hidden)) t) n28
    WHERE (n28."author_id") >= ($1) AND (n28."author_id") <= ($2) GROUP BY n28."author_id") j28 ON j28.l1 = n0."id"
  LEFT JOIN LATERAL (SELECT json_agg(n31."name" ORDER BY n31."name") AS doc
    FROM "tag" n31
    WHERE (n31."name") IN (SELECT n30."tag_name"
      FROM "post_tag" n30
      JOIN "post" n29 ON n30."post_id" = n29."id"
      WHERE n29."author_id" = n0."id")) j31 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d34.*) ORDER BY n34."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY created DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "post"
        WHERE (state = 'public')) t
      WHERE (t."id") IN (SELECT n33."post_id"
        FROM "group_post" n33
        JOIN "membership" n32 ON n33."group_id" = n32."group_id"
        WHERE n32."user_id" = n0."id") ORDER BY "pgsync order" LIMIT 3) n34
    LEFT JOIN LATERAL (SELECT row_to_json(d35.*) AS doc
      FROM "user" n35
      CROSS JOIN LATERAL (SELECT n35."id"::bigint AS "id", n35."name" AS "name") d35
      WHERE n35."id" = n34."author_id") j35 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d37.*) ORDER BY n37."name") AS doc
      FROM "tag" n37
      CROSS JOIN LATERAL (SELECT n37."name" AS "name", n37."label" AS "label") d37
      WHERE (n37."name") IN (SELECT n36."tag_name"
        FROM "post_tag" n36
        WHERE n36."post_id" = n34."id")) j37 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n39."name" ORDER BY n39."id") AS doc
      FROM "group" n39
      WHERE (n39."id") IN (SELECT n38."group_id"
        FROM "group_post" n38
        WHERE n38."post_id" = n34."id")) j39 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d40.*) ORDER BY n40."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY written DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
          FROM "comment"
          WHERE (subject_type = 'post' AND NOT hidden)) t
        WHERE t."subject_id" = n34."id") n40
      LEFT JOIN LATERAL (SELECT row_to_json(d41.*) AS doc
        FROM "user" n41
        CROSS JOIN LATERAL (SELECT n41."id"::bigint AS "id", n41."name" AS "name") d41
        WHERE n41."id" = n40."author_id") j41 ON true
      CROSS JOIN LATERAL (SELECT n40."id"::bigint AS "id", n40."body" AS "body", n40."written" AS "written", j41.doc AS "author") d40) j40 ON true
    CROSS JOIN LATERAL (SELECT n34."id"::bigint AS "id", n34."title" AS "title", n34."state" AS "state", n34."score" AS "score", n34."created" AS "created", j35.doc AS "author", coalesce(j37.doc, '[]') AS "tags", coalesce(j39.doc, '[]') AS "shown_in", coalesce(j40.doc, '[]') AS "comments") d34) j34 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "post"
        WHERE (state <> 'deleted')) t) n44
    WHERE (n44."id") IN (SELECT n43."post_id"
      FROM "group_post" n43
      JOIN "membership" n42 ON n43."group_id" = n42."group_id"
      WHERE n42."user_id" = n0."id")) j44 ON true
  LEFT JOIN LATERAL (SELECT sum(n47."score") AS doc
    FROM "post" n47
    WHERE (n47."id") IN (SELECT n46."post_id"
      FROM "group_post" n46
      JOIN "membership" n45 ON n46."group_id" = n45."group_id"
      WHERE n45."user_id" = n0."id")) j47 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n51."name"::text, n51."label" ORDER BY n51."name"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."name" ORDER BY t."name") AS "pgsync order" FROM (SELECT *
        FROM "tag") t
      WHERE (t."name") IN (SELECT n50."tag_name"
        FROM "post_tag" n50
        JOIN "group_post" n49 ON n50."post_id" = n49."post_id"
        JOIN "membership" n48 ON n49."group_id" = n48."group_id"
        WHERE n48."user_id" = n0."id")) n51
    WHERE n51."pgsync order" = 1 AND n51."name" IS NOT NULL) j51 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n53."title" ORDER BY n53."id") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "post"
        WHERE (state = 'public')) t) n53
    WHERE (n53."author_id") IN (SELECT n52."followed_id"
      FROM "follow" n52
      WHERE n52."follower_id" = n0."id")) j53 ON true
  LEFT JOIN LATERAL (SELECT max(n55."created") AS doc
    FROM "post" n55
    WHERE (n55."author_id") IN (SELECT n54."followed_id"
      FROM "follow" n54
      WHERE n54."follower_id" = n0."id")) j55 ON true
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."name" AS "name", n0."email" AS "email", n0."born" AS "born", coalesce(j2.doc, '[]') AS "following", coalesce(j11.doc, '[]') AS "two_steps_away", coalesce(j13.doc, 0) AS "followers", coalesce(j15.doc, '[]') AS "groups", coalesce(j19.doc, false) AS "in_private_group", coalesce(j20.doc, '[]') AS "posts", coalesce(j28.doc, false) AS "has_commented", coalesce(j31.doc, '[]') AS "writes_about", coalesce(j34.doc, '[]') AS "feed", coalesce(j44.doc, 0) AS "readable_posts", coalesce(j47.doc, 0) AS "reachable_score", coalesce(j51.doc, '{}') AS "feed_tags", coalesce(j53.doc, '[]') AS "followed_posts", j55.doc AS "latest_followed") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "user" n0
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d2.*) ORDER BY n2."id") AS doc
    FROM "user" n2
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d4.*) ORDER BY n4."id") AS doc
      FROM "group" n4
      LEFT JOIN LATERAL (SELECT count(*) AS doc
        FROM "user" n6
        WHERE (n6."id") IN (SELECT n5."user_id"
          FROM "membership" n5
          WHERE n5."group_id" = n4."id")) j6 ON true
      CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."name" AS "name", n4."private" AS "private", coalesce(j6.doc, 0) AS "members") d4
      WHERE (n4."id") IN (SELECT n3."group_id"
        FROM "membership" n3
        WHERE n3."user_id" = n2."id")) j4 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n8."name" ORDER BY n8."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY name, t."id") AS "pgsync order" FROM (SELECT *
          FROM "user") t
        WHERE (t."id") IN (SELECT n7."follower_id"
          FROM "follow" n7
          WHERE n7."followed_id" = n2."id") ORDER BY "pgsync order" LIMIT 2) n8) j8 ON true
    CROSS JOIN LATERAL (SELECT n2."id"::bigint AS "id", n2."name" AS "name", coalesce(j4.doc, '[]') AS "groups", coalesce(j8.doc, '[]') AS "followers") d2
    WHERE (n2."id") IN (SELECT n1."followed_id"
      FROM "follow" n1
      WHERE n1."follower_id" = n0."id")) j2 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n11."name" ORDER BY n11."id") AS doc
    FROM "user" n11
    WHERE (n11."id") IN (SELECT n10."followed_id"
      FROM "follow" n10
      JOIN "follow" n9 ON n10."follower_id" = n9."followed_id"
      WHERE n9."follower_id" = n0."id")) j11 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "user" n13
    WHERE (n13."id") IN (SELECT n12."follower_id"
      FROM "follow" n12
      WHERE n12."followed_id" = n0."id")) j13 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d15.*) ORDER BY n15."id") AS doc
    FROM "group" n15
    LEFT JOIN LATERAL (SELECT count(*) AS doc
      FROM "user" n17
      WHERE (n17."id") IN (SELECT n16."user_id"
        FROM "membership" n16
        WHERE n16."group_id" = n15."id")) j17 ON true
    CROSS JOIN LATERAL (SELECT n15."id" AS "id", n15."name" AS "name", n15."private" AS "private", coalesce(j17.doc, 0) AS "members") d15
    WHERE (n15."id") IN (SELECT n14."group_id"
      FROM "membership" n14
      WHERE n14."user_id" = n0."id")) j15 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "group"
        WHERE (private)) t) n19
    WHERE (n19."id") IN (SELECT n18."group_id"
      FROM "membership" n18
      WHERE n18."user_id" = n0."id") LIMIT 1) j19 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d20.*) ORDER BY n20."id") AS doc
    FROM "post" n20
    LEFT JOIN LATERAL (SELECT row_to_json(d21.*) AS doc
      FROM "user" n21
      CROSS JOIN LATERAL (SELECT n21."id"::bigint AS "id", n21."name" AS "name") d21
      WHERE n21."id" = n20."author_id") j21 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d23.*) ORDER BY n23."name") AS doc
      FROM "tag" n23
      CROSS JOIN LATERAL (SELECT n23."name" AS "name", n23."label" AS "label") d23
      WHERE (n23."name") IN (SELECT n22."tag_name"
        FROM "post_tag" n22
        WHERE n22."post_id" = n20."id")) j23 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n25."name" ORDER BY n25."id") AS doc
      FROM "group" n25
      WHERE (n25."id") IN (SELECT n24."group_id"
        FROM "group_post" n24
        WHERE n24."post_id" = n20."id")) j25 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d26.*) ORDER BY n26."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY written DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
          FROM "comment"
          WHERE (subject_type = 'post' AND NOT hidden)) t
        WHERE t."subject_id" = n20."id") n26
      LEFT JOIN LATERAL (SELECT row_to_json(d27.*) AS doc
        FROM "user" n27
        CROSS JOIN LATERAL (SELECT n27."id"::bigint AS "id", n27."name" AS "name") d27
        WHERE n27."id" = n26."author_id") j27 ON true
      CROSS JOIN LATERAL (SELECT n26."id"::bigint AS "id", n26."body" AS "body", n26."written" AS "written", j27.doc AS "author") d26) j26 ON true
    CROSS JOIN LATERAL (SELECT n20."id"::bigint AS "id", n20."title" AS "title", n20."state" AS "state", n20."score" AS "score", n20."created" AS "created", j21.doc AS "author", coalesce(j23.doc, '[]') AS "tags", coalesce(j25.doc, '[]') AS "shown_in", coalesce(j26.doc, '[]') AS "comments") d20
    WHERE n20."author_id" = n0."id") j20 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "comment"
        WHERE (NOT hidden)) t) n28
    WHERE n28."author_id" = n0."id" LIMIT 1) j28 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n31."name" ORDER BY n31."name") AS doc
    FROM "tag" n31
    WHERE (n31."name") IN (SELECT n30."tag_name"
      FROM "post_tag" n30
      JOIN "post" n29 ON n30."post_id" = n29."id"
      WHERE n29."author_id" = n0."id")) j31 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d34.*) ORDER BY n34."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY created DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "post"
        WHERE (state = 'public')) t
      WHERE (t."id") IN (SELECT n33."post_id"
        FROM "group_post" n33
        JOIN "membership" n32 ON n33."group_id" = n32."group_id"
        WHERE n32."user_id" = n0."id") ORDER BY "pgsync order" LIMIT 3) n34
    LEFT JOIN LATERAL (SELECT row_to_json(d35.*) AS doc
      FROM "user" n35
      CROSS JOIN LATERAL (SELECT n35."id"::bigint AS "id", n35."name" AS "name") d35
      WHERE n35."id" = n34."author_id") j35 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d37.*) ORDER BY n37."name") AS doc
      FROM "tag" n37
      CROSS JOIN LATERAL (SELECT n37."name" AS "name", n37."label" AS "label") d37
      WHERE (n37."name") IN (SELECT n36."tag_name"
        FROM "post_tag" n36
        WHERE n36."post_id" = n34."id")) j37 ON true
    LEFT JOIN LATERAL (SELECT json_agg(n39."name" ORDER BY n39."id") AS doc
      FROM "group" n39
      WHERE (n39."id") IN (SELECT n38."group_id"
        FROM "group_post" n38
        WHERE n38."post_id" = n34."id")) j39 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d40.*) ORDER BY n40."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY written DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
          FROM "comment"
          WHERE (subject_type = 'post' AND NOT hidden)) t
        WHERE t."subject_id" = n34."id") n40
      LEFT JOIN LATERAL (SELECT row_to_json(d41.*) AS doc
        FROM "user" n41
        CROSS JOIN LATERAL (SELECT n41."id"::bigint AS "id", n41."name" AS "name") d41
        WHERE n41."id" = n40."author_id") j41 ON true
      CROSS JOIN LATERAL (SELECT n40."id"::bigint AS "id", n40."body" AS "body", n40."written" AS "written", j41.doc AS "author") d40) j40 ON true
    CROSS JOIN LATERAL (SELECT n34."id"::bigint AS "id", n34."title" AS "title", n34."state" AS "state", n34."score" AS "score", n34."created" AS "created", j35.doc AS "author", coalesce(j37.doc, '[]') AS "tags", coalesce(j39.doc, '[]') AS "shown_in", coalesce(j40.doc, '[]') AS "comments") d34) j34 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "post"
        WHERE (state <> 'deleted')) t) n44
    WHERE (n44."id") IN (SELECT n43."post_id"
      FROM "group_post" n43
      JOIN "membership" n42 ON n43."group_id" = n42."group_id"
      WHERE n42."user_id" = n0."id")) j44 ON true
  LEFT JOIN LATERAL (SELECT sum(n47."score") AS doc
    FROM "post" n47
    WHERE (n47."id") IN (SELECT n46."post_id"
      FROM "group_post" n46
      JOIN "membership" n45 ON n46."group_id" = n45."group_id"
      WHERE n45."user_id" = n0."id")) j47 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n51."name"::text, n51."label" ORDER BY n51."name"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."name" ORDER BY t."name") AS "pgsync order" FROM (SELECT *
        FROM "tag") t
      WHERE (t."name") IN (SELECT n50."tag_name"
        FROM "post_tag" n50
        JOIN "group_post" n49 ON n50."post_id" = n49."post_id"
        JOIN "membership" n48 ON n49."group_id" = n48."group_id"
        WHERE n48."user_id" = n0."id")) n51
    WHERE n51."pgsync order" = 1 AND n51."name" IS NOT NULL) j51 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n53."title" ORDER BY n53."id") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "post"
        WHERE (state = 'public')) t) n53
    WHERE (n53."author_id") IN (SELECT n52."followed_id"
      FROM "follow" n52
      WHERE n52."follower_id" = n0."id")) j53 ON true
  LEFT JOIN LATERAL (SELECT max(n55."created") AS doc
    FROM "post" n55
    WHERE (n55."author_id") IN (SELECT n54."followed_id"
      FROM "follow" n54
      WHERE n54."follower_id" = n0."id")) j55 ON true
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."name" AS "name", n0."email" AS "email", n0."born" AS "born", coalesce(j2.doc, '[]') AS "following", coalesce(j11.doc, '[]') AS "two_steps_away", coalesce(j13.doc, 0) AS "followers", coalesce(j15.doc, '[]') AS "groups", coalesce(j19.doc, false) AS "in_private_group", coalesce(j20.doc, '[]') AS "posts", coalesce(j28.doc, false) AS "has_commented", coalesce(j31.doc, '[]') AS "writes_about", coalesce(j34.doc, '[]') AS "feed", coalesce(j44.doc, 0) AS "readable_posts", coalesce(j47.doc, 0) AS "reachable_score", coalesce(j51.doc, '{}') AS "feed_tags", coalesce(j53.doc, '[]') AS "followed_posts", j55.doc AS "latest_followed") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "user" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "user" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, User following
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 2, Followed following
SELECT DISTINCT n1."follower_id"::text
  FROM "follow" n1
  WHERE n1."followed_id" = ANY($1) AND n1."follower_id" IS NOT NULL;

-- owners of node 3, Followed groups
SELECT DISTINCT n1."follower_id"::text
  FROM "user" n2
  JOIN "follow" n1 ON n1."followed_id" = n2."id"
  WHERE n2."id" = ANY($1) AND n1."follower_id" IS NOT NULL;

-- owners of node 4, Group groups
SELECT DISTINCT n1."follower_id"::text
  FROM "membership" n3
  JOIN "user" n2 ON n2."id" = n3."user_id"
  JOIN "follow" n1 ON n1."followed_id" = n2."id"
  WHERE n3."group_id" = ANY($1) AND n1."follower_id" IS NOT NULL;

-- owners of node 5, Group members
SELECT DISTINCT n1."follower_id"::text
  FROM "group" n4
  JOIN "membership" n3 ON n3."group_id" = n4."id"
  JOIN "user" n2 ON n2."id" = n3."user_id"
  JOIN "follow" n1 ON n1."followed_id" = n2."id"
  WHERE n4."id" = ANY($1) AND n1."follower_id" IS NOT NULL;

-- owners of node 6, Someone members
SELECT DISTINCT n1."follower_id"::text
  FROM "membership" n5
  JOIN "group" n4 ON n4."id" = n5."group_id"
  JOIN "membership" n3 ON n3."group_id" = n4."id"
  JOIN "user" n2 ON n2."id" = n3."user_id"
  JOIN "follow" n1 ON n1."followed_id" = n2."id"
  WHERE n5."user_id" = ANY($1) AND n1."follower_id" IS NOT NULL;

-- owners of node 7, Followed followers
SELECT DISTINCT n1."follower_id"::text
  FROM "user" n2
  JOIN "follow" n1 ON n1."followed_id" = n2."id"
  WHERE n2."id" = ANY($1) AND n1."follower_id" IS NOT NULL;

-- owners of node 8, Someone followers
SELECT DISTINCT n1."follower_id"::text
  FROM "follow" n7
  JOIN "user" n2 ON n2."id" = n7."followed_id"
  JOIN "follow" n1 ON n1."followed_id" = n2."id"
  WHERE n7."follower_id" = ANY($1) AND n1."follower_id" IS NOT NULL;

-- owners of node 9, User two_steps_away
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 10, User two_steps_away
SELECT DISTINCT n9."follower_id"::text
  FROM "follow" n9
  WHERE n9."followed_id" = ANY($1) AND n9."follower_id" IS NOT NULL;

-- owners of node 11, Someone two_steps_away
SELECT DISTINCT n9."follower_id"::text
  FROM "follow" n10
  JOIN "follow" n9 ON n9."followed_id" = n10."follower_id"
  WHERE n10."followed_id" = ANY($1) AND n9."follower_id" IS NOT NULL;

-- owners of node 12, User followers
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 13, Someone followers
SELECT DISTINCT n12."followed_id"::text
  FROM "follow" n12
  WHERE n12."follower_id" = ANY($1) AND n12."followed_id" IS NOT NULL;

-- owners of node 14, User groups
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 15, Group groups
SELECT DISTINCT n14."user_id"::text
  FROM "membership" n14
  WHERE n14."group_id" = ANY($1) AND n14."user_id" IS NOT NULL;

-- owners of node 16, Group members
SELECT DISTINCT n14."user_id"::text
  FROM "group" n15
  JOIN "membership" n14 ON n14."group_id" = n15."id"
  WHERE n15."id" = ANY($1) AND n14."user_id" IS NOT NULL;

-- owners of node 17, Someone members
SELECT DISTINCT n14."user_id"::text
  FROM "membership" n16
  JOIN "group" n15 ON n15."id" = n16."group_id"
  JOIN "membership" n14 ON n14."group_id" = n15."id"
  WHERE n16."user_id" = ANY($1) AND n14."user_id" IS NOT NULL;

-- owners of node 18, User in_private_group
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 19, Group in_private_group
SELECT DISTINCT n18."user_id"::text
  FROM "membership" n18
  WHERE n18."group_id" = ANY($1) AND n18."user_id" IS NOT NULL;

-- owners of node 20, Post posts
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 21, Someone author
SELECT DISTINCT n20."author_id"::text
  FROM "post" n20
  WHERE n20."author_id" = ANY($1) AND n20."author_id" IS NOT NULL;

-- owners of node 22, Post tags
SELECT DISTINCT n20."author_id"::text
  FROM "post" n20
  WHERE n20."id" = ANY($1) AND n20."author_id" IS NOT NULL;

-- owners of node 23, Tag tags
SELECT DISTINCT n20."author_id"::text
  FROM "post_tag" n22
  JOIN "post" n20 ON n20."id" = n22."post_id"
  WHERE n22."tag_name" = ANY($1) AND n20."author_id" IS NOT NULL;

-- owners of node 24, Post shown_in
SELECT DISTINCT n20."author_id"::text
  FROM "post" n20
  WHERE n20."id" = ANY($1) AND n20."author_id" IS NOT NULL;

-- owners of node 25, Group shown_in
SELECT DISTINCT n20."author_id"::text
  FROM "group_post" n24
  JOIN "post" n20 ON n20."id" = n24."post_id"
  WHERE n24."group_id" = ANY($1) AND n20."author_id" IS NOT NULL;

-- owners of node 26, Remark comments
SELECT DISTINCT n20."author_id"::text
  FROM "post" n20
  WHERE n20."id" = ANY($1) AND n20."author_id" IS NOT NULL;

-- owners of node 27, Someone author
SELECT DISTINCT n20."author_id"::text
  FROM "comment" n26
  JOIN "post" n20 ON n20."id" = n26."subject_id"
  WHERE n26."author_id" = ANY($1) AND n20."author_id" IS NOT NULL;

-- owners of node 28, Remark has_commented
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 29, User writes_about
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 30, User writes_about
SELECT DISTINCT n29."author_id"::text
  FROM "post" n29
  WHERE n29."id" = ANY($1) AND n29."author_id" IS NOT NULL;

-- owners of node 31, Tag writes_about
SELECT DISTINCT n29."author_id"::text
  FROM "post_tag" n30
  JOIN "post" n29 ON n29."id" = n30."post_id"
  WHERE n30."tag_name" = ANY($1) AND n29."author_id" IS NOT NULL;

-- owners of node 32, User feed
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 33, User feed
SELECT DISTINCT n32."user_id"::text
  FROM "membership" n32
  WHERE n32."group_id" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 34, Post feed
SELECT DISTINCT n32."user_id"::text
  FROM "group_post" n33
  JOIN "membership" n32 ON n32."group_id" = n33."group_id"
  WHERE n33."post_id" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 35, Someone author
SELECT DISTINCT n32."user_id"::text
  FROM "post" n34
  JOIN "group_post" n33 ON n33."post_id" = n34."id"
  JOIN "membership" n32 ON n32."group_id" = n33."group_id"
  WHERE n34."author_id" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 36, Post tags
SELECT DISTINCT n32."user_id"::text
  FROM "post" n34
  JOIN "group_post" n33 ON n33."post_id" = n34."id"
  JOIN "membership" n32 ON n32."group_id" = n33."group_id"
  WHERE n34."id" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 37, Tag tags
SELECT DISTINCT n32."user_id"::text
  FROM "post_tag" n36
  JOIN "post" n34 ON n34."id" = n36."post_id"
  JOIN "group_post" n33 ON n33."post_id" = n34."id"
  JOIN "membership" n32 ON n32."group_id" = n33."group_id"
  WHERE n36."tag_name" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 38, Post shown_in
SELECT DISTINCT n32."user_id"::text
  FROM "post" n34
  JOIN "group_post" n33 ON n33."post_id" = n34."id"
  JOIN "membership" n32 ON n32."group_id" = n33."group_id"
  WHERE n34."id" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 39, Group shown_in
SELECT DISTINCT n32."user_id"::text
  FROM "group_post" n38
  JOIN "post" n34 ON n34."id" = n38."post_id"
  JOIN "group_post" n33 ON n33."post_id" = n34."id"
  JOIN "membership" n32 ON n32."group_id" = n33."group_id"
  WHERE n38."group_id" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 40, Remark comments
SELECT DISTINCT n32."user_id"::text
  FROM "post" n34
  JOIN "group_post" n33 ON n33."post_id" = n34."id"
  JOIN "membership" n32 ON n32."group_id" = n33."group_id"
  WHERE n34."id" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 41, Someone author
SELECT DISTINCT n32."user_id"::text
  FROM "comment" n40
  JOIN "post" n34 ON n34."id" = n40."subject_id"
  JOIN "group_post" n33 ON n33."post_id" = n34."id"
  JOIN "membership" n32 ON n32."group_id" = n33."group_id"
  WHERE n40."author_id" = ANY($1) AND n32."user_id" IS NOT NULL;

-- owners of node 42, User readable_posts
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 43, User readable_posts
SELECT DISTINCT n42."user_id"::text
  FROM "membership" n42
  WHERE n42."group_id" = ANY($1) AND n42."user_id" IS NOT NULL;

-- owners of node 44, Post readable_posts
SELECT DISTINCT n42."user_id"::text
  FROM "group_post" n43
  JOIN "membership" n42 ON n42."group_id" = n43."group_id"
  WHERE n43."post_id" = ANY($1) AND n42."user_id" IS NOT NULL;

-- owners of node 45, User reachable_score
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 46, User reachable_score
SELECT DISTINCT n45."user_id"::text
  FROM "membership" n45
  WHERE n45."group_id" = ANY($1) AND n45."user_id" IS NOT NULL;

-- owners of node 47, Post reachable_score
SELECT DISTINCT n45."user_id"::text
  FROM "group_post" n46
  JOIN "membership" n45 ON n45."group_id" = n46."group_id"
  WHERE n46."post_id" = ANY($1) AND n45."user_id" IS NOT NULL;

-- owners of node 48, User feed_tags
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 49, User feed_tags
SELECT DISTINCT n48."user_id"::text
  FROM "membership" n48
  WHERE n48."group_id" = ANY($1) AND n48."user_id" IS NOT NULL;

-- owners of node 50, User feed_tags
SELECT DISTINCT n48."user_id"::text
  FROM "group_post" n49
  JOIN "membership" n48 ON n48."group_id" = n49."group_id"
  WHERE n49."post_id" = ANY($1) AND n48."user_id" IS NOT NULL;

-- owners of node 51, Tag feed_tags
SELECT DISTINCT n48."user_id"::text
  FROM "post_tag" n50
  JOIN "group_post" n49 ON n49."post_id" = n50."post_id"
  JOIN "membership" n48 ON n48."group_id" = n49."group_id"
  WHERE n50."tag_name" = ANY($1) AND n48."user_id" IS NOT NULL;

-- owners of node 52, User followed_posts
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 53, Post followed_posts
SELECT DISTINCT n52."follower_id"::text
  FROM "follow" n52
  WHERE n52."followed_id" = ANY($1) AND n52."follower_id" IS NOT NULL;

-- owners of node 54, User latest_followed
SELECT DISTINCT n0."id"::text
  FROM "user" n0
  WHERE n0."id" = ANY($1);

-- owners of node 55, Post latest_followed
SELECT DISTINCT n54."follower_id"::text
  FROM "follow" n54
  WHERE n54."followed_id" = ANY($1) AND n54."follower_id" IS NOT NULL;
