-- What every document of the options program must be, written by hand and on purpose unlike what the library writes.
-- One query an index, headed by its name; each gives (_id, document). Run with TimeZone UTC.

-- index: devices
SELECT d.id::text, jsonb_build_object(
         'id', d.id, 'serial', d.serial, 'name', d.name, 'state', d.state, 'starts_at', d.starts_at,
         'owner', (
           SELECT jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email)
           FROM person p WHERE p.id = d.owner_id AND p.active),
         'owner_email', (SELECT p.email FROM person p WHERE p.id = d.owner_id AND p.active),
         'card', (
           SELECT jsonb_build_object('person_id', p.id, 'line', p.name || coalesce(' (' || t.name || ')', ''))
           FROM person p LEFT JOIN team t ON t.id = p.team_id WHERE p.id = d.owner_id),
         'site', (
           SELECT jsonb_build_object('id', s.id, 'code', s.code, 'name', s.name)
           FROM site s WHERE s.code = d.site_code AND NOT s.closed),
         'best_part', (
           SELECT jsonb_build_object('id', p.id, 'label', p.label, 'grade', p.grade, 'fitted', p.fitted)
           FROM part p WHERE p.device_id = d.id AND NOT p.removed
           ORDER BY p.grade DESC NULLS LAST, p.fitted, p.id LIMIT 1),
         'removed_part', (
           SELECT p.label FROM part p WHERE p.device_id = d.id AND p.removed ORDER BY p.id LIMIT 1),
         'last_fitted', (
           SELECT p.fitted FROM part p WHERE p.device_id = d.id ORDER BY p.fitted DESC NULLS LAST, p.id LIMIT 1),
         'ungraded', (
           SELECT jsonb_build_object('id', p.id, 'label', p.label, 'grade', p.grade, 'fitted', p.fitted)
           FROM part p WHERE p.device_id = d.id AND p.grade IS NULL ORDER BY p.id LIMIT 1),
         'part_labels', (
           SELECT coalesce(jsonb_agg(p.label ORDER BY p.id), '[]') FROM part p WHERE p.device_id = d.id),
         'top_label', (
           SELECT jsonb_build_object('id', l.id, 'code', l.code, 'name', l.name, 'rank', l.rank)
           FROM device_label x JOIN label l ON l.code = x.label_code
           WHERE x.device_serial = d.serial AND l.rank > 0 ORDER BY l.rank DESC, l.id LIMIT 1),
         'low_label', (
           SELECT l.name FROM device_label x JOIN label l ON l.code = x.label_code
           WHERE x.device_serial = d.serial ORDER BY l.rank, l.id LIMIT 1),
         'labels', (
           SELECT coalesce(jsonb_agg(l.code ORDER BY l.id), '[]')
           FROM device_label x JOIN label l ON l.code = x.label_code WHERE x.device_serial = d.serial),
         'ranked_labels', (
           SELECT count(*) FROM device_label x JOIN label l ON l.code = x.label_code
           WHERE x.device_serial = d.serial AND l.rank > 0),
         'last_label_name', (
           SELECT max(l.name) FROM device_label x JOIN label l ON l.code = x.label_code WHERE x.device_serial = d.serial),
         'first_part_label', (SELECT min(p.label) FROM part p WHERE p.device_id = d.id),
         'last_part_label', (SELECT max(p.label) FROM part p WHERE p.device_id = d.id AND NOT p.removed),
         'totals', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'device_id', g.device_id, 'grade', g.grade, 'parts', g.parts, 'labels', g.labels) ORDER BY g.grade), '[]')
           FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g),
         'parts_by_grade', (SELECT coalesce(jsonb_object_agg(g.grade::text, g.parts), '{}') FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g),
         'commonest', (
           SELECT coalesce(jsonb_agg(g), '[]') FROM (
             SELECT p.device_id, p.grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id AND p.grade > 0 GROUP BY 1, 2
             ORDER BY 3 DESC, 4, 2 LIMIT 1) g),
         'further_labels', (
           SELECT coalesce(jsonb_agg(x.name ORDER BY x.rank, x.id), '[]') FROM (
             SELECT l.name, l.rank, l.id FROM device_label x JOIN label l ON l.code = x.label_code
             WHERE x.device_serial = d.serial ORDER BY l.rank, l.id OFFSET 1) x),
         'next_parts', (
           SELECT coalesce(jsonb_agg(x.label ORDER BY x.label, x.id), '[]') FROM (
             SELECT p.label, p.id FROM part p WHERE p.device_id = d.id AND NOT p.removed ORDER BY p.label, p.id OFFSET 1 LIMIT 2) x),
         'label_lines', (
           SELECT coalesce(jsonb_agg(l.name || ' #' || l.rank ORDER BY l.code), '[]')
           FROM device_label x JOIN label l ON l.code = x.label_code WHERE x.device_serial = d.serial),
         'repeated_grades', (SELECT count(*) FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g WHERE g.parts > 1),
         'has_top_grade', EXISTS (SELECT FROM part p WHERE p.device_id = d.id AND p.grade = 9),
         'most_parts', (SELECT max(g.parts) FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g),
         'first_labels', (SELECT min(g.labels) FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g),
         'about', jsonb_build_object(
           'contract', (
             SELECT jsonb_build_object('id', c.id, 'number', c.number) FROM contract c
             WHERE d.about_type = 'contract' AND c.number = d.about_ref AND c.signed),
           'ticket', (
             SELECT t.title FROM ticket t WHERE d.about_type = 'ticket' AND t.code = d.about_ref)))
FROM device d

-- index: running_devices
SELECT d.id::text, jsonb_build_object(
         'id', d.id, 'serial', d.serial, 'name', d.name, 'state', d.state, 'starts_at', d.starts_at,
         'owner', (
           SELECT jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email)
           FROM person p WHERE p.id = d.owner_id AND p.active),
         'owner_email', (SELECT p.email FROM person p WHERE p.id = d.owner_id AND p.active),
         'card', (
           SELECT jsonb_build_object('person_id', p.id, 'line', p.name || coalesce(' (' || t.name || ')', ''))
           FROM person p LEFT JOIN team t ON t.id = p.team_id WHERE p.id = d.owner_id),
         'site', (
           SELECT jsonb_build_object('id', s.id, 'code', s.code, 'name', s.name)
           FROM site s WHERE s.code = d.site_code AND NOT s.closed),
         'best_part', (
           SELECT jsonb_build_object('id', p.id, 'label', p.label, 'grade', p.grade, 'fitted', p.fitted)
           FROM part p WHERE p.device_id = d.id AND NOT p.removed
           ORDER BY p.grade DESC NULLS LAST, p.fitted, p.id LIMIT 1),
         'removed_part', (
           SELECT p.label FROM part p WHERE p.device_id = d.id AND p.removed ORDER BY p.id LIMIT 1),
         'last_fitted', (
           SELECT p.fitted FROM part p WHERE p.device_id = d.id ORDER BY p.fitted DESC NULLS LAST, p.id LIMIT 1),
         'ungraded', (
           SELECT jsonb_build_object('id', p.id, 'label', p.label, 'grade', p.grade, 'fitted', p.fitted)
           FROM part p WHERE p.device_id = d.id AND p.grade IS NULL ORDER BY p.id LIMIT 1),
         'part_labels', (
           SELECT coalesce(jsonb_agg(p.label ORDER BY p.id), '[]') FROM part p WHERE p.device_id = d.id),
         'top_label', (
           SELECT jsonb_build_object('id', l.id, 'code', l.code, 'name', l.name, 'rank', l.rank)
           FROM device_label x JOIN label l ON l.code = x.label_code
           WHERE x.device_serial = d.serial AND l.rank > 0 ORDER BY l.rank DESC, l.id LIMIT 1),
         'low_label', (
           SELECT l.name FROM device_label x JOIN label l ON l.code = x.label_code
           WHERE x.device_serial = d.serial ORDER BY l.rank, l.id LIMIT 1),
         'labels', (
           SELECT coalesce(jsonb_agg(l.code ORDER BY l.id), '[]')
           FROM device_label x JOIN label l ON l.code = x.label_code WHERE x.device_serial = d.serial),
         'ranked_labels', (
           SELECT count(*) FROM device_label x JOIN label l ON l.code = x.label_code
           WHERE x.device_serial = d.serial AND l.rank > 0),
         'last_label_name', (
           SELECT max(l.name) FROM device_label x JOIN label l ON l.code = x.label_code WHERE x.device_serial = d.serial),
         'first_part_label', (SELECT min(p.label) FROM part p WHERE p.device_id = d.id),
         'last_part_label', (SELECT max(p.label) FROM part p WHERE p.device_id = d.id AND NOT p.removed),
         'totals', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'device_id', g.device_id, 'grade', g.grade, 'parts', g.parts, 'labels', g.labels) ORDER BY g.grade), '[]')
           FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g),
         'parts_by_grade', (SELECT coalesce(jsonb_object_agg(g.grade::text, g.parts), '{}') FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g),
         'commonest', (
           SELECT coalesce(jsonb_agg(g), '[]') FROM (
             SELECT p.device_id, p.grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id AND p.grade > 0 GROUP BY 1, 2
             ORDER BY 3 DESC, 4, 2 LIMIT 1) g),
         'further_labels', (
           SELECT coalesce(jsonb_agg(x.name ORDER BY x.rank, x.id), '[]') FROM (
             SELECT l.name, l.rank, l.id FROM device_label x JOIN label l ON l.code = x.label_code
             WHERE x.device_serial = d.serial ORDER BY l.rank, l.id OFFSET 1) x),
         'next_parts', (
           SELECT coalesce(jsonb_agg(x.label ORDER BY x.label, x.id), '[]') FROM (
             SELECT p.label, p.id FROM part p WHERE p.device_id = d.id AND NOT p.removed ORDER BY p.label, p.id OFFSET 1 LIMIT 2) x),
         'label_lines', (
           SELECT coalesce(jsonb_agg(l.name || ' #' || l.rank ORDER BY l.code), '[]')
           FROM device_label x JOIN label l ON l.code = x.label_code WHERE x.device_serial = d.serial),
         'repeated_grades', (SELECT count(*) FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g WHERE g.parts > 1),
         'has_top_grade', EXISTS (SELECT FROM part p WHERE p.device_id = d.id AND p.grade = 9),
         'most_parts', (SELECT max(g.parts) FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g),
         'first_labels', (SELECT min(g.labels) FROM (
             SELECT p.device_id, coalesce(p.grade, 0) AS grade, count(*) AS parts, string_agg(p.label, ', ' ORDER BY p.id) AS labels
             FROM part p WHERE p.device_id = d.id GROUP BY 1, 2) g),
         'about', jsonb_build_object(
           'contract', (
             SELECT jsonb_build_object('id', c.id, 'number', c.number) FROM contract c
             WHERE d.about_type = 'contract' AND c.number = d.about_ref AND c.signed),
           'ticket', (
             SELECT t.title FROM ticket t WHERE d.about_type = 'ticket' AND t.code = d.about_ref)))
FROM device d WHERE d.state = 'running'

-- index: sites
SELECT s.id::text,
       jsonb_build_object(
         'id', s.id, 'code', s.code, 'name', s.name,
         'above', (
           WITH RECURSIVE up(id, code, name, upper_code, way) AS (
             SELECT u.id, u.code, u.name, u.upper_code, ARRAY[s.id, u.id] FROM site u WHERE u.code = s.upper_code AND u.id <> s.id
             UNION ALL
             SELECT u.id, u.code, u.name, u.upper_code, way || u.id
             FROM up JOIN site u ON u.code = up.upper_code WHERE u.id <> ALL (way))
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'code', code, 'name', name)
             ORDER BY cardinality(way) DESC), '[]') FROM up),
         'open_above', (
           WITH RECURSIVE up(name, upper_code, closed, way) AS (
             SELECT u.name, u.upper_code, u.closed, ARRAY[s.id, u.id] FROM site u WHERE u.code = s.upper_code AND u.id <> s.id
             UNION ALL
             SELECT u.name, u.upper_code, u.closed, way || u.id
             FROM up JOIN site u ON u.code = up.upper_code WHERE u.id <> ALL (way))
           SELECT coalesce(jsonb_agg(name ORDER BY cardinality(way) DESC) FILTER (WHERE NOT closed), '[]') FROM up),
         'near_above', (
           SELECT coalesce(jsonb_agg(code ORDER BY step DESC), '[]') FROM (
             SELECT u.code, 1 AS step FROM site u WHERE u.code = s.upper_code AND u.id <> s.id
             UNION ALL
             SELECT g.code, 2 FROM site u JOIN site g ON g.code = u.upper_code
             WHERE u.code = s.upper_code AND u.id <> s.id AND g.id NOT IN (s.id, u.id)) AS above),
         'halls', (
           WITH RECURSIVE down(id, code, name, kind, way) AS (
             SELECT u.id, u.code, u.name, u.kind, ARRAY[s.id, u.id] FROM site u WHERE u.upper_code = s.code AND u.id <> s.id
             UNION ALL
             SELECT u.id, u.code, u.name, u.kind, way || u.id
             FROM down JOIN site u ON u.upper_code = down.code WHERE u.id <> ALL (way))
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'code', code, 'name', name) ORDER BY cardinality(way), id)
             FILTER (WHERE kind = 'hall'), '[]') FROM down),
         'open_near_below', (
           SELECT coalesce(jsonb_agg(code ORDER BY step, id), '[]') FROM (
             SELECT c.id, c.code, 1 AS step FROM site c WHERE c.upper_code = s.code AND c.id <> s.id AND NOT c.closed
             UNION ALL
             SELECT g.id, g.code, 2 FROM site c JOIN site g ON g.upper_code = c.code
             WHERE c.upper_code = s.code AND c.id <> s.id AND g.id NOT IN (s.id, c.id) AND NOT g.closed) AS below),
         'running', (
           SELECT coalesce(jsonb_agg(d.name ORDER BY d.id), '[]') FROM device d WHERE d.site_code = s.code AND d.state = 'running'))
FROM site s

-- index: labels
SELECT l.id::text,
       jsonb_build_object('number', l.id, 'name', l.name, 'stats', (
         SELECT jsonb_build_object('label_id', m.label_id, 'devices', m.devices) FROM label_stats m WHERE m.label_id = l.id))
FROM label l

-- index: label_numbers
SELECT m.label_id::text, jsonb_build_object('label_id', m.label_id, 'devices', m.devices) FROM label_stats m
