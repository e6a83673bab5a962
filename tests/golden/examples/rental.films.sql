-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "film" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "language" n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name") d1
    WHERE n1."id" = n0."language_id") j1 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
    FROM "language" n2
    CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name") d2
    WHERE n2."id" = n0."original_language_id") j2 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d4.*) ORDER BY n4."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY last_name, first_name, t."id") AS "pgsync order" FROM (SELECT *
        FROM "actor") t
      WHERE (t."id") IN (SELECT n3."actor_id"
        FROM "film_actor" n3
        WHERE n3."film_id" = n0."id")) n4
    CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."first_name" AS "first_name", n4."last_name" AS "last_name") d4) j4 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n6."name" ORDER BY n6."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY name, t."id") AS "pgsync order" FROM (SELECT *
        FROM "category") t
      WHERE (t."id") IN (SELECT n5."category_id"
        FROM "film_category" n5
        WHERE n5."film_id" = n0."id")) n6) j6 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d8.*) ORDER BY n8."id") AS doc
    FROM "store" n8
    LEFT JOIN LATERAL (SELECT row_to_json(d9.*) AS doc
      FROM "address" n9
      LEFT JOIN LATERAL (SELECT row_to_json(d10.*) AS doc
        FROM "city" n10
        LEFT JOIN LATERAL (SELECT row_to_json(d11.*) AS doc
          FROM "country" n11
          CROSS JOIN LATERAL (SELECT n11."id" AS "id", n11."name" AS "name") d11
          WHERE n11."id" = n10."country_id") j11 ON true
        CROSS JOIN LATERAL (SELECT n10."id" AS "id", n10."name" AS "name", j11.doc AS "country") d10
        WHERE n10."id" = n9."city_id") j10 ON true
      CROSS JOIN LATERAL (SELECT n9."id" AS "id", n9."street" AS "street", n9."postal" AS "postal", j10.doc AS "city") d9
      WHERE n9."id" = n8."address_id") j9 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d12.*) AS doc
      FROM "staff" n12
      CROSS JOIN LATERAL (SELECT n12."id" AS "id", n12."name" AS "name") d12
      WHERE n12."id" = n8."manager_id") j12 ON true
    CROSS JOIN LATERAL (SELECT n8."id" AS "id", n8."name" AS "name", j9.doc AS "address", j12.doc AS "manager") d8
    WHERE (n8."id") IN (SELECT n7."store_id"
      FROM "inventory" n7
      WHERE n7."film_id" = n0."id")) j8 ON true
  LEFT JOIN (SELECT n13."film_id" AS l1, json_agg(row_to_json(d13.*) ORDER BY n13."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY (t.*)::text COLLATE "C") AS "pgsync order" FROM (SELECT *
        FROM "film_note") t
      WHERE (t."film_id") >= ($1) AND (t."film_id") <= ($2)) n13
    CROSS JOIN LATERAL (SELECT n13."note" AS "note", n13."written" AS "written") d13 GROUP BY n13."film_id") j13 ON j13.l1 = n0."id"
  LEFT JOIN (SELECT n14."film_id" AS l1, count(*) AS doc
    FROM "inventory" n14
    WHERE (n14."film_id") >= ($1) AND (n14."film_id") <= ($2) GROUP BY n14."film_id") j14 ON j14.l1 = n0."id"
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "rental" n16
    WHERE (n16."inventory_id") IN (SELECT n15."id"
      FROM "inventory" n15
      WHERE n15."film_id" = n0."id")) j16 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "rental"
        WHERE (returned IS NULL)) t) n18
    WHERE (n18."inventory_id") IN (SELECT n17."id"
      FROM "inventory" n17
      WHERE n17."film_id" = n0."id") LIMIT 1) j18 ON true
  LEFT JOIN LATERAL (SELECT max(n20."rented") AS doc
    FROM "rental" n20
    WHERE (n20."inventory_id") IN (SELECT n19."id"
      FROM "inventory" n19
      WHERE n19."film_id" = n0."id")) j20 ON true
  LEFT JOIN LATERAL (SELECT sum(n23."amount") AS doc
    FROM "payment" n23
    WHERE (n23."rental_id") IN (SELECT n22."id"
      FROM "rental" n22
      JOIN "inventory" n21 ON n22."inventory_id" = n21."id"
      WHERE n21."film_id" = n0."id")) j23 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d24.*) AS doc
    FROM "film_stats" n24
    CROSS JOIN LATERAL (SELECT n24."film_id" AS "film_id", n24."discs"::bigint AS "discs", n24."rentals"::bigint AS "rentals", n24."out_now"::bigint AS "out_now", n24."last_rented" AS "last_rented") d24
    WHERE n24."film_id" = n0."id" ORDER BY n24."film_id" LIMIT 1) j24 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."title" AS "title", n0."description" AS "description", n0."year" AS "year", n0."minutes" AS "minutes", n0."hours" AS "hours", n0."rate" AS "rate", n0."rating" AS "rating", n0."features" AS "features", j1.doc AS "language", j2.doc AS "original_language", coalesce(j4.doc, '[]') AS "actors", coalesce(j6.doc, '[]') AS "categories", coalesce(j8.doc, '[]') AS "stores", coalesce(j13.doc, '[]') AS "notes", coalesce(j14.doc, 0) AS "discs", coalesce(j16.doc, 0) AS "times_rented", coalesce(j18.doc, false) AS "out_now", j20.doc AS "last_rented", coalesce(j23.doc, 0) AS "earned", j24.doc AS "stats") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "film" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "language" n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name") d1
    WHERE n1."id" = n0."language_id") j1 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
    FROM "language" n2
    CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name") d2
    WHERE n2."id" = n0."original_language_id") j2 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d4.*) ORDER BY n4."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY last_name, first_name, t."id") AS "pgsync order" FROM (SELECT *
        FROM "actor") t
      WHERE (t."id") IN (SELECT n3."actor_id"
        FROM "film_actor" n3
        WHERE n3."film_id" = n0."id")) n4
    CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."first_name" AS "first_name", n4."last_name" AS "last_name") d4) j4 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n6."name" ORDER BY n6."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY name, t."id") AS "pgsync order" FROM (SELECT *
        FROM "category") t
      WHERE (t."id") IN (SELECT n5."category_id"
        FROM "film_category" n5
        WHERE n5."film_id" = n0."id")) n6) j6 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d8.*) ORDER BY n8."id") AS doc
    FROM "store" n8
    LEFT JOIN LATERAL (SELECT row_to_json(d9.*) AS doc
      FROM "address" n9
      LEFT JOIN LATERAL (SELECT row_to_json(d10.*) AS doc
        FROM "city" n10
        LEFT JOIN LATERAL (SELECT row_to_json(d11.*) AS doc
          FROM "country" n11
          CROSS JOIN LATERAL (SELECT n11."id" AS "id", n11."name" AS "name") d11
          WHERE n11."id" = n10."country_id") j11 ON true
        CROSS JOIN LATERAL (SELECT n10."id" AS "id", n10."name" AS "name", j11.doc AS "country") d10
        WHERE n10."id" = n9."city_id") j10 ON true
      CROSS JOIN LATERAL (SELECT n9."id" AS "id", n9."street" AS "street", n9."postal" AS "postal", j10.doc AS "city") d9
      WHERE n9."id" = n8."address_id") j9 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d12.*) AS doc
      FROM "staff" n12
      CROSS JOIN LATERAL (SELECT n12."id" AS "id", n12."name" AS "name") d12
      WHERE n12."id" = n8."manager_id") j12 ON true
    CROSS JOIN LATERAL (SELECT n8."id" AS "id", n8."name" AS "name", j9.doc AS "address", j12.doc AS "manager") d8
    WHERE (n8."id") IN (SELECT n7."store_id"
      FROM "inventory" n7
      WHERE n7."film_id" = n0."id")) j8 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d13.*) ORDER BY n13."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY (t.*)::text COLLATE "C") AS "pgsync order" FROM (SELECT *
        FROM "film_note") t
      WHERE t."film_id" = n0."id") n13
    CROSS JOIN LATERAL (SELECT n13."note" AS "note", n13."written" AS "written") d13) j13 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "inventory" n14
    WHERE n14."film_id" = n0."id") j14 ON true
  LEFT JOIN LATERAL (SELECT count(*) AS doc
    FROM "rental" n16
    WHERE (n16."inventory_id") IN (SELECT n15."id"
      FROM "inventory" n15
      WHERE n15."film_id" = n0."id")) j16 ON true
  LEFT JOIN LATERAL (SELECT true AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "rental"
        WHERE (returned IS NULL)) t) n18
    WHERE (n18."inventory_id") IN (SELECT n17."id"
      FROM "inventory" n17
      WHERE n17."film_id" = n0."id") LIMIT 1) j18 ON true
  LEFT JOIN LATERAL (SELECT max(n20."rented") AS doc
    FROM "rental" n20
    WHERE (n20."inventory_id") IN (SELECT n19."id"
      FROM "inventory" n19
      WHERE n19."film_id" = n0."id")) j20 ON true
  LEFT JOIN LATERAL (SELECT sum(n23."amount") AS doc
    FROM "payment" n23
    WHERE (n23."rental_id") IN (SELECT n22."id"
      FROM "rental" n22
      JOIN "inventory" n21 ON n22."inventory_id" = n21."id"
      WHERE n21."film_id" = n0."id")) j23 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d24.*) AS doc
    FROM "film_stats" n24
    CROSS JOIN LATERAL (SELECT n24."film_id" AS "film_id", n24."discs"::bigint AS "discs", n24."rentals"::bigint AS "rentals", n24."out_now"::bigint AS "out_now", n24."last_rented" AS "last_rented") d24
    WHERE n24."film_id" = n0."id" ORDER BY n24."film_id" LIMIT 1) j24 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."title" AS "title", n0."description" AS "description", n0."year" AS "year", n0."minutes" AS "minutes", n0."hours" AS "hours", n0."rate" AS "rate", n0."rating" AS "rating", n0."features" AS "features", j1.doc AS "language", j2.doc AS "original_language", coalesce(j4.doc, '[]') AS "actors", coalesce(j6.doc, '[]') AS "categories", coalesce(j8.doc, '[]') AS "stores", coalesce(j13.doc, '[]') AS "notes", coalesce(j14.doc, 0) AS "discs", coalesce(j16.doc, 0) AS "times_rented", coalesce(j18.doc, false) AS "out_now", j20.doc AS "last_rented", coalesce(j23.doc, 0) AS "earned", j24.doc AS "stats") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "film" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "film" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Language language
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."language_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 2, Language original_language
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."original_language_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 3, Film actors
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 4, Actor actors
SELECT DISTINCT n3."film_id"::text
  FROM "film_actor" n3
  WHERE n3."actor_id" = ANY($1) AND n3."film_id" IS NOT NULL;

-- owners of node 5, Film categories
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 6, Category categories
SELECT DISTINCT n5."film_id"::text
  FROM "film_category" n5
  WHERE n5."category_id" = ANY($1) AND n5."film_id" IS NOT NULL;

-- owners of node 7, Film stores
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 8, Store stores
SELECT DISTINCT n7."film_id"::text
  FROM "inventory" n7
  WHERE n7."store_id" = ANY($1) AND n7."film_id" IS NOT NULL;

-- owners of node 9, Address address
SELECT DISTINCT n7."film_id"::text
  FROM "store" n8
  JOIN "inventory" n7 ON n7."store_id" = n8."id"
  WHERE n8."address_id" = ANY($1) AND n7."film_id" IS NOT NULL;

-- owners of node 10, City city
SELECT DISTINCT n7."film_id"::text
  FROM "address" n9
  JOIN "store" n8 ON n8."address_id" = n9."id"
  JOIN "inventory" n7 ON n7."store_id" = n8."id"
  WHERE n9."city_id" = ANY($1) AND n7."film_id" IS NOT NULL;

-- owners of node 11, Country country
SELECT DISTINCT n7."film_id"::text
  FROM "city" n10
  JOIN "address" n9 ON n9."city_id" = n10."id"
  JOIN "store" n8 ON n8."address_id" = n9."id"
  JOIN "inventory" n7 ON n7."store_id" = n8."id"
  WHERE n10."country_id" = ANY($1) AND n7."film_id" IS NOT NULL;

-- owners of node 12, Staff manager
SELECT DISTINCT n7."film_id"::text
  FROM "store" n8
  JOIN "inventory" n7 ON n7."store_id" = n8."id"
  WHERE n8."manager_id" = ANY($1) AND n7."film_id" IS NOT NULL;

-- owners of node 13, FilmNote notes
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 14, Inventory discs
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 15, Film times_rented
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 16, Rental times_rented
SELECT DISTINCT n15."film_id"::text
  FROM "inventory" n15
  WHERE n15."id" = ANY($1) AND n15."film_id" IS NOT NULL;

-- owners of node 17, Film out_now
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 18, Rental out_now
SELECT DISTINCT n17."film_id"::text
  FROM "inventory" n17
  WHERE n17."id" = ANY($1) AND n17."film_id" IS NOT NULL;

-- owners of node 19, Film last_rented
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 20, Rental last_rented
SELECT DISTINCT n19."film_id"::text
  FROM "inventory" n19
  WHERE n19."id" = ANY($1) AND n19."film_id" IS NOT NULL;

-- owners of node 21, Film earned
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 22, Film earned
SELECT DISTINCT n21."film_id"::text
  FROM "inventory" n21
  WHERE n21."id" = ANY($1) AND n21."film_id" IS NOT NULL;

-- owners of node 23, Payment earned
SELECT DISTINCT n21."film_id"::text
  FROM "rental" n22
  JOIN "inventory" n21 ON n21."id" = n22."inventory_id"
  WHERE n22."id" = ANY($1) AND n21."film_id" IS NOT NULL;

-- owners of node 24, FilmStats stats
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);

-- owners of node 25, Inventory stats
SELECT DISTINCT n0."id"::text
  FROM "film" n0
  WHERE n0."id" = ANY($1);
