-- Few rows, but telling ones: films without anything, notes that are equal, payments in every partition.
set client_encoding to 'utf8';
begin;

insert into language (id, name) values (1, 'English'), (2, 'Deutsch'), (3, 'Français'), (4, 'Unspoken');
insert into category (id, name) values (1, 'Drama'), (2, 'Comedy'), (3, 'Sea'), (4, 'Empty');

insert into actor (id, first_name, last_name) values
    (1, 'Nora', 'Ström'), (2, 'Pat', 'O''Dea'), (3, 'Solo', null), (4, 'Örjan', 'Berg'), (5, 'Extra', 'Berg');

insert into film (id, title, description, year, language_id, original_language_id, minutes, rate, rating, features) values
    (1, 'Harbour Lights', 'A keeper and his "light" by the sea', 1999, 1, 2, 95, 2.99, 'twelve', '{Trailers,"Deleted scenes"}'),
    (2, 'Der Lotse', 'Ein Lotse geht von Bord', 2024, 2, null, 100, 0.00, 'all', '{}'),
    (3, 'Sans titre', null, null, 3, 3, null, 999.99, null, null),
    (4, 'Never rented', 'On a shelf for ever', -32768, null, null, 1, 1.99, 'adult', '{"",NULL,"a,b"}'),
    (5, 'Not in stock', '', 2001, 1, 4, 0, 1.99, 'sixteen', '{Commentary}');

insert into film_actor (film_id, actor_id, part) values
    (1, 1, 'The keeper'), (1, 2, null), (1, 3, 'A gull'), (1, 5, null), (1, 4, 'Wife'), (2, 1, 'Pilot'), (3, 3, null);

insert into film_category (film_id, category_id) values (1, 3), (1, 1), (2, 3), (2, 2), (3, 1);

insert into film_note (film_id, note, written) values
    (1, 'Scratched', '2024-01-01'), (1, 'Scratched', '2024-01-01'),       -- the same twice
    (1, null, null), (1, 'A "quoted", (bracketed) note', '0044-03-15 BC'), (2, 'Ends too early', 'infinity'),
    (null, 'On no film', '2024-01-01');

insert into country (id, name) values (1, 'Sverige'), (2, 'Éire'), (3, 'Nowhere');
insert into city (id, name, country_id) values (1, 'Göteborg', 1), (2, 'Cork', 2), (3, 'Atlantis', null);
insert into address (id, street, postal, city_id) values
    (1, 'Hamngatan 1', '411 06', 1), (2, 'St Patrick''s Quay 2', null, 2), (3, 'Under the sea', '00000', 3),
    (4, 'On the road', null, null);

insert into store (id, name, address_id) values (1, 'Harbour', 1), (2, 'Quay', 2), (3, 'Closed', null);
insert into staff (id, name, store_id) values (1, 'Ulla', 1), (2, 'Mícheál', 2), (3, 'Between jobs', null);
update store set manager_id = 1 where id in (1, 2);

insert into customer (id, name, email, active, joined, store_id, address_id) values
    (1, 'Åke', 'ake@example.com', true, '2020-02-29', 1, 1),
    (2, 'Siobhán "Shiv"', null, true, null, 2, 2),
    (3, 'Lost', null, false, 'infinity', null, 3),
    (4, 'New', 'new@example.com', true, '2025-01-01', 1, null),
    (5, 'Homeless', null, false, '-infinity', 3, 4);

insert into inventory (id, film_id, store_id) values
    (1, 1, 1), (2, 1, 1), (3, 1, 2), (4, 2, 2), (5, 3, null), (6, 4, 1);

insert into rental (id, inventory_id, customer_id, staff_id, rented, returned) values
    (1, 1, 1, 1, '2023-12-30 18:00:00+00', '2024-01-02 10:00:00+00'),
    (2, 1, 2, 1, '2024-01-03 18:00:00+00', '2024-01-04 10:00:00+00'),
    (3, 3, 1, 2, '2024-06-01 20:00:00+02', null),                         -- still out
    (4, 4, 1, null, '2024-06-01 18:00:00+00', '2024-06-02 00:00:00+00'),  -- at the same moment
    (5, 5, 3, 3, '0099-01-01 00:00:00+00 BC', 'infinity'),
    (6, 2, 2, 2, '2025-01-01 00:00:00+00', null);

insert into payment (id, paid_at, customer_id, rental_id, amount) values
    (1, '2023-12-31 23:59:59.999999+00', 1, 1, 2.99),                     -- the last moment of one partition
    (2, '2024-01-01 00:00:00+00', 1, 1, 0.01),                            -- and the first of the next
    (2, '2024-05-01 00:00:00+00', 2, 2, 5.98),                            -- one id in two rows
    (3, '2024-06-02 12:00:00+02', 1, 4, 0.00),
    (4, '2025-01-01 00:00:00+00', 2, 6, 99999.99),
    (5, '-infinity', 3, 5, 'NaN'),
    (6, 'infinity', 1, null, -1.50),                                      -- back, for no rental
    (7, '2024-07-01 00:00:00+00', 2, 1, 1.00);                            -- for somebody else's rental

select setval(pg_get_serial_sequence(t, 'id'), 100)
from unnest('{language,category,actor,film,country,city,address,store,staff,customer,inventory,rental,payment}'::text[]) t;

commit;
