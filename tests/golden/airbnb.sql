-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "booking" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "guest" n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name", n1."email" AS "email") d1
    WHERE n1."id" = n0."guest_id") j1 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
    FROM "place" n2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "host" n3
      CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."name" AS "name", n3."email" AS "email") d3
      WHERE n3."id" = n2."host_id") j3 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
      FROM "city" n4
      LEFT JOIN LATERAL (SELECT row_to_json(d5.*) AS doc
        FROM "country" n5
        LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
          FROM "continent" n6
          CROSS JOIN LATERAL (SELECT n6."id" AS "id", n6."name" AS "name") d6
          WHERE n6."id" = n5."continent_id") j6 ON true
        CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."name" AS "name", n5."country_code" AS "country_code", j6.doc AS "continent") d5
        WHERE n5."id" = n4."country_id") j5 ON true
      CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."name" AS "name", j5.doc AS "country") d4
      WHERE n4."id" = n2."city_id") j4 ON true
    CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."address" AS "address", j3.doc AS "host", j4.doc AS "city") d2
    WHERE n2."id" = n0."place_id") j2 ON true
  LEFT JOIN (SELECT n7."booking_id" AS l1, json_agg(row_to_json(d7.*) ORDER BY n7."id") AS doc
    FROM "review" n7
    CROSS JOIN LATERAL (SELECT n7."id" AS "id", n7."rating" AS "rating", n7."comment" AS "comment") d7
    WHERE (n7."booking_id") >= ($1) AND (n7."booking_id") <= ($2) GROUP BY n7."booking_id") j7 ON j7.l1 = n0."id"
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."start_date" AS "start_date", n0."end_date" AS "end_date", j1.doc AS "guest", j2.doc AS "place", coalesce(j7.doc, '[]') AS "reviews") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "booking" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "guest" n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."name" AS "name", n1."email" AS "email") d1
    WHERE n1."id" = n0."guest_id") j1 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
    FROM "place" n2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "host" n3
      CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."name" AS "name", n3."email" AS "email") d3
      WHERE n3."id" = n2."host_id") j3 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
      FROM "city" n4
      LEFT JOIN LATERAL (SELECT row_to_json(d5.*) AS doc
        FROM "country" n5
        LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
          FROM "continent" n6
          CROSS JOIN LATERAL (SELECT n6."id" AS "id", n6."name" AS "name") d6
          WHERE n6."id" = n5."continent_id") j6 ON true
        CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."name" AS "name", n5."country_code" AS "country_code", j6.doc AS "continent") d5
        WHERE n5."id" = n4."country_id") j5 ON true
      CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."name" AS "name", j5.doc AS "country") d4
      WHERE n4."id" = n2."city_id") j4 ON true
    CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."address" AS "address", j3.doc AS "host", j4.doc AS "city") d2
    WHERE n2."id" = n0."place_id") j2 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d7.*) ORDER BY n7."id") AS doc
    FROM "review" n7
    CROSS JOIN LATERAL (SELECT n7."id" AS "id", n7."rating" AS "rating", n7."comment" AS "comment") d7
    WHERE n7."booking_id" = n0."id") j7 ON true
  CROSS JOIN LATERAL (SELECT n0."id"::bigint AS "id", n0."start_date" AS "start_date", n0."end_date" AS "end_date", j1.doc AS "guest", j2.doc AS "place", coalesce(j7.doc, '[]') AS "reviews") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "booking" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "booking" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Guest guest
SELECT DISTINCT n0."id"::text
  FROM "booking" n0
  WHERE n0."guest_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 2, Place place
SELECT DISTINCT n0."id"::text
  FROM "booking" n0
  WHERE n0."place_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 3, Host host
SELECT DISTINCT n0."id"::text
  FROM "place" n2
  JOIN "booking" n0 ON n0."place_id" = n2."id"
  WHERE n2."host_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 4, City city
SELECT DISTINCT n0."id"::text
  FROM "place" n2
  JOIN "booking" n0 ON n0."place_id" = n2."id"
  WHERE n2."city_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 5, Country country
SELECT DISTINCT n0."id"::text
  FROM "city" n4
  JOIN "place" n2 ON n2."city_id" = n4."id"
  JOIN "booking" n0 ON n0."place_id" = n2."id"
  WHERE n4."country_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 6, Continent continent
SELECT DISTINCT n0."id"::text
  FROM "country" n5
  JOIN "city" n4 ON n4."country_id" = n5."id"
  JOIN "place" n2 ON n2."city_id" = n4."id"
  JOIN "booking" n0 ON n0."place_id" = n2."id"
  WHERE n5."continent_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 7, Review reviews
SELECT DISTINCT n0."id"::text
  FROM "booking" n0
  WHERE n0."id" = ANY($1);
