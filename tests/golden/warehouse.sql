-- page: documents between two keys
SELECT n0."shop"::text, n0."number"::text, json_build_object('shop', n0."shop", 'number', n0."number", 'paid', n0."paid", 'due', n0."due", 'a key with more bytes than the sixty-three PostgreSQL gives an identifier', n0."remark", 'customer', j1.doc, 'lines', coalesce(j2.doc, '[]'), 'notes', coalesce(j9.doc, '[]'), 'invoice', j11.doc)
  FROM "purchasing"."Order" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "customer" n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."email" AS "email", n1."country" AS "country") d1
    WHERE n1."country" = n0."customer_country" AND n1."email" = n0."customer_email") j1 ON true
  LEFT JOIN (SELECT n2."shop" AS l1, n2."order" AS l2, json_agg(row_to_json(d2.*) ORDER BY n2."shop", n2."order", n2."position") AS doc
    FROM "order line" n2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "Stock ""main"""."item.v2" n3
      LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
        FROM "unit" n4
        CROSS JOIN LATERAL (SELECT n4."code" AS "code", n4."title" AS "unit title") d4
        WHERE n4."code" = n3."unit_code") j4 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d5.*) AS doc
        FROM "purchasing"."supplier" n5
        CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."name" AS "name", n5."active" AS "active") d5
        WHERE n5."id" = n3."made_by") j5 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
        FROM "purchasing"."supplier" n6
        CROSS JOIN LATERAL (SELECT n6."id" AS "id", n6."name" AS "name", n6."active" AS "active") d6
        WHERE n6."id" = n3."sold_by") j6 ON true
      CROSS JOIN LATERAL (SELECT n3."Item No"::bigint AS "number", n3."näme 🙂" AS "it's a ""name""", n3."price" AS "price", j4.doc AS "unit", j5.doc AS "maker", j6.doc AS "sold-by") d3
      WHERE n3."Item No" = n2."item ""no""") j3 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d7.*) ORDER BY n7."number") AS doc
      FROM "serial" n7
      CROSS JOIN LATERAL (SELECT n7."number" AS "number", n7."seen" AS "seen") d7
      WHERE n7."shop" = n2."shop" AND n7."order" = n2."order" AND n7."position" = n2."position") j7 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d8.*) AS doc
      FROM "refund" n8
      CROSS JOIN LATERAL (SELECT n8."id" AS "id", n8."amount" AS "amount", n8."reason" AS "reason") d8
      WHERE n8."line_position" = n2."position" AND n8."line_order" = n2."order" AND n8."line_shop" = n2."shop" ORDER BY n8."id" LIMIT 1) j8 ON true
    CROSS JOIN LATERAL (SELECT n2."shop" AS "shop", n2."order" AS "order_number", n2."position" AS "position", n2."quantity" AS "quantity", j3.doc AS "item", coalesce(j7.doc, '[]') AS "serials", j8.doc AS "refund") d2
    WHERE (n2."shop", n2."order") >= ($1, $2) AND (n2."shop", n2."order") <= ($3, $4) GROUP BY n2."shop", n2."order") j2 ON j2.l1 = n0."shop" AND j2.l2 = n0."number"
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d9.*) ORDER BY n9."id") AS doc
    FROM "note" n9
    LEFT JOIN LATERAL (SELECT row_to_json(d10.*) AS doc
      FROM "purchasing"."supplier" n10
      CROSS JOIN LATERAL (SELECT n10."id" AS "id", n10."name" AS "name", n10."active" AS "active") d10
      WHERE n10."id" = n9."supplier_id") j10 ON true
    CROSS JOIN LATERAL (SELECT n9."id"::bigint AS "id", n9."written" AS "written", n9."text" AS "text", j10.doc AS "supplier") d9
    WHERE n9."about" = n0."note_thread") j9 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d11.*) AS doc
    FROM "invoice" n11
    CROSS JOIN LATERAL (SELECT n11."number" AS "number", n11."due" AS "due", n11."vat_rate" AS "vat_rate") d11
    WHERE n11."shop" = n0."shop" AND n11."order_number" = n0."number" ORDER BY n11."number" LIMIT 1) j11 ON true
  WHERE (n0."shop", n0."number") >= ($1, $2) AND (n0."shop", n0."number") <= ($3, $4) AND n0."number" IS NOT NULL;

-- keys: documents of some keys
SELECT n0."shop"::text, n0."number"::text, json_build_object('shop', n0."shop", 'number', n0."number", 'paid', n0."paid", 'due', n0."due", 'a key with more bytes than the sixty-three PostgreSQL gives an identifier', n0."remark", 'customer', j1.doc, 'lines', coalesce(j2.doc, '[]'), 'notes', coalesce(j9.doc, '[]'), 'invoice', j11.doc)
  FROM "purchasing"."Order" n0
  LEFT JOIN LATERAL (SELECT row_to_json(d1.*) AS doc
    FROM "customer" n1
    CROSS JOIN LATERAL (SELECT n1."id" AS "id", n1."email" AS "email", n1."country" AS "country") d1
    WHERE n1."country" = n0."customer_country" AND n1."email" = n0."customer_email") j1 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d2.*) ORDER BY n2."shop", n2."order", n2."position") AS doc
    FROM "order line" n2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "Stock ""main"""."item.v2" n3
      LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
        FROM "unit" n4
        CROSS JOIN LATERAL (SELECT n4."code" AS "code", n4."title" AS "unit title") d4
        WHERE n4."code" = n3."unit_code") j4 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d5.*) AS doc
        FROM "purchasing"."supplier" n5
        CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."name" AS "name", n5."active" AS "active") d5
        WHERE n5."id" = n3."made_by") j5 ON true
      LEFT JOIN LATERAL (SELECT row_to_json(d6.*) AS doc
        FROM "purchasing"."supplier" n6
        CROSS JOIN LATERAL (SELECT n6."id" AS "id", n6."name" AS "name", n6."active" AS "active") d6
        WHERE n6."id" = n3."sold_by") j6 ON true
      CROSS JOIN LATERAL (SELECT n3."Item No"::bigint AS "number", n3."näme 🙂" AS "it's a ""name""", n3."price" AS "price", j4.doc AS "unit", j5.doc AS "maker", j6.doc AS "sold-by") d3
      WHERE n3."Item No" = n2."item ""no""") j3 ON true
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d7.*) ORDER BY n7."number") AS doc
      FROM "serial" n7
      CROSS JOIN LATERAL (SELECT n7."number" AS "number", n7."seen" AS "seen") d7
      WHERE n7."shop" = n2."shop" AND n7."order" = n2."order" AND n7."position" = n2."position") j7 ON true
    LEFT JOIN LATERAL (SELECT row_to_json(d8.*) AS doc
      FROM "refund" n8
      CROSS JOIN LATERAL (SELECT n8."id" AS "id", n8."amount" AS "amount", n8."reason" AS "reason") d8
      WHERE n8."line_position" = n2."position" AND n8."line_order" = n2."order" AND n8."line_shop" = n2."shop" ORDER BY n8."id" LIMIT 1) j8 ON true
    CROSS JOIN LATERAL (SELECT n2."shop" AS "shop", n2."order" AS "order_number", n2."position" AS "position", n2."quantity" AS "quantity", j3.doc AS "item", coalesce(j7.doc, '[]') AS "serials", j8.doc AS "refund") d2
    WHERE n2."order" = n0."number" AND n2."shop" = n0."shop") j2 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d9.*) ORDER BY n9."id") AS doc
    FROM "note" n9
    LEFT JOIN LATERAL (SELECT row_to_json(d10.*) AS doc
      FROM "purchasing"."supplier" n10
      CROSS JOIN LATERAL (SELECT n10."id" AS "id", n10."name" AS "name", n10."active" AS "active") d10
      WHERE n10."id" = n9."supplier_id") j10 ON true
    CROSS JOIN LATERAL (SELECT n9."id"::bigint AS "id", n9."written" AS "written", n9."text" AS "text", j10.doc AS "supplier") d9
    WHERE n9."about" = n0."note_thread") j9 ON true
  LEFT JOIN LATERAL (SELECT row_to_json(d11.*) AS doc
    FROM "invoice" n11
    CROSS JOIN LATERAL (SELECT n11."number" AS "number", n11."due" AS "due", n11."vat_rate" AS "vat_rate") d11
    WHERE n11."shop" = n0."shop" AND n11."order_number" = n0."number" ORDER BY n11."number" LIMIT 1) j11 ON true
  WHERE (n0."shop", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- bounds of the first page
WITH page AS (SELECT n0."shop" AS k1, n0."number" AS k2
    FROM "purchasing"."Order" n0
    WHERE n0."shop" IS NOT NULL AND n0."number" IS NOT NULL ORDER BY n0."shop", n0."number" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."shop" AS k1, n0."number" AS k2
    FROM "purchasing"."Order" n0
    WHERE (n0."shop", n0."number") > ($2, $3) AND n0."number" IS NOT NULL ORDER BY n0."shop", n0."number" LIMIT $1) SELECT lo.k1::text, lo.k2::text, hi.k1::text, hi.k2::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1, k2 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC, k2 DESC LIMIT 1) hi;

-- owners of node 1, Customer customer
SELECT DISTINCT n0."shop"::text, n0."number"::text
  FROM "purchasing"."Order" n0
  WHERE (n0."customer_country", n0."customer_email") IN (SELECT * FROM unnest($1, $2) k(k1, k2)) AND n0."shop" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 2, Line lines
SELECT DISTINCT n0."shop"::text, n0."number"::text
  FROM "purchasing"."Order" n0
  WHERE (n0."shop", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));

-- owners of node 3, Item item
SELECT DISTINCT n2."shop"::text, n2."order"::text
  FROM "order line" n2
  WHERE n2."item ""no""" = ANY($1) AND n2."shop" IS NOT NULL AND n2."order" IS NOT NULL;

-- owners of node 4, Unit unit
SELECT DISTINCT n2."shop"::text, n2."order"::text
  FROM "Stock ""main"""."item.v2" n3
  JOIN "order line" n2 ON n2."item ""no""" = n3."Item No"
  WHERE n3."unit_code" = ANY($1) AND n2."shop" IS NOT NULL AND n2."order" IS NOT NULL;

-- owners of node 5, Supplier maker
SELECT DISTINCT n2."shop"::text, n2."order"::text
  FROM "Stock ""main"""."item.v2" n3
  JOIN "order line" n2 ON n2."item ""no""" = n3."Item No"
  WHERE n3."made_by" = ANY($1) AND n2."shop" IS NOT NULL AND n2."order" IS NOT NULL;

-- owners of node 6, Supplier seller
SELECT DISTINCT n2."shop"::text, n2."order"::text
  FROM "Stock ""main"""."item.v2" n3
  JOIN "order line" n2 ON n2."item ""no""" = n3."Item No"
  WHERE n3."sold_by" = ANY($1) AND n2."shop" IS NOT NULL AND n2."order" IS NOT NULL;

-- owners of node 7, Serial serials
SELECT DISTINCT n2."shop"::text, n2."order"::text
  FROM "order line" n2
  WHERE (n2."shop", n2."order", n2."position") IN (SELECT * FROM unnest($1, $2, $3) k(k1, k2, k3)) AND n2."shop" IS NOT NULL AND n2."order" IS NOT NULL;

-- owners of node 8, Refund refund
SELECT DISTINCT n2."shop"::text, n2."order"::text
  FROM "order line" n2
  WHERE (n2."position", n2."order", n2."shop") IN (SELECT * FROM unnest($1, $2, $3) k(k1, k2, k3)) AND n2."shop" IS NOT NULL AND n2."order" IS NOT NULL;

-- owners of node 9, Note notes
SELECT DISTINCT n0."shop"::text, n0."number"::text
  FROM "purchasing"."Order" n0
  WHERE n0."note_thread" = ANY($1) AND n0."shop" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 10, Supplier supplier
SELECT DISTINCT n0."shop"::text, n0."number"::text
  FROM "note" n9
  JOIN "purchasing"."Order" n0 ON n0."note_thread" = n9."about"
  WHERE n9."supplier_id" = ANY($1) AND n0."shop" IS NOT NULL AND n0."number" IS NOT NULL;

-- owners of node 11, Invoice invoice
SELECT DISTINCT n0."shop"::text, n0."number"::text
  FROM "purchasing"."Order" n0
  WHERE (n0."shop", n0."number") IN (SELECT * FROM unnest($1, $2) k(k1, k2));
