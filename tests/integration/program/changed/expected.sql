-- index: items
SELECT i.id::text AS id, jsonb_build_object('id', i.id, 'title', i.title, 'body', i.body,
  'tags', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) ORDER BY t.id), '[]') FROM tag t WHERE t.item_id = i.id),
  'labels', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name) ORDER BY l.id), '[]') FROM label l
             JOIN item_label k ON k.label_id = l.id WHERE k.item_id = i.id),
  'lines', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'day', l.day, 'amount', l.amount) ORDER BY l.id, l.day), '[]') FROM line l WHERE l.item_id = i.id),
  'events', (SELECT coalesce(jsonb_agg(jsonb_build_object('day', e.day, 'note', e.note) ORDER BY e.day, e.note), '[]') FROM event e WHERE e.item_id = i.id),
  'total', (SELECT jsonb_build_object('item_id', t.item_id, 'amount', t.amount) FROM item_total t WHERE t.item_id = i.id),
  'rank', (SELECT jsonb_build_object('item_id', r.item_id, 'tags', r.tags) FROM item_rank r WHERE r.item_id = i.id)) AS document
FROM item i;
-- index: lines
SELECT id || '|' || day AS id, jsonb_build_object('id', id, 'day', day, 'amount', amount) AS document FROM line;
