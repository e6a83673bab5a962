"""What bootstrap refuses, by name and with a remedy: shapes that no longer fit the database."""
from world import refuses


def refused(b, sql, *saying):
    b.sql.execute(sql)
    b.refuse("bootstrap", saying=saying)


@refuses("book")
def a_column_of_an_expression_is_gone(b):
    refused(b, "ALTER TABLE book RENAME COLUMN edition TO printing",
            'table "book" has no column "edition" for member "edition" of struct Origin of index books', "write column<T")


@refuses("book")
def an_expression_does_not_run(b):
    refused(b, "ALTER TABLE book ALTER COLUMN title TYPE inet USING '10.0.0.1'",
            'the expression of member "title_lower" of struct Book of index books does not run',
            r"lower\(inet\) does not exist")


@refuses("book")
def an_expression_has_another_type_than_declared(b):
    refused(b, "ALTER TABLE book ALTER COLUMN title TYPE inet USING '10.0.0.1';"
               "CREATE FUNCTION lower(inet) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            'the expression of member "title_lower" of struct Book of index books has type int4, '
            'which it cannot hold as std::string',
            "declare it as int")


@refuses("geo")
def an_expression_of_points_has_another_type(b):
    refused(b, "CREATE SCHEMA before;"
               " CREATE FUNCTION before.point(double precision, double precision) RETURNS text LANGUAGE sql AS "
               "'SELECT NULL::text'; ALTER DATABASE " + b.name + " SET search_path = before, pg_catalog, public",
            'the expression of member "position" of struct Place of index places has type text',
            "pgsync::geo_point", "std::string")


@refuses("book")
def order_by_over_a_column_that_is_gone(b):
    refused(b, "ALTER TABLE author DROP COLUMN sort_name",
            'order_by of relation "authors" to struct Author of index books does not run',
            'column "sort_name" does not exist')


@refuses("social")
def where_over_a_column_that_is_gone(b):
    refused(b, "ALTER TABLE comment RENAME COLUMN hidden TO invisible",
            'where of relation "comments" to struct Remark of index users does not run',
            'where of relation "has_commented" to struct Remark of index users', 'column "hidden" does not exist')


@refuses("shop")
def where_of_aggregates_over_a_column_that_is_gone(b):
    refused(b, "ALTER TABLE returned DROP COLUMN accepted; ALTER TABLE review ALTER COLUMN approved TYPE text",
            'where of relation "returned" to struct Returned of index products does not run',
            'column "accepted" does not exist',
            'where of relation "review_count" to struct Review of index products does not run', "must be type boolean")


@refuses("shop")
def where_of_an_index_does_not_run(b):
    refused(b, "ALTER TYPE product_status RENAME VALUE 'draft' TO 'sketch'",
            "where of index products does not run", 'invalid input value for enum product_status: "draft"')


@refuses("quiz")
def a_column_of_an_index_s_where_is_gone(b):
    refused(b, "ALTER TABLE quiz RENAME COLUMN state "
               "TO phase", 'table "quiz" has no column "state" for member "state" of struct Quiz')


@refuses("book")
def json_path_into_a_column_that_is_text(b):
    refused(b, "ALTER TABLE book ALTER COLUMN record TYPE text",
            'column "record" of table "book" has type text, '
            'but member "catalogue_number" of struct Book of index books',
            "json_path; that needs json or jsonb")


@refuses("shop")
def the_column_of_routing_is_gone(b):
    refused(b, "ALTER TABLE purchase RENAME COLUMN customer_id TO buyer_id",
            'table "purchase" has no column "customer_id" for member "customer_id" of struct Order of index orders',
            "write column<T")


@refuses("quiz")
def belongs_to_what_is_not_unique(b):
    refused(b, "ALTER TABLE player DROP CONSTRAINT player_school_nick_key CASCADE",
            r'relation "author" of index quizzes belongs to one row of "player", but \(school, '
            r'nick\) is not unique there',
            "primary key or a unique index, or use has_many")


@refuses("quiz")
def belongs_to_what_is_unique_for_some_rows_only(b):
    refused(b, "ALTER TABLE player DROP CONSTRAINT player_school_nick_key CASCADE;"
               "CREATE UNIQUE INDEX ON player (school, nick) WHERE name IS NOT NULL",
            r'relation "author" of index quizzes belongs to one row of "player", but \(school, '
            r'nick\) is not unique there')


@refuses("shop")
def a_composite_key_that_is_not_unique(b):
    refused(b, "ALTER TABLE stock DROP CONSTRAINT stock_pkey",
            r'the key of struct Stock of index products \(product_id, '
            r'warehouse\) is not unique in table "stock"', r"pgsync::key<T>")


@refuses("book")
def a_table_that_inherits(b):
    refused(b, "CREATE TABLE somebody (); ALTER TABLE author INHERIT somebody",
            'table "author" inherits or is inherited', "use plain or partitioned tables")


@refuses("book")
def a_table_that_is_inherited(b):
    refused(b, "CREATE TABLE reprint () INHERITS (book)", 'table "book" inherits or is inherited',
            "use plain or partitioned tables")


@refuses("social")
def the_columns_of_belongs_to_any(b):
    refused(b, "ALTER TABLE comment RENAME COLUMN subject_id TO about",
            'table "comment" has no column "subject_id"', "struct Comment of index comments")


@refuses("social")
def a_case_of_whose_key_has_another_type(b):
    refused(b, "ALTER TABLE comment ALTER COLUMN subject_id TYPE text",
            r'joins comment.subject_id \(text\) with (post|photo).id \(int8\)', "give both columns one type")


@refuses("social")
def a_link_table_that_is_gone(b):
    refused(b, "DROP TABLE follow", 'table "follow", which .* reads, does not exist', "correct its name")


@refuses("book")
def a_column_of_a_link_table(b):
    refused(b, "ALTER TABLE book_author RENAME COLUMN author_id TO person_id",
            'table "book_author" has no column "author_id"', "foreign_key|references")


@refuses("rental")
def a_join_on_a_generated_column(b):
    refused(b, "ALTER TABLE rental DROP COLUMN customer_id;"
               " ALTER TABLE rental ADD customer_id integer GENERATED ALWAYS AS (inventory_id) STORED",
            'column "customer_id" of table "rental" is generated', "join on a plain column")


@refuses("rental")
def a_column_of_a_view(b):
    refused(b, "DROP VIEW film_stats;"
               " CREATE VIEW film_stats AS SELECT film_id, count(*) AS discs FROM inventory GROUP BY film_id",
            'table "film_stats" has no column "rentals" for member "rentals" of struct FilmStats')


@refuses("rental")
def a_table_that_became_a_view(b):
    refused(b, "ALTER TABLE category RENAME TO all_categories; CREATE VIEW category AS SELECT * FROM all_categories",
            '"category", which struct Category of index films reads, is a view', r"depends_on<Table, \"column\">")


@refuses("rental")
def a_partition_that_is_unlogged(b):
    refused(b, "ALTER TABLE payment_2024 SET UNLOGGED", "payment_2024.* is unlogged", "SET LOGGED")


@refuses("rental")
def a_partition_that_is_a_foreign_table(b):
    refused(b, "ALTER TABLE payment DROP CONSTRAINT payment_pkey, DROP CONSTRAINT payment_customer_id_fkey, "
               "DROP CONSTRAINT payment_rental_id_fkey; DROP TABLE payment_after_2024;"
               "CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;"
               "CREATE FOREIGN TABLE elsewhere PARTITION OF payment FOR "
               "VALUES FROM ('2025-01-01 00:00:00+00') TO (maxvalue) SERVER nowhere",
            'partition "elsewhere" of table "payment" is a foreign table')


@refuses("tree")
def a_parent_of_another_type(b):
    refused(b, "ALTER TABLE category DROP CONSTRAINT category_parent_id_fkey;"
               " ALTER TABLE category ALTER COLUMN parent_id TYPE text",
            "category.*parent_id.*text", "one type|declare it as")


@refuses("tenants")
def a_schema_that_lacks_a_table(b):
    refused(b, "ALTER TABLE tenant_b.line RENAME TO rows", 'table "tenant_b.line", which struct Line.* does not exist')


@refuses("geo")
def columns_of_other_types_than_declared(b):
    refused(b, "ALTER TABLE region ALTER COLUMN postcodes TYPE int8range USING NULL;"
               " ALTER TABLE place ALTER COLUMN spot TYPE text;"
               "ALTER TABLE place ALTER COLUMN feature TYPE text USING NULL;"
               " ALTER TABLE place ALTER COLUMN floors TYPE bigint[];"
               "ALTER TABLE place ALTER COLUMN address TYPE text",
            'column "postcodes" of table "region" has type int8range', 'column "spot" of table "place" has type text',
            'column "feature" of table "place" has type text', 'column "floors" of table "place" has type _int8',
            "declare it as std::vector<std::int64_t>", 'column "address" of table "place" has type text')
