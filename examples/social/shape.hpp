#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/shape.hpp>

namespace social {
using pgsync::belongs_to, pgsync::belongs_to_any, pgsync::case_of, pgsync::has_many;
using pgsync::count, pgsync::exists, pgsync::max, pgsync::sum;
using pgsync::foreign_key, pgsync::keyed_by, pgsync::limit, pgsync::order_by, pgsync::pluck,
    pgsync::references, pgsync::through, pgsync::where;
using pgsync::key, pgsync::keyword, pgsync::timestamptz;
using std::optional;

// Ways from one table to another by way of a third, with names because they are gone more than once.
// clang-format off
using follows     = through<"follow", foreign_key<"follower_id">, foreign_key<"followed_id">>;  // user  -> user
using is_followed = through<"follow", foreign_key<"followed_id">, foreign_key<"follower_id">>;  // user  -> user
using is_member   = through<"membership", foreign_key<"user_id">, foreign_key<"group_id">>;     // user  -> group
using has_members = through<"membership", foreign_key<"group_id">, foreign_key<"user_id">>;     // group -> user
using shows       = through<"group_post", foreign_key<"group_id">, foreign_key<"post_id">>;     // group -> post
using is_shown    = through<"group_post", foreign_key<"post_id">, foreign_key<"group_id">>;     // post  -> group
using is_tagged   = through<"post_tag", foreign_key<"post_id">, foreign_key<"tag_name">>;       // post  -> tag
using wrote       = through<"post", foreign_key<"author_id">, foreign_key<"id">>;               // user  -> post

struct Someone {
    static constexpr std::string_view table = "user";
    std::int64_t id;
    std::string  name;
};
struct Group {                                          // "group" is a word of SQL, and `private` one of C++
    int         id;
    std::string name;
    pgsync::named<pgsync::column<bool, "private">, "private"> is_private;
    count<Someone, has_members> members;                // each once, however many memberships he has
};
struct Tag { key<keyword> name; optional<std::string> label; };

// A comment as it stands inside of what it is about.
struct Remark {
    static constexpr std::string_view table = "comment";
    std::int64_t          id;
    std::string           body;
    optional<timestamptz> written;
    belongs_to<Someone, foreign_key<"author_id">> author;
};
struct Post {
    std::int64_t          id;
    std::string           title;
    keyword               state;
    optional<int>         score;
    optional<timestamptz> created;
    belongs_to<Someone, foreign_key<"author_id">> author;
    has_many<Tag, is_tagged>                      tags;
    has_many<Group, is_shown, pluck<"name">>      shown_in;
    // comment.subject_id is the id of a post, or of something else: the condition says which.
    has_many<Remark, foreign_key<"subject_id">, where<"subject_type = 'post' AND NOT hidden">,
             order_by<"written DESC NULLS LAST">> comments;
};
struct Photo {
    std::int64_t                id;
    optional<std::string>       caption;
    optional<pgsync::timestamp> taken;
    belongs_to<Someone, foreign_key<"owner_id">> owner;
    count<Remark, foreign_key<"subject_id">, where<"subject_type = 'photo'">> comments;
};

// The same the other way: a comment with its post or its photo, {"post": {…}, "photo": null}.
struct Comment {
    std::int64_t          id;
    std::string           body;
    optional<keyword>     subject_type;
    optional<timestamptz> written;
    belongs_to<Someone, foreign_key<"author_id">> author;
    belongs_to_any<"subject_type", "subject_id", case_of<"post", Post>, case_of<"photo", Photo>> subject;
};

// Found through a link, and finds others through links in turn.
struct Followed {
    static constexpr std::string_view table = "user";
    std::int64_t id;
    std::string  name;
    has_many<Group, is_member>                                              groups;
    has_many<Someone, is_followed, order_by<"name">, limit<2>, pluck<"name">> followers;
};
struct User {
    std::int64_t           id;
    std::string            name;
    optional<keyword>      email;
    optional<pgsync::date> born;

    has_many<Followed, follows>                         following;
    has_many<Someone, follows, follows, pluck<"name">>  two_steps_away;    // one link table twice; maybe himself
    count<Someone, is_followed>                         followers;

    has_many<Group, is_member>                          groups;
    exists<Group, is_member, where<"private">>          in_private_group;

    has_many<Post, foreign_key<"author_id">>            posts;
    exists<Remark, foreign_key<"author_id">, where<"NOT hidden">> has_commented;
    has_many<Tag, wrote, is_tagged, pluck<"name">>      writes_about;

    // Two hops and more: what the groups show that one is a member of.
    has_many<Post, is_member, shows, where<"state = 'public'">,
             order_by<"created DESC NULLS LAST">, limit<3>>           feed;
    count<Post, is_member, shows, where<"state <> 'deleted'">>        readable_posts;
    sum<Post, "score", is_member, shows>                              reachable_score;
    has_many<Tag, is_member, shows, is_tagged, keyed_by<"name">, pluck<"label">> feed_tags;   // {"c++": "C++", …}

    // The last hop need not end at a key: post.author_id is whom one follows.
    has_many<Post, follows, references<"author_id">, where<"state = 'public'">, pluck<"title">> followed_posts;
    max<Post, "created", follows, references<"author_id">>                                     latest_followed;
};
// clang-format on
}  // namespace social

struct users : pgsync::index<social::User> {};
struct comments : pgsync::index<social::Comment> {
    static constexpr std::string_view settings = R"({"index":{"max_result_window":5000}})";
};
