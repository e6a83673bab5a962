#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include <pgsync/shape.hpp>
#include <pgsync/transform.hpp>

/// A table that points at itself: categories in categories, to any depth, and the articles in them.
namespace tree {
using namespace pgsync;

// clang-format off
// The same table many times over: each of these says what a category shows of itself in one place.
struct Above   { static constexpr std::string_view table = "category"; int id; std::string name; };
struct Child   { static constexpr std::string_view table = "category"; int id; bool retired; };
struct Near    { static constexpr std::string_view table = "category"; int id; std::optional<int> parent_id; std::string name;
                 count<Child, foreign_key<"parent_id">> children; };
struct Entry   { static constexpr std::string_view table = "article";  int id; std::string title; };

struct Category {
    int                                                            id;
    std::string                                                    name;
    std::optional<std::int16_t>                                    position;
    bool                                                           retired;
    std::optional<int>                                             parent_id;
    ancestors<Above>                                               above;        // by parent_id, from the top down
    ancestors<Above, foreign_key<"parent_id">, pluck<"name">>      breadcrumbs;  // ["Science", "Physics"]
    descendants<Near, foreign_key<"parent_id">, depth<2>>          near;         // children and grandchildren
    descendants<Above, foreign_key<"parent_id">, pluck<"id">>      all_below;    // ids of the whole sub-tree
    count<Child, foreign_key<"parent_id">>                         children;
    count<Child, foreign_key<"parent_id">, where<"NOT retired">>   current_children;
    has_many<Entry>                                                articles;     // article.category_id = category.id
};

// A fixed number of steps is a struct for each, where every step is to have a name of its own.
struct Grandparent { static constexpr std::string_view table = "category"; int id; std::string name; };
struct Parent      { static constexpr std::string_view table = "category"; int id; std::string name;
                     belongs_to<Grandparent, foreign_key<"parent_id">> parent; };
struct Section     { static constexpr std::string_view table = "category"; int id; std::string name;
                     belongs_to<Parent, foreign_key<"parent_id">> parent;
                     ancestors<Above, pluck<"name">> path; };
struct Shelf       { static constexpr std::string_view table = "category"; int id; std::string name;
                     ancestors<Above, pluck<"id">> path; };

struct Article {
    int                                                            id;
    std::string                                                    title;
    std::optional<date>                                            published;
    hidden<std::optional<keyword>>                                 state;        // for the transform only
    belongs_to<Section, foreign_key<"category_id">>                section;      // whoever moves above it, it follows
    has_many<Shelf, through<"article_category", foreign_key<"article_id">, foreign_key<"category_id">>> also_in;
};
// clang-format on
}  // namespace tree

struct categories : pgsync::index<tree::Category> {};

struct articles : pgsync::index<tree::Article> {
    static constexpr std::string_view mapping = R"({"properties": {"trail": {"type": "keyword"}}})";

    /// Adds `trail`, such as "Science > Physics"; articles that were withdrawn stay out of the index.
    static bool transform(boost::json::object& article) {
        const auto* state = article["state"].if_string();
        if (state != nullptr && *state == "withdrawn") return false;
        const auto* section = article["section"].if_object();
        if (section == nullptr) {
            article["trail"] = nullptr;
            return true;
        }
        std::string trail;
        for (const auto& name : section->at("path").as_array()) {
            trail.append(name.as_string()).append(" > ");
        }
        article["trail"] = trail.append(section->at("name").as_string());
        return true;
    }
};
