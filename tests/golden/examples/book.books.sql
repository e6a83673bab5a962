-- page: documents between two keys
SELECT n0."isbn"::text, row_to_json(d0.*) FROM (SELECT t.* FROM (SELECT *, (concat(isbn, ' #', edition)) AS "pgsync 0.26", (lower(title)) AS "pgsync 0.27", (CASE WHEN pages > 400 THEN 'long' WHEN pages <= 400 THEN 'short' ELSE 'unknown' END) AS "pgsync 0.28"
      FROM "book") t) n0
  CROSS JOIN LATERAL (SELECT row_to_json(d1.*) AS doc FROM (SELECT 1) e1
    CROSS JOIN LATERAL (SELECT n0."width_cm"::text AS "width_cm", n0."height_cm"::text AS "height_cm") d1) j1
  CROSS JOIN LATERAL (SELECT row_to_json(d2.*) AS doc FROM (SELECT 1) e2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "language" n3
      CROSS JOIN LATERAL (SELECT n3."code" AS "code", n3."name" AS "name") d3
      WHERE n3."code" = n0."language_code") j3 ON true
    CROSS JOIN LATERAL (SELECT n0."edition" AS "edition", n0."printed" AS "printed", j3.doc AS "language") d2) j2
  LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
    FROM "publishing_house" n4
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d5.*) ORDER BY n5."id") AS doc
      FROM "imprint" n5
      CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."name" AS "name") d5
      WHERE n5."publishing_house_id" = n4."number") j5 ON true
    CROSS JOIN LATERAL (SELECT n4."number" AS "number", n4."name" AS "name", n4."country_code" AS "country", coalesce(j5.doc, '[]') AS "imprints") d4
    WHERE n4."number" = n0."house_number") j4 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d7.*) ORDER BY n7."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY sort_name DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "author") t
      WHERE (t."id") IN (SELECT n6."author_id"
        FROM "book_author" n6
        WHERE n6."book_isbn" = n0."isbn")) n7
    CROSS JOIN LATERAL (SELECT n7."id" AS "id", n7."name" AS "name", n7."born" AS "born") d7) j7 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n9."name" ORDER BY n9."id") AS doc
    FROM "subject" n9
    WHERE (n9."id") IN (SELECT n8."subject_id"
      FROM "book_subject" n8
      WHERE n8."book_isbn" = n0."isbn")) j9 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n10."language_code"::text, row_to_json(d10.*) ORDER BY n10."language_code"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."language_code" ORDER BY published DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "translation") t
      WHERE t."book_isbn" = n0."isbn") n10
    CROSS JOIN LATERAL (SELECT n10."id" AS "id", n10."language_code" AS "language_code", n10."title" AS "title", n10."published" AS "published") d10
    WHERE n10."pgsync order" = 1 AND n10."language_code" IS NOT NULL) j10 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n11."language_code"::text, n11."title" ORDER BY n11."language_code"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."language_code" ORDER BY t."id") AS "pgsync order" FROM (SELECT *
        FROM "translation") t
      WHERE t."book_isbn" = n0."isbn") n11
    WHERE n11."pgsync order" = 1 AND n11."language_code" IS NOT NULL) j11 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d12.*) ORDER BY n12."id") AS doc FROM (SELECT t.* FROM (SELECT *, (CASE WHEN shelf_id IS NULL THEN 'lent' ELSE 'here' END) AS "pgsync 12.3"
        FROM "copy") t) n12
    LEFT JOIN LATERAL (SELECT row_to_json(d13.*) AS doc
      FROM "shelf" n13
      CROSS JOIN LATERAL (SELECT n13."id" AS "id", n13."room" AS "room") d13
      WHERE n13."id" = n12."shelf_id") j13 ON true
    CROSS JOIN LATERAL (SELECT n12."id"::bigint AS "id", n12."acquired" AS "acquired", j13.doc AS "shelf", n12."pgsync 12.3" AS "whereabouts") d12
    WHERE n12."book_isbn" = n0."isbn") j12 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n15."room" ORDER BY n15."id") AS doc
    FROM "shelf" n15
    WHERE (n15."id") IN (SELECT n14."shelf_id"
      FROM "copy" n14
      WHERE n14."book_isbn" = n0."isbn")) j15 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d16.*) ORDER BY n16."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY written DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "review") t
      WHERE t."book_isbn" = n0."isbn" ORDER BY "pgsync order" LIMIT 2) n16
    CROSS JOIN LATERAL (SELECT n16."id" AS "id", n16."stars" AS "stars", n16."body" AS "body", n16."written" AS "written") d16) j16 ON true
  CROSS JOIN LATERAL (SELECT n0."isbn" AS "isbn", n0."title" AS "title", n0."subtitle" AS "subtitle", n0."withdrawn" AS "withdrawn", n0."blurb" AS "blurb", n0."format" AS "format", n0."reissued_as" AS "reissued_as", n0."pages" AS "pages", n0."sold"::bigint AS "sold", n0."in_print" AS "in_print", n0."weight" AS "weight", n0."rating" AS "rating", n0."price"::text AS "price", n0."token" AS "token", n0."published" AS "published", n0."changed" AS "changed", translate(encode(n0."cover", 'base64'), chr(10), '') AS "cover", n0."uploaded_from" AS "uploaded_from", n0."keywords" AS "keywords", n0."chapters" AS "chapters", (CASE WHEN NOT isempty(n0."ages") THEN json_strip_nulls(json_build_object(CASE WHEN lower_inc(n0."ages") THEN 'gte' ELSE 'gt' END, lower(n0."ages"), CASE WHEN upper_inc(n0."ages") THEN 'lte' ELSE 'lt' END, upper(n0."ages"))) END)::text AS "ages", (CASE WHEN NOT isempty(n0."sale") THEN json_strip_nulls(json_build_object(CASE WHEN lower_inc(n0."sale") THEN 'gte' ELSE 'gt' END, CASE WHEN lower(n0."sale") >= '0001-01-01' AND lower(n0."sale") < '10000-01-01' THEN lower(n0."sale") END, CASE WHEN upper_inc(n0."sale") THEN 'lte' ELSE 'lt' END, CASE WHEN upper(n0."sale") >= '0001-01-01' AND upper(n0."sale") < '10000-01-01' THEN upper(n0."sale") END)) END)::text AS "sale", (CASE WHEN NOT isempty(n0."prices") THEN json_strip_nulls(json_build_object(CASE WHEN lower_inc(n0."prices") OR CASE WHEN lower(n0."prices") BETWEEN -1e300 AND 1e300 THEN CASE WHEN upper(n0."prices") BETWEEN -1e300 AND 1e300 THEN upper(n0."prices") - lower(n0."prices") <= 1e-9 * greatest(abs(lower(n0."prices")), abs(upper(n0."prices"))) END END THEN 'gte' ELSE 'gt' END, CASE WHEN lower(n0."prices") BETWEEN -1e300 AND 1e300 THEN lower(n0."prices") END, CASE WHEN upper_inc(n0."prices") OR CASE WHEN lower(n0."prices") BETWEEN -1e300 AND 1e300 THEN CASE WHEN upper(n0."prices") BETWEEN -1e300 AND 1e300 THEN upper(n0."prices") - lower(n0."prices") <= 1e-9 * greatest(abs(lower(n0."prices")), abs(upper(n0."prices"))) END END THEN 'lte' ELSE 'lt' END, CASE WHEN upper(n0."prices") BETWEEN -1e300 AND 1e300 THEN upper(n0."prices") END)) END)::text AS "prices", (CASE WHEN NOT isempty(n0."embargo") THEN json_strip_nulls(json_build_object(CASE WHEN lower_inc(n0."embargo") OR CASE WHEN lower(n0."embargo") >= '0001-01-01' AND lower(n0."embargo") < '10000-01-01' THEN upper(n0."embargo") < lower(n0."embargo") + CASE WHEN lower_inc(n0."embargo") THEN interval '10 ms' ELSE interval '1010 ms' END END THEN 'gte' ELSE 'gt' END, CASE WHEN lower(n0."embargo") >= '0001-01-01' AND lower(n0."embargo") < '10000-01-01' THEN lower(n0."embargo") END, CASE WHEN upper_inc(n0."embargo") OR CASE WHEN lower(n0."embargo") >= '0001-01-01' AND lower(n0."embargo") < '10000-01-01' THEN upper(n0."embargo") < lower(n0."embargo") + CASE WHEN lower_inc(n0."embargo") THEN interval '10 ms' ELSE interval '1010 ms' END END THEN 'lte' ELSE 'lt' END, CASE WHEN upper(n0."embargo") >= '0001-01-01' AND upper(n0."embargo") < '10000-01-01' THEN upper(n0."embargo") END)) END)::text AS "embargo", j1.doc AS "size", j2.doc AS "origin", n0."pgsync 0.26" AS "label", n0."pgsync 0.27" AS "title_lower", n0."pgsync 0.28" AS "length", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"binding","colour"}')::json) WHEN 'string' THEN (n0."attributes" #> '{"binding","colour"}')::json WHEN 'null' THEN NULL ELSE to_json(((n0."attributes" #> '{"binding","colour"}')::json)::text) END END AS "colour", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"binding","thickness"}')::json) WHEN 'number' THEN (n0."attributes" #> '{"binding","thickness"}')::json END END AS "thickness", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"signed"}')::json) WHEN 'boolean' THEN (n0."attributes" #> '{"signed"}')::json END END AS "is_signed", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"first_print"}')::json) WHEN 'string' THEN (n0."attributes" #> '{"first_print"}')::json WHEN 'null' THEN NULL ELSE to_json(((n0."attributes" #> '{"first_print"}')::json)::text) END END AS "first_print", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"awards","0","name"}')::json) WHEN 'string' THEN (n0."attributes" #> '{"awards","0","name"}')::json WHEN 'null' THEN NULL ELSE to_json(((n0."attributes" #> '{"awards","0","name"}')::json)::text) END END AS "first_award", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"awards","0","year"}')::json) WHEN 'number' THEN (n0."attributes" #> '{"awards","0","year"}')::json END END AS "first_award_year", CASE WHEN pg_typeof(n0."record") = 'json'::regtype AND regexp_replace(replace(n0."record"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."record" #> '{"catalogue","number"}')::json) WHEN 'string' THEN (n0."record" #> '{"catalogue","number"}')::json WHEN 'null' THEN NULL ELSE to_json(((n0."record" #> '{"catalogue","number"}')::json)::text) END END AS "catalogue_number", CASE WHEN pg_typeof(n0."record") = 'json'::regtype AND regexp_replace(replace(n0."record"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE (n0."record" #> '{"catalogue"}')::json END::text AS "catalogue", n0."attributes"::text AS "attributes", n0."record"::text AS "record", j4.doc AS "publisher", coalesce(j7.doc, '[]') AS "authors", coalesce(j9.doc, '[]') AS "subjects", coalesce(j10.doc, '{}') AS "translations", coalesce(j11.doc, '{}') AS "titles", coalesce(j12.doc, '[]') AS "copies", coalesce(j15.doc, '[]') AS "rooms", coalesce(j16.doc, '[]') AS "latest_reviews") d0
  WHERE (n0."isbn") >= ($1) AND (n0."isbn") <= ($2);

-- keys: documents of some keys
SELECT n0."isbn"::text, row_to_json(d0.*) FROM (SELECT t.* FROM (SELECT *, (concat(isbn, ' #', edition)) AS "pgsync 0.26", (lower(title)) AS "pgsync 0.27", (CASE WHEN pages > 400 THEN 'long' WHEN pages <= 400 THEN 'short' ELSE 'unknown' END) AS "pgsync 0.28"
      FROM "book") t) n0
  CROSS JOIN LATERAL (SELECT row_to_json(d1.*) AS doc FROM (SELECT 1) e1
    CROSS JOIN LATERAL (SELECT n0."width_cm"::text AS "width_cm", n0."height_cm"::text AS "height_cm") d1) j1
  CROSS JOIN LATERAL (SELECT row_to_json(d2.*) AS doc FROM (SELECT 1) e2
    LEFT JOIN LATERAL (SELECT row_to_json(d3.*) AS doc
      FROM "language" n3
      CROSS JOIN LATERAL (SELECT n3."code" AS "code", n3."name" AS "name") d3
      WHERE n3."code" = n0."language_code") j3 ON true
    CROSS JOIN LATERAL (SELECT n0."edition" AS "edition", n0."printed" AS "printed", j3.doc AS "language") d2) j2
  LEFT JOIN LATERAL (SELECT row_to_json(d4.*) AS doc
    FROM "publishing_house" n4
    LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d5.*) ORDER BY n5."id") AS doc
      FROM "imprint" n5
      CROSS JOIN LATERAL (SELECT n5."id" AS "id", n5."name" AS "name") d5
      WHERE n5."publishing_house_id" = n4."number") j5 ON true
    CROSS JOIN LATERAL (SELECT n4."number" AS "number", n4."name" AS "name", n4."country_code" AS "country", coalesce(j5.doc, '[]') AS "imprints") d4
    WHERE n4."number" = n0."house_number") j4 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d7.*) ORDER BY n7."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY sort_name DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "author") t
      WHERE (t."id") IN (SELECT n6."author_id"
        FROM "book_author" n6
        WHERE n6."book_isbn" = n0."isbn")) n7
    CROSS JOIN LATERAL (SELECT n7."id" AS "id", n7."name" AS "name", n7."born" AS "born") d7) j7 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n9."name" ORDER BY n9."id") AS doc
    FROM "subject" n9
    WHERE (n9."id") IN (SELECT n8."subject_id"
      FROM "book_subject" n8
      WHERE n8."book_isbn" = n0."isbn")) j9 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n10."language_code"::text, row_to_json(d10.*) ORDER BY n10."language_code"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."language_code" ORDER BY published DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "translation") t
      WHERE t."book_isbn" = n0."isbn") n10
    CROSS JOIN LATERAL (SELECT n10."id" AS "id", n10."language_code" AS "language_code", n10."title" AS "title", n10."published" AS "published") d10
    WHERE n10."pgsync order" = 1 AND n10."language_code" IS NOT NULL) j10 ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(n11."language_code"::text, n11."title" ORDER BY n11."language_code"::text COLLATE "C") AS doc FROM (SELECT t.*, row_number() OVER (PARTITION BY t."language_code" ORDER BY t."id") AS "pgsync order" FROM (SELECT *
        FROM "translation") t
      WHERE t."book_isbn" = n0."isbn") n11
    WHERE n11."pgsync order" = 1 AND n11."language_code" IS NOT NULL) j11 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d12.*) ORDER BY n12."id") AS doc FROM (SELECT t.* FROM (SELECT *, (CASE WHEN shelf_id IS NULL THEN 'lent' ELSE 'here' END) AS "pgsync 12.3"
        FROM "copy") t) n12
    LEFT JOIN LATERAL (SELECT row_to_json(d13.*) AS doc
      FROM "shelf" n13
      CROSS JOIN LATERAL (SELECT n13."id" AS "id", n13."room" AS "room") d13
      WHERE n13."id" = n12."shelf_id") j13 ON true
    CROSS JOIN LATERAL (SELECT n12."id"::bigint AS "id", n12."acquired" AS "acquired", j13.doc AS "shelf", n12."pgsync 12.3" AS "whereabouts") d12
    WHERE n12."book_isbn" = n0."isbn") j12 ON true
  LEFT JOIN LATERAL (SELECT json_agg(n15."room" ORDER BY n15."id") AS doc
    FROM "shelf" n15
    WHERE (n15."id") IN (SELECT n14."shelf_id"
      FROM "copy" n14
      WHERE n14."book_isbn" = n0."isbn")) j15 ON true
  LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d16.*) ORDER BY n16."pgsync order") AS doc FROM (SELECT t.*, row_number() OVER (ORDER BY written DESC NULLS LAST, t."id") AS "pgsync order" FROM (SELECT *
        FROM "review") t
      WHERE t."book_isbn" = n0."isbn" ORDER BY "pgsync order" LIMIT 2) n16
    CROSS JOIN LATERAL (SELECT n16."id" AS "id", n16."stars" AS "stars", n16."body" AS "body", n16."written" AS "written") d16) j16 ON true
  CROSS JOIN LATERAL (SELECT n0."isbn" AS "isbn", n0."title" AS "title", n0."subtitle" AS "subtitle", n0."withdrawn" AS "withdrawn", n0."blurb" AS "blurb", n0."format" AS "format", n0."reissued_as" AS "reissued_as", n0."pages" AS "pages", n0."sold"::bigint AS "sold", n0."in_print" AS "in_print", n0."weight" AS "weight", n0."rating" AS "rating", n0."price"::text AS "price", n0."token" AS "token", n0."published" AS "published", n0."changed" AS "changed", translate(encode(n0."cover", 'base64'), chr(10), '') AS "cover", n0."uploaded_from" AS "uploaded_from", n0."keywords" AS "keywords", n0."chapters" AS "chapters", (CASE WHEN NOT isempty(n0."ages") THEN json_strip_nulls(json_build_object(CASE WHEN lower_inc(n0."ages") THEN 'gte' ELSE 'gt' END, lower(n0."ages"), CASE WHEN upper_inc(n0."ages") THEN 'lte' ELSE 'lt' END, upper(n0."ages"))) END)::text AS "ages", (CASE WHEN NOT isempty(n0."sale") THEN json_strip_nulls(json_build_object(CASE WHEN lower_inc(n0."sale") THEN 'gte' ELSE 'gt' END, CASE WHEN lower(n0."sale") >= '0001-01-01' AND lower(n0."sale") < '10000-01-01' THEN lower(n0."sale") END, CASE WHEN upper_inc(n0."sale") THEN 'lte' ELSE 'lt' END, CASE WHEN upper(n0."sale") >= '0001-01-01' AND upper(n0."sale") < '10000-01-01' THEN upper(n0."sale") END)) END)::text AS "sale", (CASE WHEN NOT isempty(n0."prices") THEN json_strip_nulls(json_build_object(CASE WHEN lower_inc(n0."prices") OR CASE WHEN lower(n0."prices") BETWEEN -1e300 AND 1e300 THEN CASE WHEN upper(n0."prices") BETWEEN -1e300 AND 1e300 THEN upper(n0."prices") - lower(n0."prices") <= 1e-9 * greatest(abs(lower(n0."prices")), abs(upper(n0."prices"))) END END THEN 'gte' ELSE 'gt' END, CASE WHEN lower(n0."prices") BETWEEN -1e300 AND 1e300 THEN lower(n0."prices") END, CASE WHEN upper_inc(n0."prices") OR CASE WHEN lower(n0."prices") BETWEEN -1e300 AND 1e300 THEN CASE WHEN upper(n0."prices") BETWEEN -1e300 AND 1e300 THEN upper(n0."prices") - lower(n0."prices") <= 1e-9 * greatest(abs(lower(n0."prices")), abs(upper(n0."prices"))) END END THEN 'lte' ELSE 'lt' END, CASE WHEN upper(n0."prices") BETWEEN -1e300 AND 1e300 THEN upper(n0."prices") END)) END)::text AS "prices", (CASE WHEN NOT isempty(n0."embargo") THEN json_strip_nulls(json_build_object(CASE WHEN lower_inc(n0."embargo") OR CASE WHEN lower(n0."embargo") >= '0001-01-01' AND lower(n0."embargo") < '10000-01-01' THEN upper(n0."embargo") < lower(n0."embargo") + CASE WHEN lower_inc(n0."embargo") THEN interval '10 ms' ELSE interval '1010 ms' END END THEN 'gte' ELSE 'gt' END, CASE WHEN lower(n0."embargo") >= '0001-01-01' AND lower(n0."embargo") < '10000-01-01' THEN lower(n0."embargo") END, CASE WHEN upper_inc(n0."embargo") OR CASE WHEN lower(n0."embargo") >= '0001-01-01' AND lower(n0."embargo") < '10000-01-01' THEN upper(n0."embargo") < lower(n0."embargo") + CASE WHEN lower_inc(n0."embargo") THEN interval '10 ms' ELSE interval '1010 ms' END END THEN 'lte' ELSE 'lt' END, CASE WHEN upper(n0."embargo") >= '0001-01-01' AND upper(n0."embargo") < '10000-01-01' THEN upper(n0."embargo") END)) END)::text AS "embargo", j1.doc AS "size", j2.doc AS "origin", n0."pgsync 0.26" AS "label", n0."pgsync 0.27" AS "title_lower", n0."pgsync 0.28" AS "length", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"binding","colour"}')::json) WHEN 'string' THEN (n0."attributes" #> '{"binding","colour"}')::json WHEN 'null' THEN NULL ELSE to_json(((n0."attributes" #> '{"binding","colour"}')::json)::text) END END AS "colour", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"binding","thickness"}')::json) WHEN 'number' THEN (n0."attributes" #> '{"binding","thickness"}')::json END END AS "thickness", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"signed"}')::json) WHEN 'boolean' THEN (n0."attributes" #> '{"signed"}')::json END END AS "is_signed", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"first_print"}')::json) WHEN 'string' THEN (n0."attributes" #> '{"first_print"}')::json WHEN 'null' THEN NULL ELSE to_json(((n0."attributes" #> '{"first_print"}')::json)::text) END END AS "first_print", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"awards","0","name"}')::json) WHEN 'string' THEN (n0."attributes" #> '{"awards","0","name"}')::json WHEN 'null' THEN NULL ELSE to_json(((n0."attributes" #> '{"awards","0","name"}')::json)::text) END END AS "first_award", CASE WHEN pg_typeof(n0."attributes") = 'json'::regtype AND regexp_replace(replace(n0."attributes"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."attributes" #> '{"awards","0","year"}')::json) WHEN 'number' THEN (n0."attributes" #> '{"awards","0","year"}')::json END END AS "first_award_year", CASE WHEN pg_typeof(n0."record") = 'json'::regtype AND regexp_replace(replace(n0."record"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE CASE json_typeof((n0."record" #> '{"catalogue","number"}')::json) WHEN 'string' THEN (n0."record" #> '{"catalogue","number"}')::json WHEN 'null' THEN NULL ELSE to_json(((n0."record" #> '{"catalogue","number"}')::json)::text) END END AS "catalogue_number", CASE WHEN pg_typeof(n0."record") = 'json'::regtype AND regexp_replace(replace(n0."record"::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ '\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE (n0."record" #> '{"catalogue"}')::json END::text AS "catalogue", n0."attributes"::text AS "attributes", n0."record"::text AS "record", j4.doc AS "publisher", coalesce(j7.doc, '[]') AS "authors", coalesce(j9.doc, '[]') AS "subjects", coalesce(j10.doc, '{}') AS "translations", coalesce(j11.doc, '{}') AS "titles", coalesce(j12.doc, '[]') AS "copies", coalesce(j15.doc, '[]') AS "rooms", coalesce(j16.doc, '[]') AS "latest_reviews") d0
  WHERE n0."isbn" = ANY($1);

-- bounds of the first page
WITH page AS (SELECT n0."isbn" AS k1 FROM (SELECT t.* FROM (SELECT *, (concat(isbn, ' #', edition)) AS "pgsync 0.26", (lower(title)) AS "pgsync 0.27", (CASE WHEN pages > 400 THEN 'long' WHEN pages <= 400 THEN 'short' ELSE 'unknown' END) AS "pgsync 0.28"
        FROM "book") t) n0
    WHERE n0."isbn" IS NOT NULL ORDER BY n0."isbn" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- bounds of each page after it
WITH page AS (SELECT n0."isbn" AS k1 FROM (SELECT t.* FROM (SELECT *, (concat(isbn, ' #', edition)) AS "pgsync 0.26", (lower(title)) AS "pgsync 0.27", (CASE WHEN pages > 400 THEN 'long' WHEN pages <= 400 THEN 'short' ELSE 'unknown' END) AS "pgsync 0.28"
        FROM "book") t) n0
    WHERE (n0."isbn") > ($2) ORDER BY n0."isbn" LIMIT $1) SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo, (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi;

-- owners of node 3, Language language
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."language_code" = ANY($1) AND n0."isbn" IS NOT NULL;

-- owners of node 4, Publisher publisher
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."house_number" = ANY($1) AND n0."isbn" IS NOT NULL;

-- owners of node 5, Imprint imprints
SELECT DISTINCT n0."isbn"::text
  FROM "publishing_house" n4
  JOIN "book" n0 ON n0."house_number" = n4."number"
  WHERE n4."number" = ANY($1) AND n0."isbn" IS NOT NULL;

-- owners of node 6, Book authors
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."isbn" = ANY($1);

-- owners of node 7, Author authors
SELECT DISTINCT n6."book_isbn"::text
  FROM "book_author" n6
  WHERE n6."author_id" = ANY($1) AND n6."book_isbn" IS NOT NULL;

-- owners of node 8, Book subjects
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."isbn" = ANY($1);

-- owners of node 9, Subject subjects
SELECT DISTINCT n8."book_isbn"::text
  FROM "book_subject" n8
  WHERE n8."subject_id" = ANY($1) AND n8."book_isbn" IS NOT NULL;

-- owners of node 10, Translation translations
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."isbn" = ANY($1);

-- owners of node 11, Translation titles
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."isbn" = ANY($1);

-- owners of node 12, Copy copies
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."isbn" = ANY($1);

-- owners of node 13, Shelf shelf
SELECT DISTINCT n12."book_isbn"::text
  FROM "copy" n12
  WHERE n12."shelf_id" = ANY($1) AND n12."book_isbn" IS NOT NULL;

-- owners of node 14, Book rooms
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."isbn" = ANY($1);

-- owners of node 15, Shelf rooms
SELECT DISTINCT n14."book_isbn"::text
  FROM "copy" n14
  WHERE n14."shelf_id" = ANY($1) AND n14."book_isbn" IS NOT NULL;

-- owners of node 16, Review latest_reviews
SELECT DISTINCT n0."isbn"::text
  FROM "book" n0
  WHERE n0."isbn" = ANY($1);
