-- What every document of examples/book must be, written by hand and on purpose unlike what the library writes:
-- jsonb, and a correlated sub-select for each relation. One query an index, headed by its name; each gives
-- (_id, document), with what the transforms do. Run with TimeZone UTC.

-- index: books
SELECT replace(replace(b.isbn, '\', '\\'), '|', '\|'),
       jsonb_build_object(
         'isbn', b.isbn,
         'title', b.title || coalesce(': ' || b.subtitle, ''),
         'blurb', b.blurb, 'format', b.format, 'reissued_as', b.reissued_as, 'pages', b.pages, 'sold', b.sold,
         'in_print', b.in_print, 'weight', b.weight, 'rating', b.rating, 'price', b.price, 'token', b.token,
         'published', b.published, 'changed', b.changed,
         'cover', translate(encode(b.cover, 'base64'), E'\n', ''),
         'uploaded_from', b.uploaded_from, 'keywords', b.keywords, 'chapters', b.chapters)
       || jsonb_build_object(
         'ages', CASE WHEN NOT isempty(b.ages) THEN jsonb_strip_nulls(jsonb_build_object(
           'gte', lower(b.ages), 'lt', upper(b.ages))) END,
         'sale', CASE WHEN NOT isempty(b.sale) THEN jsonb_strip_nulls(jsonb_build_object(
           'gte', (SELECT l FROM lower(b.sale) l WHERE l BETWEEN '0001-01-01' AND '9999-12-31' AND lower_inc(b.sale)),
           'gt', (SELECT l FROM lower(b.sale) l WHERE l BETWEEN '0001-01-01' AND '9999-12-31' AND NOT lower_inc(b.sale)),
           'lte', (SELECT u FROM upper(b.sale) u WHERE u BETWEEN '0001-01-01' AND '9999-12-31' AND upper_inc(b.sale)),
           'lt', (SELECT u FROM upper(b.sale) u WHERE u BETWEEN '0001-01-01' AND '9999-12-31' AND NOT upper_inc(b.sale))))
         END,
         'prices', CASE WHEN NOT isempty(b.prices) THEN (
           SELECT jsonb_strip_nulls(jsonb_build_object(
             'gte', CASE WHEN lower_inc(b.prices) OR n.near THEN n.l END,
             'gt', CASE WHEN NOT (lower_inc(b.prices) OR n.near) THEN n.l END,
             'lte', CASE WHEN upper_inc(b.prices) OR n.near THEN n.u END,
             'lt', CASE WHEN NOT (upper_inc(b.prices) OR n.near) THEN n.u END))
           FROM (SELECT f.l, f.u, coalesce(f.u - f.l <= 1e-9 * greatest(abs(f.l), abs(f.u)), false) AS near
                 FROM (SELECT CASE WHEN lower(b.prices)::text NOT IN ('NaN', 'Infinity', '-Infinity') THEN lower(b.prices) END AS l,
                              CASE WHEN upper(b.prices)::text NOT IN ('NaN', 'Infinity', '-Infinity') THEN upper(b.prices) END AS u) f) n)
         END,
         'embargo', CASE WHEN NOT isempty(b.embargo) THEN (
           SELECT jsonb_strip_nulls(jsonb_build_object(
             'gte', CASE WHEN lower_inc(b.embargo) OR n.near THEN n.l END,
             'gt', CASE WHEN NOT (lower_inc(b.embargo) OR n.near) THEN n.l END,
             'lte', CASE WHEN upper_inc(b.embargo) OR n.near THEN n.u END,
             'lt', CASE WHEN NOT (upper_inc(b.embargo) OR n.near) THEN n.u END))
           FROM (SELECT f.l, f.u, coalesce(f.u - f.l < CASE WHEN lower_inc(b.embargo) THEN interval '10 ms' ELSE '1010 ms' END, false) AS near
                 FROM (SELECT CASE WHEN lower(b.embargo) >= '0001-01-01' AND lower(b.embargo) < '10000-01-01' THEN lower(b.embargo) END AS l,
                              CASE WHEN upper(b.embargo) >= '0001-01-01' AND upper(b.embargo) < '10000-01-01' THEN upper(b.embargo) END AS u) f) n)
         END,
         'size', jsonb_build_object('width_cm', b.width_cm, 'height_cm', b.height_cm),
         'origin', jsonb_build_object('edition', b.edition, 'printed', b.printed, 'language', (
           SELECT jsonb_build_object('code', l.code, 'name', l.name) FROM language l WHERE l.code = b.language_code)),
         'label', b.isbn || ' #' || b.edition,
         'title_lower', lower(b.title),
         'length', CASE WHEN b.pages IS NULL THEN 'unknown' WHEN b.pages > 400 THEN 'long' ELSE 'short' END,
         'attributes', b.attributes, 'record', b.record::jsonb)
       || jsonb_build_object(
         'colour', b.attributes -> 'binding' ->> 'colour',
         'thickness', CASE jsonb_typeof(b.attributes -> 'binding' -> 'thickness')
           WHEN 'number' THEN b.attributes -> 'binding' -> 'thickness' END,
         'is_signed', CASE jsonb_typeof(b.attributes -> 'signed') WHEN 'boolean' THEN b.attributes -> 'signed' END,
         'first_print', b.attributes ->> 'first_print',
         'first_award', b.attributes #> '{awards,0}' ->> 'name',
         'first_award_year', CASE jsonb_typeof(b.attributes #> '{awards,0}' -> 'year')
           WHEN 'number' THEN b.attributes #> '{awards,0}' -> 'year' END,
         'catalogue_number', b.record -> 'catalogue' ->> 'number',
         'catalogue', b.record -> 'catalogue')
       || jsonb_build_object(
         'publisher', (
           SELECT jsonb_build_object('number', p.number, 'name', p.name, 'country', p.country_code, 'imprints', (
             SELECT coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'name', i.name) ORDER BY i.id), '[]')
             FROM imprint i WHERE i.publishing_house_id = p.number))
           FROM publishing_house p WHERE p.number = b.house_number),
         'authors', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'born', a.born)
             ORDER BY a.sort_name DESC NULLS LAST, a.id), '[]')
           FROM author a WHERE a.id IN (SELECT w.author_id FROM book_author w WHERE w.book_isbn = b.isbn)),
         'subjects', (
           SELECT coalesce(jsonb_agg(s.name ORDER BY s.id), '[]')
           FROM subject s WHERE s.id IN (SELECT w.subject_id FROM book_subject w WHERE w.book_isbn = b.isbn)),
         'translations', (
           SELECT coalesce(jsonb_object_agg(t.language_code, jsonb_build_object(
             'id', t.id, 'language_code', t.language_code, 'title', t.title, 'published', t.published)), '{}')
           FROM translation t
           WHERE t.book_isbn = b.isbn AND t.id = (
             SELECT o.id FROM translation o
             WHERE o.book_isbn = b.isbn AND o.language_code = t.language_code
             ORDER BY o.published DESC NULLS LAST, o.id LIMIT 1)),
         'titles', (
           SELECT coalesce(jsonb_object_agg(t.language_code, t.title), '{}')
           FROM translation t
           WHERE t.id IN (SELECT min(o.id) FROM translation o
                          WHERE o.book_isbn = b.isbn AND o.language_code IS NOT NULL GROUP BY o.language_code)),
         'copies', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', c.id, 'acquired', c.acquired,
             'shelf', (SELECT jsonb_build_object('id', s.id, 'room', s.room) FROM shelf s WHERE s.id = c.shelf_id),
             'whereabouts', CASE WHEN c.shelf_id IS NULL THEN 'lent' ELSE 'here' END) ORDER BY c.id), '[]')
           FROM copy c WHERE c.book_isbn = b.isbn),
         'rooms', (
           SELECT coalesce(jsonb_agg(s.room ORDER BY s.id), '[]')
           FROM shelf s WHERE s.id IN (SELECT c.shelf_id FROM copy c WHERE c.book_isbn = b.isbn)),
         'latest_reviews', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'stars', r.stars, 'body', r.body, 'written', r.written)
             ORDER BY r.written DESC NULLS LAST, r.id), '[]')
           FROM review r
           WHERE r.id IN (SELECT n.id FROM review n WHERE n.book_isbn = b.isbn
                          ORDER BY n.written DESC NULLS LAST, n.id LIMIT 2)))
FROM book b
WHERE NOT b.withdrawn;

-- index: authors
SELECT a.id::text,
       jsonb_build_object(
         'id', a.id, 'name', coalesce(a.pen_name, a.name), 'born', a.born, 'died', a.died, 'aliases', a.aliases,
         'book_count', (SELECT count(DISTINCT w.book_isbn) FROM book_author w WHERE w.author_id = a.id),
         'books', (
           SELECT jsonb_agg(jsonb_build_object(
             'isbn', b.isbn, 'title', b.title, 'format', b.format, 'published', b.published,
             'publisher', (
               SELECT jsonb_build_object('number', p.number, 'name', p.name, 'country', p.country_code, 'imprints', (
                 SELECT coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'name', i.name) ORDER BY i.id), '[]')
                 FROM imprint i WHERE i.publishing_house_id = p.number))
               FROM publishing_house p WHERE p.number = b.house_number))
             ORDER BY b.published DESC NULLS LAST, b.isbn)
           FROM book b WHERE b.isbn IN (SELECT w.book_isbn FROM book_author w WHERE w.author_id = a.id)))
FROM author a
WHERE a.id IN (SELECT w.author_id FROM book_author w);
