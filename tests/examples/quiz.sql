-- What every document of examples/quiz must be, written by hand and on purpose unlike what the library writes:
-- jsonb, and a correlated sub-select for each relation. One query an index, headed by its name; each gives
-- (_id, document). Run with TimeZone UTC.

-- index: quizzes
SELECT replace(replace(z.school, '\', '\\'), '|', '\|') || '|' || z.number,
       jsonb_build_object(
         'school', z.school, 'number', z.number, 'title', z.title, 'state', z.state, 'opens', z.opens,
         'held_at', (SELECT jsonb_build_object('code', s.code, 'name', s.name) FROM school s WHERE s.code = z.school),
         'author', (
           SELECT jsonb_build_object('id', p.id, 'school', p.school, 'nick', p.nick, 'name', p.name)
           FROM player p WHERE p.school = z.author_school AND p.nick = z.author_nick),
         'reviewer', (
           SELECT jsonb_build_object('id', p.id, 'school', p.school, 'nick', p.nick, 'name', p.name)
           FROM player p WHERE p.id = z.reviewer_id),
         'certificate', (
           SELECT jsonb_build_object('school', c.school, 'number', c.number, 'wording', c.wording)
           FROM certificate c WHERE c.school = z.school AND c.number = z.number),
         'questions', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'position', q.position, 'body', q.body, 'points', q.points,
             'author', (
               SELECT jsonb_build_object('id', p.id, 'school', p.school, 'nick', p.nick, 'name', p.name)
               FROM player p WHERE p.id = q.author_id),
             'answers', (
               SELECT coalesce(jsonb_agg(jsonb_build_object('letter', a.letter, 'body', a.body, 'correct', a.correct)
                 ORDER BY a.letter), '[]')
               FROM answer a
               WHERE a.quiz_school = q.quiz_school AND a.quiz_number = q.quiz_number AND a.position = q.position),
             'solution', (
               SELECT coalesce(jsonb_agg(a.letter ORDER BY a.letter), '[]')
               FROM answer a
               WHERE a.quiz_school = q.quiz_school AND a.quiz_number = q.quiz_number AND a.position = q.position
                 AND a.correct))
             ORDER BY q.position), '[]')
           FROM question q WHERE q.quiz_school = z.school AND q.quiz_number = z.number),
         'topics', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'label', t.label) ORDER BY t.name), '[]')
           FROM topic t
           WHERE t.name IN (SELECT w.topic_name FROM quiz_topic w
                            WHERE w.quiz_school = z.school AND w.quiz_number = z.number)),
         'requires_first', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'school', o.school, 'number', o.number, 'title', o.title, 'state', o.state,
             'topics', (
               SELECT coalesce(jsonb_agg(t.label ORDER BY t.name), '[]')
               FROM topic t
               WHERE t.name IN (SELECT w.topic_name FROM quiz_topic w
                                WHERE w.quiz_school = o.school AND w.quiz_number = o.number)))
             ORDER BY o.school, o.number), '[]')
           FROM quiz o
           WHERE (o.school, o.number) IN (SELECT r.needs_school, r.needs_number FROM requirement r
                                          WHERE r.school = z.school AND r.number = z.number)),
         'leads_to', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'school', o.school, 'number', o.number, 'title', o.title, 'state', o.state,
             'topics', (
               SELECT coalesce(jsonb_agg(t.label ORDER BY t.name), '[]')
               FROM topic t
               WHERE t.name IN (SELECT w.topic_name FROM quiz_topic w
                                WHERE w.quiz_school = o.school AND w.quiz_number = o.number)))
             ORDER BY o.school, o.number), '[]')
           FROM quiz o
           WHERE (o.school, o.number) IN (SELECT r.school, r.number FROM requirement r
                                          WHERE r.needs_school = z.school AND r.needs_number = z.number)),
         'podium', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', r.id, 'score', r.score, 'finished', r.finished,
             'player', (
               SELECT jsonb_build_object('id', p.id, 'school', p.school, 'nick', p.nick, 'name', p.name)
               FROM player p WHERE p.id = r.player_id),
             'choices', (
               SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'result_id', c.result_id, 'position', c.position, 'letter', c.letter,
                 'answer', (
                   SELECT jsonb_build_object('letter', a.letter, 'body', a.body, 'correct', a.correct)
                   FROM answer a
                   WHERE a.quiz_school = c.quiz_school AND a.quiz_number = c.quiz_number
                     AND a.position = c.position AND a.letter = c.letter))
                 ORDER BY c.position), '[]')
               FROM choice c WHERE c.result_id = r.id))
             ORDER BY r.score DESC, r.finished, r.id), '[]')
           FROM result r
           WHERE r.id IN (SELECT best.id FROM result best
                          WHERE best.quiz_school = z.school AND best.quiz_number = z.number AND best.score IS NOT NULL
                          ORDER BY best.score DESC, best.finished, best.id LIMIT 3)),
         'played', (SELECT count(*) FROM result r WHERE r.quiz_school = z.school AND r.quiz_number = z.number),
         'being_played', (
           SELECT count(*) > 0 FROM result r
           WHERE r.quiz_school = z.school AND r.quiz_number = z.number AND r.score IS NULL),
         'mean_score', (SELECT avg(r.score) FROM result r WHERE r.quiz_school = z.school AND r.quiz_number = z.number),
         'worst_score', (SELECT min(r.score) FROM result r WHERE r.quiz_school = z.school AND r.quiz_number = z.number),
         'best_score', (SELECT max(r.score) FROM result r WHERE r.quiz_school = z.school AND r.quiz_number = z.number),
         'points', (
           SELECT coalesce(sum(q.points), 0) FROM question q
           WHERE q.quiz_school = z.school AND q.quiz_number = z.number))
FROM quiz z;

-- index: open_quizzes
SELECT replace(replace(z.school, '\', '\\'), '|', '\|') || '|' || z.number,
       jsonb_build_object(
         'school', z.school, 'number', z.number, 'title', z.title, 'opens', z.opens,
         'questions', (SELECT count(*) FROM question q WHERE q.quiz_school = z.school AND q.quiz_number = z.number),
         'players', (
           SELECT coalesce(jsonb_agg(p.nick ORDER BY p.nick, p.id), '[]')
           FROM player p
           WHERE p.id IN (SELECT r.player_id FROM result r
                          WHERE r.quiz_school = z.school AND r.quiz_number = z.number)))
FROM quiz z
WHERE z.state = 'open';

-- index: players
SELECT p.id::text,
       jsonb_build_object(
         'id', p.id, 'school', p.school, 'nick', p.nick, 'name', p.name,
         'wrote', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'school', o.school, 'number', o.number, 'title', o.title, 'state', o.state,
             'topics', (
               SELECT coalesce(jsonb_agg(t.label ORDER BY t.name), '[]')
               FROM topic t
               WHERE t.name IN (SELECT w.topic_name FROM quiz_topic w
                                WHERE w.quiz_school = o.school AND w.quiz_number = o.number)))
             ORDER BY o.school, o.number), '[]')
           FROM quiz o WHERE o.author_school = p.school AND o.author_nick = p.nick),
         'reviewed', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'school', o.school, 'number', o.number, 'title', o.title, 'state', o.state,
             'topics', (
               SELECT coalesce(jsonb_agg(t.label ORDER BY t.name), '[]')
               FROM topic t
               WHERE t.name IN (SELECT w.topic_name FROM quiz_topic w
                                WHERE w.quiz_school = o.school AND w.quiz_number = o.number)))
             ORDER BY o.school, o.number), '[]')
           FROM quiz o WHERE o.reviewer_id = p.id),
         'played', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'school', o.school, 'number', o.number, 'title', o.title, 'state', o.state,
             'topics', (
               SELECT coalesce(jsonb_agg(t.label ORDER BY t.name), '[]')
               FROM topic t
               WHERE t.name IN (SELECT w.topic_name FROM quiz_topic w
                                WHERE w.quiz_school = o.school AND w.quiz_number = o.number)))
             ORDER BY o.school, o.number), '[]')
           FROM quiz o
           WHERE (o.school, o.number) IN (SELECT r.quiz_school, r.quiz_number FROM result r WHERE r.player_id = p.id)))
FROM player p;
