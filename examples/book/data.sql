-- Few rows, but telling ones: nulls, infinities, years BC, NaN, empty ranges, two ways to one author.
set client_encoding to 'utf8';
begin;

insert into language (code, name) values
    ('en', 'English'), ('de', 'Deutsch'), ('fr', 'Français'), ('la', 'Latina'), ('pt-BR', 'Português');

insert into publishing_house (number, name, country_code) values
    (1, 'Nordlicht Verlag', 'DE'),
    (2, 'O''Hara & Daughters', 'IE'),
    (3, 'Éditions du Phare', 'FR'),
    (4, 'Nobody''s Press', null);       -- has neither imprints nor books

insert into imprint (id, name, publishing_house_id) values
    (1, 'Polarstern', 1), (2, 'Kleine Bär', 1), (3, 'Green "Door"', 2), (4, 'La Lampe', 3);

insert into author (id, name, sort_name, pen_name, born, died, aliases) values
    (1, 'Ännchen Müller', 'Müller, Ännchen', null, '1951-02-28', null, '{}'),
    (2, 'Patrick O''Hara', 'O''Hara, Patrick', 'P. O. Box', '1970-12-31', '2020-02-29', '{"Paddy","The \"Box\"",NULL}'),
    (3, 'Marcus', null, null, '0106-01-03 BC', '0043-12-07 BC', null),
    (4, 'Lucie Laforêt', 'Laforêt, Lucie', null, null, null, '{Lulu}'),
    (5, 'Jean Laforêt', 'Laforêt, Jean', 'Anon', '1999-09-09', 'infinity', null),
    (6, 'Nina Nobook', 'Nobook, Nina', null, '1980-01-01', null, '{}'),
    (7, 'Ghost Writer', null, null, null, null, null);

insert into subject (id, name) values
    (1, 'Poetry'), (2, 'Sea & ships'), (3, 'Cookery'), (4, null), (5, 'Unread');

insert into book (isbn, title, subtitle, withdrawn, blurb, format, reissued_as, pages, edition, sold, in_print,
                  weight, rating, price, token, published, printed, changed, cover, uploaded_from, keywords,
                  chapters, ages, sale, prices, embargo, attributes, record, width_cm, height_cm, house_number,
                  language_code) values
    ('978-0-001', 'The Lighthouse Keepers', 'A History', false, 'Türme über dem Meer', 'hardcover', 'paperback',
     512, 3, 9007199254740993, true, 0.1, 4.25, 29.90, '0b0e7a3c-6a53-4f0e-9b61-0123456789ab',
     '2019-05-01', '2019-04-11 08:30:00', '2024-01-01 12:00:00+02', '\x00ff10', '192.168.1.10',
     '{light,"deep sea","a \"quoted\" word"}', '{12,30,7}', '[12,99]', '[2024-06-01,2024-06-30]',
     '[19.90,29.90]', '["2019-04-01 00:00:00+00","2019-05-01 00:00:00+00")',
     '{"binding": {"colour": "blue", "thickness": 3.5}, "signed": true, "first_print": "2019-04-11",
       "awards": [{"name": "Golden Lamp", "year": 2020}, {"name": "Silver Oar", "year": 2021}]}',
     '{"catalogue": {"number": "L-17", "parts": [1, 2]}}', 14.50, 21.00, 1, 'en'),

    -- As little as possible.
    ('978-0-002', 'Nothing', null, false, null, 'ebook', null, null, 1, 0, null, null, null, null, null, null, null,
     '2024-02-29 23:59:59.123456+00', null, null, '{}', null, null, null, null, null, null, null, null, null, null,
     null),

    -- Edges: NaN, infinities, empty and unbounded ranges, JSON of other kinds than asked for.
    ('978-0-003', 'De officiis', null, false, '', 'paperback', null, 400, -2147483648, -1, false, 'Infinity', 'NaN',
     'NaN', '00000000-0000-0000-0000-000000000000', '0044-03-15 BC', '-infinity', 'infinity', '', '10.0.0.0/8',
     '{""}', '{}', 'empty', '[-infinity,2024-02-29]', '[1,NaN]', '(,)',
     '{"binding": {"colour": 7, "thickness": "3.5"}, "signed": "yes", "first_print": "long ago", "awards": []}',
     '{"catalogue": {"number": 17.50}}', null, 0.01, 2, 'la'),

    -- A range of nearly one point is written closed; 60 bytes make base64 that PostgreSQL would break.
    ('978-0-004', 'Les Phares', 'Poèmes & chansons', false, 'Elle a dit: "Où?"', 'audio', 'ebook', 401, 2, 12, true,
     1e-7, 1.5e20, 0.00, null, '1999-12-31', '2000-01-01 00:00:00', '1999-12-31 23:59:59+00',
     decode(repeat('6162', 30), 'hex'), '2001:db8::1', '{phare,mer}', '{1}', '[,18)', '[2030-01-01,)',
     '(10,10.000000001)', '("2024-01-01 00:00:00.001+00","2024-01-01 00:00:00.005+00")',
     '{"binding": null, "signed": false, "awards": [{"name": {"fr": "Or"}, "year": null}]}',
     '{"catalogue": null}', 10.00, 10.00, 3, 'fr'),

    ('978-0-005', 'Withdrawn', 'For good', true, 'Nobody sees this', 'hardcover', null, 10, 1, 5, false, 2.5, 1, 5.00,
     null, '2001-01-01', null, '2024-01-01 00:00:00+00', null, null, '{gone}', '{9}', '[1,2]', null, null, null, '{}',
     '{}', 1, 2, 1, 'de'),

    ('978-0|006', 'Key with a bar \ and slash', null, false, null, 'paperback', 'paperback', 0, 1, 1, null, -1.5, -0.5,
     99999999.99, null, 'infinity', null, '0001-01-01 00:00:00+00 BC', null, '::1', '{x}', '{-1,2147483647}', '[5,5]',
     '(2024-01-01,2024-01-02]', '(1.5,2.50)', '["2024-03-31 01:00:00+01",infinity)', '[1, {"a": null}]',
     '"only a string"', null, null, 1, null);

insert into book_author (book_isbn, author_id, role) values
    ('978-0-001', 1, 'author'), ('978-0-001', 1, 'illustrator'), ('978-0-001', 2, 'author'), ('978-0-001', 3, 'foreword'),
    ('978-0-003', 3, 'author'),
    ('978-0-004', 4, 'author'), ('978-0-004', 5, 'author'), ('978-0-004', 5, 'singer'), ('978-0-004', 7, 'author'),
    ('978-0-005', 2, 'author'),
    ('978-0|006', 1, 'author');

insert into book_subject (book_isbn, subject_id) values
    ('978-0-001', 2), ('978-0-001', 1), ('978-0-001', 4), ('978-0-003', 3), ('978-0-004', 1), ('978-0-004', 2),
    ('978-0-005', 3);

insert into translation (id, book_isbn, language_code, title, published) values
    (1, '978-0-001', 'de', 'Die Leuchtturmwärter', '2020-01-01'),
    (2, '978-0-001', 'de', 'Die Wärter des Lichts', '2022-01-01'),
    (3, '978-0-001', 'fr', null, null),
    (4, '978-0-001', null, 'Into no language', '2023-01-01'),
    (5, '978-0-003', 'en', 'On Duties', '1913-01-01'),
    (6, '978-0-003', 'pt-BR', 'Dos deveres', null),
    (7, '978-0-003', 'en', 'About Duties', null),
    (8, '978-0-005', 'en', 'Withdrawn too', null);

insert into shelf (id, room) values
    ('11111111-1111-1111-1111-111111111111', 'Reading room'),
    ('22222222-2222-2222-2222-222222222222', 'Cellar'),
    ('33333333-3333-3333-3333-333333333333', null);

insert into copy (id, book_isbn, shelf_id, acquired) values
    (1, '978-0-001', '22222222-2222-2222-2222-222222222222', '2019-06-01 09:00:00+00'),
    (2, '978-0-001', '22222222-2222-2222-2222-222222222222', '2019-06-01 11:00:00+02'),
    (3, '978-0-001', '11111111-1111-1111-1111-111111111111', null),
    (4, '978-0-001', null, '2020-01-01 00:00:00+00'),
    (9223372036854775807, '978-0-004', '33333333-3333-3333-3333-333333333333', 'infinity'),
    (6, '978-0-005', '11111111-1111-1111-1111-111111111111', null);

insert into review (id, book_isbn, stars, body, written) values
    (1, '978-0-001', 5, 'Bright.', '2020-01-01 10:00:00'),
    (2, '978-0-001', 1, 'Too much water', '2021-01-01 10:00:00'),
    (3, '978-0-001', null, 'No date', null),
    (4, '978-0-001', 3, 'Newest', '2022-01-01 10:00:00.5'),
    (5, '978-0-004', 4, null, null),
    (6, '978-0-004', 2, 'Also without date', null),
    (7, '978-0-004', 1, 'The third is cut off', null);

-- Rows made later get ids behind these.
do $$
declare t text; c text;
begin
    foreach t in array array['publishing_house.number', 'imprint.id', 'author.id', 'subject.id', 'translation.id', 'review.id'] loop
        c := split_part(t, '.', 2);
        t := split_part(t, '.', 1);
        execute format('select setval(pg_get_serial_sequence(%L, %L), (select max(%I) from %I))', t, c, c, t);
    end loop;
end $$;
select setval(pg_get_serial_sequence('copy', 'id'), 100);   -- one copy has the last id of all

commit;
