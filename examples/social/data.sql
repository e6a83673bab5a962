-- Few rows, but telling ones: rings of followers, several ways to one post, comments on nothing.
set client_encoding to 'utf8';
begin;

insert into "user" (id, name, email, born) values
    (1, 'Ann', 'ann@example.com', '1990-05-17'),
    (2, 'Bob "Bobby" O''Neil', null, '0001-12-31 BC'),
    (3, 'Zoë', 'zoë@example.com', null),
    (4, 'Lonely', null, 'infinity'),                            -- knows nobody and wrote nothing
    (5, 'Müßig', 'm@example.com', '2000-02-29'),
    (9223372036854775807, 'Last', null, null);

insert into follow (follower_id, followed_id, since) values
    (1, 2, '2024-01-01 00:00:00+00'), (2, 1, '2024-01-02 00:00:00+00'),   -- each other
    (1, 3, null), (2, 3, null),                                           -- two ways of two steps
    (3, 5, 'infinity'), (5, 3, null), (5, 5, null),                       -- himself
    (9223372036854775807, 3, null);

insert into "group" (id, name, private) values
    (1, 'C++ people', false), (2, 'Secret "club"', true), (3, 'Nobody here', false), (4, 'Post|less', true);

insert into membership (id, user_id, group_id, role) values
    (1, 1, 1, 'reader'), (2, 1, 1, 'editor'),                             -- twice in one group
    (3, 1, 2, 'reader'), (4, 2, 1, null), (5, 3, 2, 'editor'), (6, 3, 2, 'editor'),
    (7, 5, 4, 'reader'), (8, null, 1, 'gone'), (9, 5, null, 'waiting');

insert into post (id, author_id, title, body, state, score, created) values
    (1, 1, 'Templates', 'About templates', 'public', 10, '2024-01-10 10:00:00+00'),
    (2, 1, 'Drafts & "quotes"', null, 'friends', -3, '2024-01-11 10:00:00+00'),
    (3, 2, 'Deleted', 'x', 'deleted', null, '2024-01-12 10:00:00+00'),
    (4, 3, 'Über alles', 'Ünïcödé', 'public', 2147483647, null),
    (5, null, 'By nobody', null, 'public', 0, '2024-01-13 10:00:00.25+01'),
    (6, 3, 'Same moment', null, 'public', 5, '2024-01-10 10:00:00+00'),
    (7, 5, 'In no group', null, 'public', null, 'infinity');

insert into group_post (group_id, post_id, pinned) values
    (1, 1, true), (2, 1, false),                                          -- in two groups: two ways from Ann
    (1, 2, false), (1, 3, false), (2, 4, true), (1, 5, false), (2, 6, false), (3, 4, false);

insert into tag (name, label) values
    ('c++', 'C++'), ('no label', null), ('a|b', 'A or B'), ('unused', 'Unused');

insert into post_tag (post_id, tag_name) values
    (1, 'c++'), (1, 'a|b'), (2, 'c++'), (4, 'no label'), (6, 'c++'), (7, 'a|b');

insert into photo (id, owner_id, caption, taken) values
    (1, 1, 'A lighthouse', '2024-02-01 12:00:00'),                        -- has the number of a post
    (2, null, null, null),
    (8, 3, 'No post has this number', '-infinity');

insert into comment (id, author_id, subject_type, subject_id, body, hidden, written) values
    (1, 2, 'post', 1, 'Nice post', false, '2024-02-02 10:00:00+00'),
    (2, 2, 'photo', 1, 'Nice photo', false, '2024-02-02 11:00:00+00'),
    (3, 3, 'post', 1, 'Hidden', true, '2024-02-02 12:00:00+00'),
    (4, 1, 'post', 1, 'No date', false, null),
    (5, null, 'post', 1, 'Anonymous, later', false, '2024-02-03 10:00:00+00'),
    (6, 1, 'post', 8, 'On a post that is not there', false, 'infinity'),
    (7, 1, 'photo', 8, 'On a photo', false, null),
    (8, 3, 'video', 1, 'On something that nobody knows', false, '2024-02-04 10:00:00+00'),
    (9, 3, null, 1, 'On nothing', false, null),
    (10, 9223372036854775807, 'photo', null, 'On no photo', true, null),
    (11, 5, 'post', 4, '', false, '0001-01-01 00:00:00+00 BC'),
    (12, 5, 'photo', 2, 'One more', true, null);

select setval(pg_get_serial_sequence('"user"', 'id'), 100), setval(pg_get_serial_sequence('"group"', 'id'), 100),
       setval(pg_get_serial_sequence('membership', 'id'), 100), setval(pg_get_serial_sequence('post', 'id'), 100),
       setval(pg_get_serial_sequence('photo', 'id'), 100), setval(pg_get_serial_sequence('comment', 'id'), 100);

commit;
