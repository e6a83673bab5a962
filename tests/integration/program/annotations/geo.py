"""Points, vectors, ranges, and what becomes of values that no index can take."""
from world import expect, proves, same

DATES = {"type": "date_range", "format": "strict_date_optional_time"}


def place(w, key, more=""):
    w.change("INSERT INTO place (id, name) VALUES (%s, 'P');" + more, key)


def track(w, key, more=""):
    w.change("INSERT INTO track (id, name) VALUES (%s, 'T');" + more, key)


@proves("mapping")
def of_points_ranges_and_addresses(w):
    point = {"type": "geo_point", "ignore_malformed": True}
    w.maps("places", spot=point, position=point, region__centre=point, address={"type": "ip", "ignore_malformed": True},
           region__postcodes={"type": "integer_range"}, region__inhabitants={"type": "long_range"},
           region__elevation={"type": "double_range"}, region__valid=DATES, region__season=DATES, region__closed=DATES,
           readings={"type": "double", "ignore_malformed": True}, floors={"type": "integer"})
    w.maps("tracks", last_spot=point, waypoints__spot=point,
           walked_on={"type": "date", "format": "strict_date_optional_time", "ignore_malformed": True})
    expect("longitude" not in w.mapping("places")["properties"], "a hidden member is in the mapping")


@proves("mapping")
def of_vectors_is_what_the_cluster_knows(w):
    plugins = str(w.cluster.ask("GET", "_cat/plugins?format=json"))
    version = w.cluster.ask("GET", "")["version"]
    found = w.mapping("places")["properties"]["feature"]
    if version.get("distribution") == "opensearch" and "opensearch-knn" in plugins:
        expect(found["type"] == "knn_vector" and found["dimension"] == 3, f"feature is mapped as {found}")
    elif version.get("build_flavor") == "default":
        expect(found["type"] == "dense_vector" and found["dims"] == 3, f"feature is mapped as {found}")
    else:
        same(found, {"type": "float", "index": False, "doc_values": False}, "the mapping of feature")


@proves("mapping")
def values_are_found_by_what_their_types_can_do(w):
    w.finds("places", {"geo_distance": {"distance": "5km", "position": {"lat": 52.52, "lon": 13.4}}}, 1)
    w.finds("places", {"term": {"region.postcodes": 12345}}, 1, 2, 9)
    w.finds("places", {"term": {"address": "192.168.0.0/24"}}, 1)
    w.finds("tracks", {"geo_distance": {"distance": "100m", "waypoints.spot": {"lat": 52.53, "lon": 13.41}}}, 1)


@proves("geo_point")
def over_a_point_column_changes(w):
    place(w, 101)
    w.shows("places", 101, "spot", None)
    w.change("UPDATE place SET spot = '(10,20)' WHERE id = 101")
    w.shows("places", 101, "spot", {"lat": 20, "lon": 10})
    w.finds("places", {"geo_distance": {"distance": "1km", "spot": {"lat": 20, "lon": 10}}}, 101)
    for off in ("(10,90.5)", "(-181,0)", "(NaN,0)", "(0,Infinity)"):
        w.change("UPDATE place SET spot = %s WHERE id = 101", off)
        w.shows("places", 101, "spot", None)
    w.change("UPDATE place SET spot = '(-180,90)' WHERE id = 101")
    w.shows("places", 101, "spot", {"lat": 90, "lon": -180})


@proves("expression")
def that_yields_a_point_of_two_columns(w):
    place(w, 102, "UPDATE place SET longitude = 1 WHERE id = 102")
    w.shows("places", 102, "position", None)
    w.change("UPDATE place SET latitude = 2 WHERE id = 102")
    w.shows("places", 102, "position", {"lat": 2, "lon": 1})
    w.change("UPDATE place SET longitude = 3 WHERE id = 102")  # hidden
    w.shows("places", 102, "position", {"lat": 2, "lon": 3})
    w.lacks("places", 102, "longitude")


@proves("vector")
def has_all_its_numbers_or_is_null(w):
    place(w, 103)
    for numbers, wanted in (("{1,2,3}", [1, 2, 3]), ("{1,2}", None),
                            ("{0.5,-0.5,0}", [w.number("0.5"), w.number("-0.5"), 0]), ("{1,NULL,3}", None),
                            ("{NaN,1,1}", None), (None, None)):
        w.change("UPDATE place SET feature = %s, embedding = %s WHERE id = 103", numbers, numbers)
        w.shows("places", 103, "feature", wanted)
        w.shows("places", 103, "embedding", wanted)
    w.change("UPDATE place SET embedding = '{1e300,1,1}' WHERE id = 103")  # more than `real` holds
    w.shows("places", 103, "embedding", None)


@proves("vector")
def holds_the_largest_numbers_of_its_column(w):
    place(w, 112)
    w.change("UPDATE place SET feature = '{3.402e38,-3.402e38,0}' WHERE id = 112")
    w.shows("places", 112, "feature", [w.number("3.402e38"), w.number("-3.402e38"), 0])


@proves("range")
def each_kind_changes_its_bounds(w):
    place(w, 104, "INSERT INTO region (id, name) VALUES (201, 'R'); UPDATE place SET region_id = 201 WHERE id = 104")
    for column, bounds, wanted in (
            ("postcodes", "(1,5]", {"gte": 2, "lt": 6}), ("postcodes", "(,)", {}), ("postcodes", "empty", None),
            ("inhabitants", "[5000000000,)", {"gte": 5000000000}),
            ("elevation", "(1,2.5]", {"gt": 1, "lte": w.number("2.5")}), ("elevation", "[1,NaN]", {"gte": 1}),
            ("valid", "[2024-01-01,2024-01-31]", {"gte": "2024-01-01", "lt": "2024-02-01"}),
            ("valid", "[0044-03-15 BC,infinity]", {}),
            ("season", "[2024-01-01,2024-02-01)", {"gte": "2024-01-01T00:00:00", "lt": "2024-02-01T00:00:00"}),
            ("season", "(2024-01-01 00:00:00,2024-01-01 00:00:00.005)",
             {"gte": "2024-01-01T00:00:00", "lte": "2024-01-01T00:00:00.005"}),
            ("closed", "[2024-01-01 00:00+01,infinity)", {"gte": "2023-12-31T23:00:00+00:00"}), ("closed", None, None)):
        w.change(f"UPDATE region SET {column} = %s WHERE id = 201", bounds)
        w.shows("places", 104, f"region.{column}", wanted)
    w.wrote("places/104")


@proves("element types")
def arrays_and_what_no_index_takes(w):
    place(w, 105)
    w.change("UPDATE place SET tags = '{a,NULL}', floors = '{1,NULL}', readings = '{NaN,1.5}', "
             "address = '10.0.0.0/8' WHERE id = 105")
    w.shows("places", 105, "tags", ["a", None])
    w.shows("places", 105, "floors", [1, None])
    w.shows("places", 105, "readings", ["NaN", w.number("1.5")])
    w.shows("places", 105, "address", "10.0.0.0/8")
    w.finds("places", {"term": {"readings": 1.5}}, 1, 105)
    w.change("UPDATE place SET address = '10.1.2.3', floors = '[5:6]={7,8}' WHERE id = 105")
    w.finds("places", {"term": {"address": "10.0.0.0/8"}}, 105)
    w.shows("places", 105, "floors", [7, 8])


@proves("order_by")
def flips_and_equal_rows_are_in_the_order_of_their_key(w):
    track(w, 106, "INSERT INTO waypoint (id, track_id, position) VALUES (1001, 106, 1), (1002, 106, 2), (1003, 106, 2)")
    w.shows("tracks", 106, "waypoints.id", [1001, 1002, 1003])
    w.change("UPDATE waypoint SET position = 3 WHERE id = 1001")
    w.shows("tracks", 106, "waypoints.id", [1002, 1003, 1001])
    w.change("UPDATE waypoint SET position = NULL WHERE id = 1002")
    w.shows("tracks", 106, "waypoints.id", [1003, 1001, 1002])


@proves("limit")
def one_plucked_point(w):
    track(w, 107, "INSERT INTO waypoint (id, track_id, position, spot) VALUES (1011, 107, 1, '(1,1)'), "
                  "(1012, 107, 2, '(2,2)')")
    w.shows("tracks", 107, "last_spot", [{"lat": 2, "lon": 2}])
    w.change("UPDATE waypoint SET position = 3, spot = '(3,3)' WHERE id = 1011")
    w.shows("tracks", 107, "last_spot", [{"lat": 3, "lon": 3}])
    w.change("UPDATE waypoint SET spot = '(999,3)' WHERE id = 1011")
    w.shows("tracks", 107, "last_spot", [None])
    w.change("DELETE FROM waypoint WHERE id = 1011")
    w.shows("tracks", 107, "last_spot", [{"lat": 2, "lon": 2}])


@proves("count")
def where_a_point_is_there(w):
    track(w, 108, "INSERT INTO waypoint (id, track_id) VALUES (1021, 108)")
    w.shows("tracks", 108, "marked", 0)
    w.change("UPDATE waypoint SET spot = '(1,1)' WHERE id = 1021")
    w.shows("tracks", 108, "marked", 1)
    w.change("UPDATE waypoint SET track_id = 2 WHERE id = 1021")
    w.shows("tracks", 108, "marked", 0)
    w.change("DELETE FROM waypoint WHERE id = 1021")


@proves("max")
def of_numbers_that_are_none(w):
    track(w, 109, "INSERT INTO waypoint (id, track_id, height) VALUES (1031, 109, 0.1), (1032, 109, NULL)")
    w.shows("tracks", 109, "highest", w.number("0.1"))
    for height in ("Infinity", "NaN"):
        w.change("UPDATE waypoint SET height = %s WHERE id = 1032", height)
        w.shows("tracks", 109, "highest", height)
    w.change("DELETE FROM waypoint WHERE track_id = 109")
    w.shows("tracks", 109, "highest", None)


@proves("one table at several nodes")
def a_place_is_root_and_stop(w):
    place(w, 110, "INSERT INTO track (id, name) VALUES (110, 'T');"
                  " INSERT INTO waypoint (id, track_id, place_id) VALUES (1041, 110, 110)")
    w.change("UPDATE place SET name = 'Q' WHERE id = 110")
    w.shows("places", 110, "name", "Q")
    w.shows("tracks", 110, "waypoints.place.name", ["Q"])
    w.wrote("places/110", "tracks/110")
    w.change("UPDATE place SET floors = '{1}' WHERE id = 110")  # what a stop does not show
    w.shows("places", 110, "floors", [1])
    w.change("DELETE FROM place WHERE id = 110")
    w.shows("tracks", 110, "waypoints.place", [None])


@proves("truncate")
def a_child(w):
    w.change("TRUNCATE waypoint")
    w.every("tracks", waypoints=[], last_spot=[], marked=0, highest=None)


@proves("truncate")
def the_root_of_one_of_two_indices(w):
    w.change("TRUNCATE place CASCADE")
    w.only("places")
    w.there("tracks", 1, 2, 3, 4)
