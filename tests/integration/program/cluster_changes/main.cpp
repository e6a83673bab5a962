// One program whose index is declared in several ways, PGSYNC_SHAPE each; its documents are always the same.
#include <cstdint>
#include <string>
#include <string_view>

#include <pgsync/pgsync.hpp>

struct Comment {
    int id;
    std::string body;
};
struct Article {
    std::int64_t id;
    std::string title;
    std::string body;
    pgsync::mapped<std::string, R"({"type":"integer"})"> code;  // a text that is no number is refused
    pgsync::has_many<Comment> comments;
};

struct articles : pgsync::index<Article> {
#if PGSYNC_SHAPE == 2
    static constexpr std::string_view mapping = R"({"_source": {"excludes": ["body", "comments.bo*"]}})";
#elif PGSYNC_SHAPE == 3  // finds more of what is not kept
    static constexpr std::string_view mapping = R"({"_source": {"excludes": ["body", "comments.bo*"]},
        "properties": {"title": {"fields": {"typed": {"type": "search_as_you_type"}}}}})";
#elif PGSYNC_SHAPE == 4  // no cluster makes this of what is there
    static constexpr std::string_view settings = R"({"max_result_window": 20000})";
    static constexpr std::string_view mapping =
        R"({"properties": {"title": {"type": "keyword", "fields": {}}}})";
#elif PGSYNC_SHAPE == 5  // of these settings one cannot be changed while the index is open
    static constexpr std::string_view settings =
        R"({"codec": "best_compression", "max_result_window": 20000})";
    static constexpr std::string_view mapping =
        R"({"properties": {"title": {"fields": {"keyword": {"ignore_above": 99}}}}})";
#elif PGSYNC_SHAPE == 6  // and no index takes this value
    static constexpr std::string_view settings = R"({"max_result_window": -5})";
    static constexpr std::string_view mapping =
        R"({"properties": {"title": {"fields": {"keyword": {"ignore_above": 99}}}}})";
#elif PGSYNC_SHAPE == 7
    static constexpr std::string_view settings =
        R"({"max_result_window": 20000, "index": {"max_rescore_window": 300}})";
#elif PGSYNC_SHAPE == 8
    static constexpr std::string_view settings = R"({"index.max_rescore_window": 300})";
#elif PGSYNC_SHAPE == 9
    static constexpr std::string_view mapping = R"({"_source": {"enabled": false}})";
#elif PGSYNC_SHAPE == 10
    static constexpr std::string_view mapping =
        R"({"_source": {"includes": ["id", "title", "comments.id"]}})";
#endif
};

int main(int argc, char** argv) { return pgsync::run<articles>(argc, argv); }
