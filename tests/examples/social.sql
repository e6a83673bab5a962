-- What every document of examples/social must be, written by hand and on purpose unlike what the library writes:
-- jsonb, and a correlated sub-select for each relation. One query an index, headed by its name; each gives
-- (_id, document). Run with TimeZone UTC.

-- index: users
SELECT u.id::text,
       jsonb_build_object(
         'id', u.id, 'name', u.name, 'email', u.email, 'born', u.born,
         'following', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', f.id, 'name', f.name,
             'groups', (
               SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'id', g.id, 'name', g.name, 'private', g.private,
                 'members', (SELECT count(DISTINCT n.user_id) FROM membership n WHERE n.group_id = g.id))
                 ORDER BY g.id), '[]')
               FROM "group" g WHERE g.id IN (SELECT m.group_id FROM membership m WHERE m.user_id = f.id)),
             'followers', (
               SELECT coalesce(jsonb_agg(few.name ORDER BY few.name, few.id), '[]')
               FROM (SELECT s.id, s.name FROM "user" s
                     WHERE s.id IN (SELECT l.follower_id FROM follow l WHERE l.followed_id = f.id)
                     ORDER BY s.name, s.id LIMIT 2) few))
             ORDER BY f.id), '[]')
           FROM "user" f WHERE f.id IN (SELECT l.followed_id FROM follow l WHERE l.follower_id = u.id)),
         'two_steps_away', (
           SELECT coalesce(jsonb_agg(s.name ORDER BY s.id), '[]')
           FROM "user" s
           WHERE s.id IN (SELECT second.followed_id FROM follow first, follow second
                          WHERE first.follower_id = u.id AND second.follower_id = first.followed_id)),
         'followers', (SELECT count(*) FROM follow l WHERE l.followed_id = u.id),
         'groups', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', g.id, 'name', g.name, 'private', g.private,
             'members', (SELECT count(DISTINCT n.user_id) FROM membership n WHERE n.group_id = g.id))
             ORDER BY g.id), '[]')
           FROM "group" g WHERE g.id IN (SELECT m.group_id FROM membership m WHERE m.user_id = u.id)),
         'in_private_group', (
           SELECT count(*) > 0 FROM membership m, "group" g
           WHERE m.user_id = u.id AND g.id = m.group_id AND g.private),
         'posts', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', p.id, 'title', p.title, 'state', p.state, 'score', p.score, 'created', p.created,
             'author', (SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM "user" w WHERE w.id = p.author_id),
             'tags', (
               SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'label', t.label) ORDER BY t.name), '[]')
               FROM tag t WHERE t.name IN (SELECT pt.tag_name FROM post_tag pt WHERE pt.post_id = p.id)),
             'shown_in', (
               SELECT coalesce(jsonb_agg(g.name ORDER BY g.id), '[]')
               FROM "group" g WHERE g.id IN (SELECT gp.group_id FROM group_post gp WHERE gp.post_id = p.id)),
             'comments', (
               SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'id', c.id, 'body', c.body, 'written', c.written,
                 'author', (SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM "user" w WHERE w.id = c.author_id))
                 ORDER BY c.written DESC NULLS LAST, c.id), '[]')
               FROM comment c WHERE c.subject_type = 'post' AND c.subject_id = p.id AND NOT c.hidden))
             ORDER BY p.id), '[]')
           FROM post p WHERE p.author_id = u.id),
         'has_commented', (SELECT count(*) > 0 FROM comment c WHERE c.author_id = u.id AND NOT c.hidden),
         'writes_about', (
           SELECT coalesce(jsonb_agg(t.name ORDER BY t.name), '[]')
           FROM tag t
           WHERE t.name IN (SELECT pt.tag_name FROM post p, post_tag pt WHERE p.author_id = u.id AND pt.post_id = p.id)),
         'feed', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', p.id, 'title', p.title, 'state', p.state, 'score', p.score, 'created', p.created,
             'author', (SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM "user" w WHERE w.id = p.author_id),
             'tags', (
               SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'label', t.label) ORDER BY t.name), '[]')
               FROM tag t WHERE t.name IN (SELECT pt.tag_name FROM post_tag pt WHERE pt.post_id = p.id)),
             'shown_in', (
               SELECT coalesce(jsonb_agg(g.name ORDER BY g.id), '[]')
               FROM "group" g WHERE g.id IN (SELECT gp.group_id FROM group_post gp WHERE gp.post_id = p.id)),
             'comments', (
               SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'id', c.id, 'body', c.body, 'written', c.written,
                 'author', (SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM "user" w WHERE w.id = c.author_id))
                 ORDER BY c.written DESC NULLS LAST, c.id), '[]')
               FROM comment c WHERE c.subject_type = 'post' AND c.subject_id = p.id AND NOT c.hidden))
             ORDER BY p.created DESC NULLS LAST, p.id), '[]')
           FROM post p
           WHERE p.id IN (SELECT latest.id FROM post latest
                          WHERE latest.state = 'public' AND latest.id IN (
                            SELECT gp.post_id FROM membership m, group_post gp
                            WHERE m.user_id = u.id AND gp.group_id = m.group_id)
                          ORDER BY latest.created DESC NULLS LAST, latest.id LIMIT 3)),
         'readable_posts', (
           SELECT count(*) FROM post p WHERE p.state <> 'deleted' AND p.id IN (
             SELECT gp.post_id FROM membership m, group_post gp
             WHERE m.user_id = u.id AND gp.group_id = m.group_id)),
         'reachable_score', (
           SELECT coalesce(sum(p.score), 0) FROM post p WHERE p.id IN (
             SELECT gp.post_id FROM membership m, group_post gp
             WHERE m.user_id = u.id AND gp.group_id = m.group_id)),
         'feed_tags', (
           SELECT coalesce(jsonb_object_agg(t.name, t.label), '{}')
           FROM tag t
           WHERE t.name IN (SELECT pt.tag_name FROM membership m, group_post gp, post_tag pt
                            WHERE m.user_id = u.id AND gp.group_id = m.group_id AND pt.post_id = gp.post_id)),
         'followed_posts', (
           SELECT coalesce(jsonb_agg(p.title ORDER BY p.id), '[]')
           FROM post p
           WHERE p.state = 'public'
             AND p.author_id IN (SELECT l.followed_id FROM follow l WHERE l.follower_id = u.id)),
         'latest_followed', (
           SELECT max(p.created) FROM post p
           WHERE p.author_id IN (SELECT l.followed_id FROM follow l WHERE l.follower_id = u.id)))
FROM "user" u;

-- index: comments
SELECT k.id::text,
       jsonb_build_object(
         'id', k.id, 'body', k.body, 'subject_type', k.subject_type, 'written', k.written,
         'author', (SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM "user" w WHERE w.id = k.author_id),
         'subject', jsonb_build_object(
           'post', (
             SELECT jsonb_build_object(
               'id', p.id, 'title', p.title, 'state', p.state, 'score', p.score, 'created', p.created,
               'author', (SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM "user" w WHERE w.id = p.author_id),
               'tags', (
                 SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'label', t.label) ORDER BY t.name), '[]')
                 FROM tag t WHERE t.name IN (SELECT pt.tag_name FROM post_tag pt WHERE pt.post_id = p.id)),
               'shown_in', (
                 SELECT coalesce(jsonb_agg(g.name ORDER BY g.id), '[]')
                 FROM "group" g WHERE g.id IN (SELECT gp.group_id FROM group_post gp WHERE gp.post_id = p.id)),
               'comments', (
                 SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'id', c.id, 'body', c.body, 'written', c.written,
                   'author', (SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM "user" w WHERE w.id = c.author_id))
                   ORDER BY c.written DESC NULLS LAST, c.id), '[]')
                 FROM comment c WHERE c.subject_type = 'post' AND c.subject_id = p.id AND NOT c.hidden))
             FROM post p WHERE k.subject_type = 'post' AND p.id = k.subject_id),
           'photo', (
             SELECT jsonb_build_object(
               'id', p.id, 'caption', p.caption, 'taken', p.taken,
               'owner', (SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM "user" w WHERE w.id = p.owner_id),
               'comments', (
                 SELECT count(*) FROM comment c WHERE c.subject_type = 'photo' AND c.subject_id = p.id))
             FROM photo p WHERE k.subject_type = 'photo' AND p.id = k.subject_id)))
FROM comment k;
