-- page: documents between two keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "customer" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "address" n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "city" n2
      LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
        FROM "country" n3
        CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."name" AS "name") d3
        WHERE n3."id" = n2."country_id") j3 ON true
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name", j3.doc AS "country") d2
      WHERE n2."id" = n1."city_id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."street" AS "street", n1."postal" AS "postal", j2.doc AS "city") d1
    WHERE n1."id" = n0."address_id") j1 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
    FROM "store" n4
    LEFT JOIN LATERAL (SELECT row_to_json(d5.*) AS doc
      FROM "address" n5
      LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
        FROM "city" n6
        LEFT JOIN LATERAL (SELECT row_to_json(d7.*) AS doc
          FROM "country" n7
          CROSS JOIN LATERAL (SELECT n7."id" AS "id", n7."name" AS "name") d7
          WHERE n7."id" = n6."country_id") j7 ON true
        CROSS JOIN LATERAL (SELECT n6."id" AS "id", n6."name" AS "name", j7.doc AS "country") d6
        WHERE n6."id" = n5."city_id") j6 ON true
      CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."street" AS "street", n5."postal" AS "postal", j6.doc AS "city") d5
      WHERE n5."id" = n4."address_id") j5 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d8.*) AS doc
      FROM "staff" n8
      CROSS JOIN LATERAL (SELECT n8."id" AS "id", n8."name" AS "name") d8
      WHERE n8."id" = n4."manager_id") j8 ON true
    CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."name" AS "name", j5.doc AS "address", j8.doc AS "manager") d4
    WHERE n4."id" = n0."store_id") j4 ON true
  LEFT JOIN (SELECT n9."customer_id" AS l1, json_agg(row_to_json(d9.*) ORDER BY n9."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY rented DESC, t."id") AS "pgsync order" FROM (SELECT *
        FROM "rental") t
      WHERE (t."customer_id") >= ($1) AND (t."customer_id") <= ($2)) n9
    LEFT JOIN LATERAL (SELECT row_to_json(d10.*) AS doc
      FROM "inventory" n10
      LEFT JOIN LATERAL (SELECT row_to_json(d11.*) AS doc
        FROM "film" n11
        LEFT JOIN LATERAL (SELECT json_agg(n13."name" ORDER BY n13."id") AS doc
          FROM "category" n13
          WHERE (n13."id") IN (SELECT n12."category_id"
            FROM "film_category" n12
            WHERE n12."film_id" = n11."id")) j13 ON true
        CROSS JOIN LATERAL (SELECT n11."id" AS "id", n11."title" AS "title", n11."hours" AS "hours", coalesce(j13.doc, '[]') AS "categories") d11
        WHERE n11."id" = n10."film_id") j11 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d14.*) AS doc
        FROM "store" n14
        LEFT JOIN LATERAL (SELECT row_to_json(d15.*) AS doc
          FROM "address" n15
          LEFT JOIN LATERAL (SELECT row_to_json(d16.*) AS doc
            FROM "city" n16
            LEFT JOIN LATERAL (SELECT row_to_json(d17.*) AS doc
              FROM "country" n17
              CROSS JOIN LATERAL (SELECT n17."id" AS "id", n17."name" AS "name") d17
              WHERE n17."id" = n16."country_id") j17 ON true
            CROSS JOIN LATERAL (SELECT n16."id" AS "id", n16."name" AS "name", j17.doc AS "country") d16
            WHERE n16."id" = n15."city_id") j16 ON true
          CROSS JOIN LATERAL (SELECT n15."id" AS "id", n15."street" AS "street", n15."postal" AS "postal", j16.doc AS "city") d15
          WHERE n15."id" = n14."address_id") j15 ON true
        LEFT JOIN LATERAL (SELECT row_to_json(d18.*) AS doc
          FROM "staff" n18
          CROSS JOIN LATERAL (SELECT n18."id" AS "id", n18."name" AS "name") d18
          WHERE n18."id" = n14."manager_id") j18 ON true
        CROSS JOIN LATERAL (SELECT n14."id" AS "id", n14."name" AS "name", j15.doc AS "address", j18.doc AS "manager") d14
        WHERE n14."id" = n10."store_id") j14 ON true
      CROSS JOIN LATERAL (SELECT n10."id" AS "id", j11.doc AS "film", j14.doc AS "store") d10
      WHERE n10."id" = n9."inventory_id") j10 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d19.*) AS doc
      FROM "staff" n19
      CROSS JOIN LATERAL (SELECT n19."id" AS "id", n19."name" AS "name") d19
      WHERE n19."id" = n9."staff_id") j19 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d20.*) ORDER BY n20."id", n20."paid_at") AS doc
      FROM "payment" n20
      CROSS JOIN LATERAL (SELECT n20."id"::bigint AS "id", n20."paid_at" AS "paid_at", n20."amount" AS "amount") d20
      WHERE n20."rental_id" = n9."id") j20 ON true
    LEFT JOIN LATERAL (SELECT sum(n21."amount") AS doc
      FROM "payment" n21
      WHERE n21."rental_id" = n9."id") j21 ON true
    CROSS JOIN LATERAL (SELECT n9."id"::bigint AS "id", n9."rented" AS "rented", n9."returned" AS "returned", j10.doc AS "disc", j19.doc AS "staff", coalesce(j20.doc, '[]') AS "payments", coalesce(j21.doc, 0) AS "paid") d9 GROUP BY n9."customer_id") j9 ON j9.l1 = n0."id"
  LEFT JOIN LATERAL (SELECT json_agg(n24."title" ORDER BY n24."id") AS doc
    FROM "film" n24
    WHERE (n24."id") IN (SELECT n23."film_id"
      FROM "inventory" n23
      JOIN "rental" n22 ON n23."id" = n22."inventory_id"
      WHERE n22."customer_id" = n0."id")) j24 ON true
  LEFT JOIN (SELECT n25."customer_id" AS l1, json_agg(row_to_json(d25.*) ORDER BY n25."id", n25."paid_at") AS doc
    FROM "payment" n25
    CROSS JOIN LATERAL (SELECT n25."id"::bigint AS "id", n25."paid_at" AS "paid_at", n25."amount" AS "amount") d25
    WHERE (n25."customer_id") >= ($1) AND (n25."customer_id") <= ($2) GROUP BY n25."customer_id") j25 ON j25.l1 = n0."id"
  LEFT JOIN (SELECT n26."customer_id" AS l1, sum(n26."amount") AS doc
    FROM "payment" n26
    WHERE (n26."customer_id") >= ($1) AND (n26."customer_id") <= ($2) GROUP BY n26."customer_id") j26 ON j26.l1 = n0."id"
  LEFT JOIN (SELECT n27."customer_id" AS l1, sum(n27."amount") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "payment"
        WHERE (amount < 0)) t) n27
    WHERE (n27."customer_id") >= ($1) AND (n27."customer_id") <= ($2) GROUP BY n27."customer_id") j27 ON j27.l1 = n0."id"
  LEFT JOIN (SELECT n28."customer_id" AS l1, avg(n28."amount") AS doc
    FROM "payment" n28
    WHERE (n28."customer_id") >= ($1) AND (n28."customer_id") <= ($2) GROUP BY n28."customer_id") j28 ON j28.l1 = n0."id"
  LEFT JOIN (SELECT n29."customer_id" AS l1, max(n29."paid_at") AS doc
    FROM "payment" n29
    WHERE (n29."customer_id") >= ($1) AND (n29."customer_id") <= ($2) GROUP BY n29."customer_id") j29 ON j29.l1 = n0."id"
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."email" AS "email", n0."active" AS "active", n0."joined" AS "joined", j1.doc AS "address", j4.doc AS "store", coalesce(j9.doc, '[]') AS "rentals", coalesce(j24.doc, '[]') AS "films", coalesce(j25.doc, '[]') AS "payments", coalesce(j26.doc, 0) AS "paid", coalesce(j27.doc, 0) AS "refunded", j28.doc AS "mean_payment", j29.doc AS "last_paid") d0
  WHERE (n0."id") >= ($1) AND (n0."id") <= ($2);

-- keys: documents of some keys
SELECT n0."id"::text, row_to_json(d0.*)
  FROM "customer" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "address" n1
    LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc
      FROM "city" n2
      LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
        FROM "country" n3
        CROSS JOIN LATERAL (SELECT n3."id" AS "id", n3."name" AS "name") d3
        WHERE n3."id" = n2."country_id") j3 ON true
      CROSS JOIN LATERAL (SELECT n2."id" AS "id", n2."name" AS "name", j3.doc AS "country") d2
      WHERE n2."id" = n1."city_id") j2 ON true
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."street" AS "street", n1."postal" AS "postal", j2.doc AS "city") d1
    WHERE n1."id" = n0."address_id") j1 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
    FROM "store" n4
    LEFT JOIN LATERAL (SELECT row_to_json(d5.*) AS doc
      FROM "address" n5
      LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
        FROM "city" n6
        LEFT JOIN LATERAL (SELECT row_to_json(d7.*) AS doc
          FROM "country" n7
          CROSS JOIN LATERAL (SELECT n7."id" AS "id", n7."name" AS "name") d7
          WHERE n7."id" = n6."country_id") j7 ON true
        CROSS JOIN LATERAL (SELECT n6."id" AS "id", n6."name" AS "name", j7.doc AS "country") d6
        WHERE n6."id" = n5."city_id") j6 ON true
      CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."street" AS "street", n5."postal" AS "postal", j6.doc AS "city") d5
      WHERE n5."id" = n4."address_id") j5 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d8.*) AS doc
      FROM "staff" n8
      CROSS JOIN LATERAL (SELECT n8."id" AS "id", n8."name" AS "name") d8
      WHERE n8."id" = n4."manager_id") j8 ON true
    CROSS JOIN LATERAL (SELECT n4."id" AS "id", n4."name" AS "name", j5.doc AS "address", j8.doc AS "manager") d4
    WHERE n4."id" = n0."store_id") j4 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d9.*) ORDER BY n9."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY rented DESC, t."id") AS "pgsync order" FROM (SELECT *
        FROM "rental") t
      WHERE t."customer_id" = n0."id") n9
    LEFT JOIN LATERAL (SELECT row_to_json(d10.*) AS doc
      FROM "inventory" n10
      LEFT JOIN LATERAL (SELECT row_to_json(d11.*) AS doc
        FROM "film" n11
        LEFT JOIN LATERAL (SELECT json_agg(n13."name" ORDER BY n13."id") AS doc
          FROM "category" n13
          WHERE (n13."id") IN (SELECT n12."category_id"
            FROM "film_category" n12
            WHERE n12."film_id" = n11."id")) j13 ON true
        CROSS JOIN LATERAL (SELECT n11."id" AS "id", n11."title" AS "title", n11."hours" AS "hours", coalesce(j13.doc, '[]') AS "categories") d11
        WHERE n11."id" = n10."film_id") j11 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d14.*) AS doc
        FROM "store" n14
        LEFT JOIN LATERAL (SELECT row_to_json(d15.*) AS doc
          FROM "address" n15
          LEFT JOIN LATERAL (SELECT row_to_json(d16.*) AS doc
            FROM "city" n16
            LEFT JOIN LATERAL (SELECT row_to_json(d17.*) AS doc
              FROM "country" n17
              CROSS JOIN LATERAL (SELECT n17."id" AS "id", n17."name" AS "name") d17
              WHERE n17."id" = n16."country_id") j17 ON true
            CROSS JOIN LATERAL (SELECT n16."id" AS "id", n16."name" AS "name", j17.doc AS "country") d16
            WHERE n16."id" = n15."city_id") j16 ON true
          CROSS JOIN LATERAL (SELECT n15."id" AS "id", n15."street" AS "street", n15."postal" AS "postal", j16.doc AS "city") d15
          WHERE n15."id" = n14."address_id") j15 ON true
        LEFT JOIN LATERAL (SELECT row_to_json(d18.*) AS doc
          FROM "staff" n18
          CROSS JOIN LATERAL (SELECT n18."id" AS "id", n18."name" AS "name") d18
          WHERE n18."id" = n14."manager_id") j18 ON true
        CROSS JOIN LATERAL (SELECT n14."id" AS "id", n14."name" AS "name", j15.doc AS "address", j18.doc AS "manager") d14
        WHERE n14."id" = n10."store_id") j14 ON true
      CROSS JOIN LATERAL (SELECT n10."id" AS "id", j11.doc AS "film", j14.doc AS "store") d10
      WHERE n10."id" = n9."inventory_id") j10 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d19.*) AS doc
      FROM "staff" n19
      CROSS JOIN LATERAL (SELECT n19."id" AS "id", n19."name" AS "name") d19
      WHERE n19."id" = n9."staff_id") j19 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d20.*) ORDER BY n20."id", n20."paid_at") AS doc
      FROM "payment" n20
      CROSS JOIN LATERAL (SELECT n20."id"::bigint AS "id", n20."paid_at" AS "paid_at", n20."amount" AS "amount") d20
      WHERE n20."rental_id" = n9."id") j20 ON true
    LEFT JOIN LATERAL (SELECT sum(n21."amount") AS doc
      FROM "payment" n21
      WHERE n21."rental_id" = n9."id") j21 ON true
    CROSS JOIN LATERAL (SELECT n9."id"::bigint AS "id", n9."rented" AS "rented", n9."returned" AS "returned", j10.doc AS "disc", j19.doc AS "staff", coalesce(j20.doc, '[]') AS "payments", coalesce(j21.doc, 0) AS "paid") d9) j9 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n24."title" ORDER BY n24."id") AS doc
    FROM "film" n24
    WHERE (n24."id") IN (SELECT n23."film_id"
      FROM "inventory" n23
      JOIN "rental" n22 ON n23."id" = n22."inventory_id"
      WHERE n22."customer_id" = n0."id")) j24 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d25.*) ORDER BY n25."id", n25."paid_at") AS doc
    FROM "payment" n25
    CROSS JOIN LATERAL (SELECT n25."id"::bigint AS "id", n25."paid_at" AS "paid_at", n25."amount" AS "amount") d25
    WHERE n25."customer_id" = n0."id") j25 ON true
  LEFT JOIN LATERAL (SELECT sum(n26."amount") AS doc
    FROM "payment" n26
    WHERE n26."customer_id" = n0."id") j26 ON true
  LEFT JOIN LATERAL (SELECT sum(n27."amount") AS doc FROM (SELECT t.* FROM (SELECT *
        FROM "payment"
        WHERE (amount < 0)) t) n27
    WHERE n27."customer_id" = n0."id") j27 ON true
  LEFT JOIN LATERAL (SELECT avg(n28."amount") AS doc
    FROM "payment" n28
    WHERE n28."customer_id" = n0."id") j28 ON true
  LEFT JOIN LATERAL (SELECT max(n29."paid_at") AS doc
    FROM "payment" n29
    WHERE n29."customer_id" = n0."id") j29 ON true
  CROSS JOIN LATERAL (SELECT n0."id" AS "id", n0."name" AS "name", n0."email" AS "email", n0."active" AS "active", n0."joined" AS "joined", j1.doc AS "address", j4.doc AS "store", coalesce(j9.doc, '[]') AS "rentals", coalesce(j24.doc, '[]') AS "films", coalesce(j25.doc, '[]') AS "payments", coalesce(j26.doc, 0) AS "paid", coalesce(j27.doc, 0) AS "refunded", j28.doc AS "mean_payment", j29.doc AS "last_paid") d0
  WHERE n0."id" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."id" AS k1
    FROM "customer" n0
    WHERE n0."id" IS NOT NULL ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."id" AS k1
    FROM "customer" n0
    WHERE (n0."id") > ($2) ORDER BY n0."id" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 1, Address address
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."address_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 2, City city
SELECT DISTINCT n0."id"::text
  FROM "address" n1
  JOIN "customer" n0 ON n0."address_id" = n1."id"
  WHERE n1."city_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 3, Country country
SELECT DISTINCT n0."id"::text
  FROM "city" n2
  JOIN "address" n1 ON n1."city_id" = n2."id"
  JOIN "customer" n0 ON n0."address_id" = n1."id"
  WHERE n2."country_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 4, Store store
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."store_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 5, Address address
SELECT DISTINCT n0."id"::text
  FROM "store" n4
  JOIN "customer" n0 ON n0."store_id" = n4."id"
  WHERE n4."address_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 6, City city
SELECT DISTINCT n0."id"::text
  FROM "address" n5
  JOIN "store" n4 ON n4."address_id" = n5."id"
  JOIN "customer" n0 ON n0."store_id" = n4."id"
  WHERE n5."city_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 7, Country country
SELECT DISTINCT n0."id"::text
  FROM "city" n6
  JOIN "address" n5 ON n5."city_id" = n6."id"
  JOIN "store" n4 ON n4."address_id" = n5."id"
  JOIN "customer" n0 ON n0."store_id" = n4."id"
  WHERE n6."country_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 8, Staff manager
SELECT DISTINCT n0."id"::text
  FROM "store" n4
  JOIN "customer" n0 ON n0."store_id" = n4."id"
  WHERE n4."manager_id" = ANY($1) AND n0."id" IS NOT NULL;

-- owners of node 9, CustomerRental rentals
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 10, Disc disc
SELECT DISTINCT n9."customer_id"::text
  FROM "rental" n9
  WHERE n9."inventory_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 11, RentedFilm film
SELECT DISTINCT n9."customer_id"::text
  FROM "inventory" n10
  JOIN "rental" n9 ON n9."inventory_id" = n10."id"
  WHERE n10."film_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 12, RentedFilm categories
SELECT DISTINCT n9."customer_id"::text
  FROM "film" n11
  JOIN "inventory" n10 ON n10."film_id" = n11."id"
  JOIN "rental" n9 ON n9."inventory_id" = n10."id"
  WHERE n11."id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 13, Category categories
SELECT DISTINCT n9."customer_id"::text
  FROM "film_category" n12
  JOIN "film" n11 ON n11."id" = n12."film_id"
  JOIN "inventory" n10 ON n10."film_id" = n11."id"
  JOIN "rental" n9 ON n9."inventory_id" = n10."id"
  WHERE n12."category_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 14, Store store
SELECT DISTINCT n9."customer_id"::text
  FROM "inventory" n10
  JOIN "rental" n9 ON n9."inventory_id" = n10."id"
  WHERE n10."store_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 15, Address address
SELECT DISTINCT n9."customer_id"::text
  FROM "store" n14
  JOIN "inventory" n10 ON n10."store_id" = n14."id"
  JOIN "rental" n9 ON n9."inventory_id" = n10."id"
  WHERE n14."address_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 16, City city
SELECT DISTINCT n9."customer_id"::text
  FROM "address" n15
  JOIN "store" n14 ON n14."address_id" = n15."id"
  JOIN "inventory" n10 ON n10."store_id" = n14."id"
  JOIN "rental" n9 ON n9."inventory_id" = n10."id"
  WHERE n15."city_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 17, Country country
SELECT DISTINCT n9."customer_id"::text
  FROM "city" n16
  JOIN "address" n15 ON n15."city_id" = n16."id"
  JOIN "store" n14 ON n14."address_id" = n15."id"
  JOIN "inventory" n10 ON n10."store_id" = n14."id"
  JOIN "rental" n9 ON n9."inventory_id" = n10."id"
  WHERE n16."country_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 18, Staff manager
SELECT DISTINCT n9."customer_id"::text
  FROM "store" n14
  JOIN "inventory" n10 ON n10."store_id" = n14."id"
  JOIN "rental" n9 ON n9."inventory_id" = n10."id"
  WHERE n14."manager_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 19, Staff staff
SELECT DISTINCT n9."customer_id"::text
  FROM "rental" n9
  WHERE n9."staff_id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 20, Payment payments
SELECT DISTINCT n9."customer_id"::text
  FROM "rental" n9
  WHERE n9."id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 21, Payment paid
SELECT DISTINCT n9."customer_id"::text
  FROM "rental" n9
  WHERE n9."id" = ANY($1) AND n9."customer_id" IS NOT NULL;

-- owners of node 22, Customer films
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 23, Customer films
SELECT DISTINCT n22."customer_id"::text
  FROM "rental" n22
  WHERE n22."inventory_id" = ANY($1) AND n22."customer_id" IS NOT NULL;

-- owners of node 24, RentedFilm films
SELECT DISTINCT n22."customer_id"::text
  FROM "inventory" n23
  JOIN "rental" n22 ON n22."inventory_id" = n23."id"
  WHERE n23."film_id" = ANY($1) AND n22."customer_id" IS NOT NULL;

-- owners of node 25, Payment payments
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 26, Payment paid
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 27, Payment refunded
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 28, Payment mean_payment
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);

-- owners of node 29, Payment last_paid
SELECT DISTINCT n0."id"::text
  FROM "customer" n0
  WHERE n0."id" = ANY($1);
