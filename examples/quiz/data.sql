-- Few rows, but telling ones: bars and backslashes in keys, references that lead nowhere or are null in part.
set client_encoding to 'utf8';
begin;

insert into school (code, name) values
    ('north', 'North School'), ('a|b', 'Bar School'), ('a', 'A School'), ('c\d', 'École «Été»'), ('empty', 'No quizzes');

insert into player (id, school, nick, name) values
    (1, 'north', 'ann', 'Ann Äpfel'),
    (2, 'north', 'bob|x', 'Bob "the Bar"'),
    (3, 'a|b', 'ann', null),
    (4, 'a', 'b|ann', 'O''Neil'),
    (5, 'c\d', 'zoë', 'Zoë'),
    (9007199254740993, 'north', 'big', 'Never played');

insert into quiz (school, number, title, state, opens, author_school, author_nick, reviewer_id) values
    ('north', 1, 'Capitals', 'open', '2024-01-01 09:00:00+01', 'north', 'ann', 2),
    ('north', 2, 'Rivers', 'closed', '2023-01-01 09:00:00+00', 'north', 'ann', 1),
    ('a|b', 1, 'Bars & pipes', 'open', null, 'a|b', 'ann', 3),
    ('a', 1, 'Empty', 'draft', 'infinity', 'a', null, null),        -- half a reference is none
    ('c\d', -7, 'Où est "ça"?', 'open', '0044-03-15 12:00:00+00 BC', null, null, 5),
    ('a|b', 2147483647, 'Last', 'draft', '-infinity', 'a', 'b|ann', null);

insert into question (quiz_school, quiz_number, position, body, points, author_id) values
    ('north', 1, 1, 'Capital of Norway?', 2.0, 1),
    ('north', 1, 2, 'Capital of Österreich?', 1.5, 2),
    ('north', 1, 10, null, null, null),
    ('north', 2, 1, 'Longest river?', 3, 1),
    ('a|b', 1, 1, 'Which is a pipe?', 9999.9, 3),
    ('a|b', 1, -1, 'Before the first', 0.0, 3),
    ('c\d', -7, 1, 'Question without answers', 'NaN', null);

insert into answer (quiz_school, quiz_number, position, letter, body, correct) values
    ('north', 1, 1, 'a', 'Oslo', true), ('north', 1, 1, 'b', 'Bergen', false), ('north', 1, 1, 'c', null, true),
    ('north', 1, 2, 'a', 'Graz', false), ('north', 1, 2, 'b', 'Wien', true),
    ('north', 2, 1, 'a', 'Nile', true),
    ('a|b', 1, 1, 'a|', 'This one', true), ('a|b', 1, 1, 'b\', 'Not "this"', false), ('a|b', 1, 1, 'c\|', 'Nor this', false),
    ('a|b', 1, -1, 'a', 'Wrong', false);

insert into certificate (school, number, wording) values
    ('north', 1, 'You know your capitals'), ('a|b', 1, null);

insert into result (id, quiz_school, quiz_number, player_id, score, finished) values
    (1, 'north', 1, 1, 10, '2024-02-01 10:00:00+00'),
    (2, 'north', 1, 2, 30, '2024-02-01 11:00:00+00'),
    (3, 'north', 1, 3, 30, '2024-02-01 10:30:00+00'),
    (4, 'north', 1, 1, 20, null),
    (5, 'north', 1, 2, null, null),                                  -- still playing
    (6, 'north', 1, null, -5, 'infinity'),                           -- by nobody any more
    (7, 'a|b', 1, 4, 1, '2024-03-01 00:00:00+00'),
    (8, 'a|b', 1, 3, 2, '2024-03-01 00:00:00+00'),
    (9, 'c\d', -7, 5, null, null),
    (10, 'north', 2, 1, 2147483647, '2023-02-01 00:00:00+00');

insert into choice (result_id, position, quiz_school, quiz_number, letter) values
    (2, 1, 'north', 1, 'a'), (2, 2, 'north', 1, 'b'), (2, 10, 'north', 1, 'z'),      -- there is no z
    (3, 1, 'north', 1, null), (3, 2, 'a|b', 1, 'a'),                                 -- not ticked; another's quiz
    (4, 1, 'north', 1, 'c'),
    (7, 1, 'a|b', 1, 'a|'), (8, 1, 'a|b', 1, 'c\|'), (8, -1, 'a|b', 1, 'a');

insert into topic (name, label) values
    ('geo', 'Geography'), ('pipes|bars', 'Pipes & bars'), ('nothing', null), ('lonely', 'In no quiz');

insert into quiz_topic (quiz_school, quiz_number, topic_name) values
    ('north', 1, 'geo'), ('north', 1, 'nothing'), ('north', 2, 'geo'), ('a|b', 1, 'pipes|bars'), ('a|b', 1, 'geo');

-- A ring, and one that needs itself.
insert into requirement (school, number, needs_school, needs_number) values
    ('north', 1, 'north', 2), ('north', 2, 'north', 1), ('a|b', 1, 'north', 1), ('a|b', 1, 'a', 1), ('c\d', -7, 'c\d', -7);

select setval(pg_get_serial_sequence('player', 'id'), 100);
select setval(pg_get_serial_sequence('result', 'id'), 100);

commit;
