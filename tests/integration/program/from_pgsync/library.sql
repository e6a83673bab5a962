-- What a team has that comes from PGSync: every word of its schema is used on it.
CREATE TYPE mood AS ENUM ('grim', 'sunny');
CREATE TABLE publisher (id int PRIMARY KEY, name text NOT NULL, is_active boolean, code varchar(20));
CREATE TABLE book (
    id int PRIMARY KEY, isbn varchar(20) NOT NULL, title text NOT NULL, description text, tags text[], doc jsonb,
    price numeric(8, 2), mood mood, published date, publisher_id int REFERENCES publisher);
CREATE TABLE author (id int PRIMARY KEY, name text NOT NULL, born date);
CREATE TABLE book_author (book_id int NOT NULL REFERENCES book, author_id int NOT NULL REFERENCES author, PRIMARY KEY (book_id, author_id));
CREATE TABLE language (id int PRIMARY KEY, code text NOT NULL);
CREATE TABLE book_language (book_id int NOT NULL REFERENCES book, language_id int NOT NULL REFERENCES language, PRIMARY KEY (book_id, language_id));
CREATE TABLE rating (id int PRIMARY KEY, value float8, book_id int NOT NULL UNIQUE REFERENCES book);
CREATE TABLE shelf (room text, number int, floor int NOT NULL, PRIMARY KEY (room, number));
CREATE TABLE copy (
    id bigint PRIMARY KEY, "bought At" timestamp, book_id int NOT NULL REFERENCES book, shelf_room text, shelf_number int,
    FOREIGN KEY (shelf_room, shelf_number) REFERENCES shelf);
CREATE VIEW author_stats AS SELECT author_id, count(*) AS books FROM book_author GROUP BY 1;
CREATE INDEX ON book (publisher_id);
CREATE INDEX ON copy (book_id);
CREATE INDEX ON copy (shelf_room, shelf_number);
CREATE INDEX ON book_author (author_id);
CREATE INDEX ON book_language (language_id);

INSERT INTO publisher VALUES (1, 'Hill & Co', true, 'h-1_a'), (2, 'Quiet Press', false, NULL);
INSERT INTO book VALUES
    (1, '00-11', 'Paths', 'about paths', '{walk,hill}', '{"x": [{"y": 5}, {"z": "deep"}], "firstname": "Ann", "a": {"b": {"c": [1, 2, 3, 4, 5]}}}',
     12.50, 'sunny', '2020-02-29', 1),
    (2, '22-00', 'Rain', NULL, NULL, NULL, NULL, NULL, NULL, 2),
    (3, '33', 'Alone', '', '{}', '{}', 0, 'grim', '1999-12-31', NULL);
INSERT INTO author VALUES (1, 'Ann', '1980-01-01'), (2, 'Bo', NULL);
INSERT INTO book_author VALUES (1, 1), (1, 2), (2, 2);
INSERT INTO language VALUES (1, 'de'), (2, 'en');
INSERT INTO book_language VALUES (1, 1), (1, 2), (3, 2);
INSERT INTO rating VALUES (1, 4.5, 1), (2, 2, 2);
INSERT INTO shelf VALUES ('A', 1, 0), ('A', 2, 3);
INSERT INTO copy VALUES (1, '2024-05-01 10:00:00', 1, 'A', 2), (2, NULL, 1, NULL, NULL), (3, '2024-06-01 00:00:00', 2, 'A', 1);
