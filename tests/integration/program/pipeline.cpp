// Documents that pass an ingest pipeline of the cluster.
#include <string>

#include <pgsync/pgsync.hpp>

struct Note {
    int id;
    std::string body;
};
struct notes : pgsync::index<Note> {
    static constexpr std::string_view pipeline = "pgsync notes";
    static constexpr std::string_view mapping = R"({"properties": {"words": {"type": "keyword"}}})";
};

int main(int argc, char** argv) { return pgsync::run<notes>(argc, argv); }
