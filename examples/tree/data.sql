-- A few trees for schema.sql, among them what no tree should be: a ring, and a row that is its own parent.
begin;

insert into category (id, parent_id, name, position, retired) values
    -- Science, four levels deep; the ids are not in the order of the levels
    (1,  null, 'Science',               1,    false),
    (12, 1,    'Physics',               2,    false),
    (3,  12,   'Optics',                1,    false),
    (9,  3,    'Lenses',                null, false),
    (4,  12,   'Mechanics',             2,    true),
    (5,  1,    'Biology',               1,    false),
    (6,  5,    'Botany',                -1,   false),
    (2,  6,    'Trees & "other" plants', 0,   false),
    -- the smallest tree
    (7,  null, 'Ünïcode > arrows',      null, true),
    (8,  7,    '',                      1,    false),
    -- a row that is its own parent, and one below it
    (20, 20,   'Itself',                null, false),
    (21, 20,   'Below itself',          1,    false),
    -- a ring of two, and a branch that leads into it
    (30, null, 'Hen',                   1,    false),
    (31, 30,   'Egg',                   1,    false),
    (32, 31,   'Chick',                 1,    false),
    (33, 32,   'Feather',               2,    true),
    -- a ring of three
    (40, null, 'Paper',                 null, false),
    (41, 40,   'Scissors',              null, false),
    (42, 41,   'Stone',                 null, false);
update category set parent_id = 31 where id = 30;
update category set parent_id = 42 where id = 40;

insert into article (id, category_id, title, published, state) values
    (1,  9,    'How a lens bends light',     '2024-02-29', 'published'),
    (2,  3,    'Colours of the sky',         '2023-07-01', 'published'),
    (3,  12,   'What is a force?',           null,         'draft'),
    (4,  1,    'Science, an overview',       '2020-01-01', null),
    (5,  2,    'On oaks',                    '2021-05-05', 'published'),
    (6,  2,    'On elms, which are gone',    '2019-05-05', 'withdrawn'),
    (7,  null, 'Nowhere at all',             '2022-12-31', 'published'),
    (8,  8,    'In a category without name', '0044-03-15 BC', 'published'),
    (9,  20,   'In itself',                  'infinity',   'published'),
    (10, 21,   'Below itself',               null,         'published'),
    (11, 30,   'The hen came first',         '2024-01-02', 'published'),
    (12, 31,   'The egg came first',         '2024-01-01', 'published'),
    (13, 33,   'Light as a feather',         '2024-03-03', 'draft'),
    (14, 41,   'Cuts paper',                 null,         null);

insert into article_category (article_id, category_id) values
    (1, 12), (1, 5), (1, 9),
    (2, 2),
    (5, 6), (5, 1), (5, 33),
    (6, 1),
    (7, 7), (7, 21),
    (11, 31), (11, 30),
    (12, 42);

-- The rows above named their own numbers; the next ones continue them.
select setval(pg_get_serial_sequence('category', 'id'), (select max(id) from category));
select setval(pg_get_serial_sequence('article', 'id'), (select max(id) from article));

commit;
