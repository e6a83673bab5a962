-- What every document of examples/tree must be, written by hand and on purpose unlike what the library writes.
-- One query an index, headed by its name; each gives (_id, document). Run with TimeZone UTC.

-- index: categories
SELECT c.id::text,
       jsonb_build_object(
         'id', c.id, 'name', c.name, 'position', c.position, 'retired', c.retired, 'parent_id', c.parent_id,
         'above', (
           WITH RECURSIVE up(id, parent_id, name, step, seen) AS (
             SELECT p.id, p.parent_id, p.name, 1, ARRAY[c.id, p.id]
             FROM category p WHERE p.id = c.parent_id AND p.id <> c.id
             UNION ALL
             SELECT p.id, p.parent_id, p.name, u.step + 1, u.seen || p.id
             FROM up u JOIN category p ON p.id = u.parent_id WHERE p.id <> ALL (u.seen))
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) ORDER BY u.step DESC), '[]')
           FROM up u),
         'breadcrumbs', (
           WITH RECURSIVE up(id, parent_id, name, step, seen) AS (
             SELECT p.id, p.parent_id, p.name, 1, ARRAY[c.id, p.id]
             FROM category p WHERE p.id = c.parent_id AND p.id <> c.id
             UNION ALL
             SELECT p.id, p.parent_id, p.name, u.step + 1, u.seen || p.id
             FROM up u JOIN category p ON p.id = u.parent_id WHERE p.id <> ALL (u.seen))
           SELECT coalesce(jsonb_agg(u.name ORDER BY u.step DESC), '[]') FROM up u),
         'near', (
           SELECT coalesce(jsonb_agg(n.object ORDER BY n.level, n.id), '[]')
           FROM (
             SELECT 1, k.id, jsonb_build_object(
               'id', k.id, 'parent_id', k.parent_id, 'name', k.name,
               'children', (SELECT count(*) FROM category x WHERE x.parent_id = k.id))
             FROM category k WHERE k.parent_id = c.id AND k.id <> c.id
             UNION ALL
             SELECT 2, g.id, jsonb_build_object(
               'id', g.id, 'parent_id', g.parent_id, 'name', g.name,
               'children', (SELECT count(*) FROM category x WHERE x.parent_id = g.id))
             FROM category k, category g
             WHERE k.parent_id = c.id AND k.id <> c.id AND g.parent_id = k.id AND g.id NOT IN (c.id, k.id)
           ) n (level, id, object)),
         'all_below', (
           WITH RECURSIVE down(id, level, seen) AS (
             SELECT k.id, 1, ARRAY[c.id, k.id] FROM category k WHERE k.parent_id = c.id AND k.id <> c.id
             UNION ALL
             SELECT k.id, d.level + 1, d.seen || k.id
             FROM down d JOIN category k ON k.parent_id = d.id WHERE k.id <> ALL (d.seen))
           SELECT coalesce(jsonb_agg(d.id ORDER BY d.level, d.id), '[]') FROM down d),
         'children', (SELECT count(*) FROM category k WHERE k.parent_id = c.id),
         'current_children', (SELECT count(*) FROM category k WHERE k.parent_id = c.id AND NOT k.retired),
         'articles', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'title', a.title) ORDER BY a.id), '[]')
           FROM article a WHERE a.category_id = c.id))
FROM category c;

-- index: articles
SELECT a.id::text,
       jsonb_build_object(
         'id', a.id, 'title', a.title, 'published', a.published,
         'section', (
           SELECT jsonb_build_object(
             'id', s.id, 'name', s.name,
             'parent', (
               SELECT jsonb_build_object(
                 'id', p.id, 'name', p.name,
                 'parent', (SELECT jsonb_build_object('id', g.id, 'name', g.name)
                            FROM category g WHERE g.id = p.parent_id))
               FROM category p WHERE p.id = s.parent_id),
             'path', to_jsonb(w.names))
           FROM category s WHERE s.id = a.category_id),
         'trail', (
           SELECT array_to_string(w.names || s.name, ' > ') FROM category s WHERE s.id = a.category_id),
         'also_in', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', o.id, 'name', o.name,
             'path', (
               WITH RECURSIVE up(id, parent_id, step, seen) AS (
                 SELECT p.id, p.parent_id, 1, ARRAY[o.id, p.id]
                 FROM category p WHERE p.id = o.parent_id AND p.id <> o.id
                 UNION ALL
                 SELECT p.id, p.parent_id, u.step + 1, u.seen || p.id
                 FROM up u JOIN category p ON p.id = u.parent_id WHERE p.id <> ALL (u.seen))
               SELECT coalesce(jsonb_agg(u.id ORDER BY u.step DESC), '[]') FROM up u))
             ORDER BY o.id), '[]')
           FROM category o
           WHERE o.id IN (SELECT l.category_id FROM article_category l WHERE l.article_id = a.id)))
FROM article a
CROSS JOIN LATERAL (
  WITH RECURSIVE up(id, parent_id, name, step, seen) AS (
    SELECT p.id, p.parent_id, p.name, 1, ARRAY[s.id, p.id]
    FROM category s JOIN category p ON p.id = s.parent_id AND p.id <> s.id WHERE s.id = a.category_id
    UNION ALL
    SELECT p.id, p.parent_id, p.name, u.step + 1, u.seen || p.id
    FROM up u JOIN category p ON p.id = u.parent_id WHERE p.id <> ALL (u.seen))
  SELECT coalesce(array_agg(u.name ORDER BY u.step DESC), '{}') FROM up u) w (names)
WHERE a.state IS DISTINCT FROM 'withdrawn';
