-- Keys of several columns that the schema lists in another order than the tables, and tables under themselves.
CREATE TABLE room (house int, number int, name text NOT NULL, PRIMARY KEY (house, number));
CREATE TABLE chair (
    id int PRIMARY KEY, room_number int, room_house int, kind text NOT NULL,
    FOREIGN KEY (room_house, room_number) REFERENCES room (house, number));
CREATE TABLE tag (realm int, code int, word text NOT NULL, PRIMARY KEY (realm, code));
CREATE TABLE room_tag (
    tag_code int, tag_realm int, number int, house int, PRIMARY KEY (tag_code, tag_realm, number, house),
    FOREIGN KEY (number, house) REFERENCES room (number, house), FOREIGN KEY (tag_code, tag_realm) REFERENCES tag (code, realm));
CREATE TABLE part (id int PRIMARY KEY, name text NOT NULL, part_id int REFERENCES part);
CREATE INDEX ON chair (room_house, room_number);
CREATE INDEX ON room_tag (house, number);
CREATE INDEX ON part (part_id);

INSERT INTO room VALUES (1, 2, 'kitchen'), (2, 1, 'bath'), (1, 3, 'hall');
INSERT INTO chair (id, room_house, room_number, kind) VALUES (1, 1, 2, 'stool'), (2, 1, 3, 'bench'), (3, 2, 1, 'sofa');
INSERT INTO tag VALUES (1, 2, 'warm'), (2, 1, 'wet');
INSERT INTO room_tag (house, number, tag_realm, tag_code) VALUES (1, 2, 1, 2), (2, 1, 2, 1), (2, 1, 1, 2);
INSERT INTO part VALUES (1, 'car', NULL), (2, 'engine', 1), (3, 'piston', 2);
