#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/shape.hpp>

namespace quiz {
using pgsync::belongs_to, pgsync::has_many, pgsync::has_one;
using pgsync::foreign_key, pgsync::limit, pgsync::order_by, pgsync::pluck, pgsync::references,
    pgsync::through, pgsync::where;
using pgsync::key, pgsync::keyword, pgsync::timestamptz;
using std::optional;

// The columns by which everything hangs on a quiz: one for each part of its key, in the same order.
using of_quiz = foreign_key<"quiz_school", "quiz_number">;

// clang-format off
struct School   { key<keyword> code; std::string name; };
struct Topic    { key<keyword> name; optional<std::string> label; };

// One table, player, stands at many places: author, reviewer, author of a question, who played.
struct Player   { std::int64_t id; keyword school; keyword nick; optional<std::string> name; };

// Keys of three and four columns. Parts that lead up are in the key though nobody wants to read them.
struct Answer   {
    pgsync::hidden<key<keyword>>      quiz_school;
    pgsync::hidden<key<int>>          quiz_number;
    pgsync::hidden<key<std::int16_t>> position;
    key<keyword>                      letter;
    optional<std::string>             body;
    bool                              correct;
};
struct Question {
    pgsync::hidden<key<keyword>>      quiz_school;
    pgsync::hidden<key<int>>          quiz_number;
    key<std::int16_t>                 position;
    optional<std::string>             body;
    optional<pgsync::decimal<5, 1>>   points;
    belongs_to<Player>                author;      // question.author_id = player.id
    has_many<Answer, foreign_key<"quiz_school", "quiz_number", "position">> answers;
    has_many<Answer, foreign_key<"quiz_school", "quiz_number", "position">, where<"correct">, pluck<"letter">> solution;
};

// A reference of four columns, any of which may be null or lead nowhere.
struct Choice   {
    key<std::int64_t> result_id;
    key<std::int16_t> position;
    optional<keyword> letter;
    belongs_to<Answer, foreign_key<"quiz_school", "quiz_number", "position", "letter">> answer;
};
struct Result   {
    std::int64_t          id;
    optional<int>         score;
    optional<timestamptz> finished;
    belongs_to<Player>    player;                  // result.player_id = player.id
    has_many<Choice>      choices;                 // choice.result_id = result.id
};
struct Certificate { key<keyword> school; key<int> number; optional<std::string> wording; };

// The root's table once more, for places inside its own document.
struct OtherQuiz {
    static constexpr std::string_view table = "quiz";
    key<keyword> school;
    key<int>     number;
    std::string  title;
    keyword      state;
    has_many<Topic, through<"quiz_topic", of_quiz, foreign_key<"topic_name">>, pluck<"label">> topics;
};

struct Quiz {
    key<keyword>          school;                  // _id is school|number
    key<int>              number;
    std::string           title;
    keyword               state;
    optional<timestamptz> opens;
    belongs_to<School, foreign_key<"school">> held_at;

    // (author_school, author_nick) = (player.school, player.nick): unique, but not player's key.
    belongs_to<Player, foreign_key<"author_school", "author_nick">, references<"school", "nick">> author;
    belongs_to<Player>                        reviewer;
    has_one<Certificate, foreign_key<"school", "number">> certificate;

    has_many<Question, of_quiz>               questions;
    has_many<Topic, through<"quiz_topic", of_quiz, foreign_key<"topic_name">>> topics;
    has_many<OtherQuiz, through<"requirement", foreign_key<"school", "number">,
                                foreign_key<"needs_school", "needs_number">>>  requires_first;
    has_many<OtherQuiz, through<"requirement", foreign_key<"needs_school", "needs_number">,
                                foreign_key<"school", "number">>>              leads_to;

    has_many<Result, of_quiz, where<"score IS NOT NULL">, order_by<"score DESC, finished">, limit<3>> podium;
    pgsync::count<Result, of_quiz>                                      played;
    pgsync::exists<Result, of_quiz, where<"score IS NULL">>             being_played;
    pgsync::avg<Result, "score", of_quiz>                               mean_score;
    pgsync::min<Result, "score", of_quiz>                               worst_score;
    pgsync::max<Result, "score", of_quiz>                               best_score;
    pgsync::sum<Question, "points", of_quiz>                            points;
};

// Less of the same table, for the second index over it.
struct OpenQuiz {
    static constexpr std::string_view table = "quiz";
    key<keyword>          school;
    key<int>              number;
    std::string           title;
    optional<timestamptz> opens;
    pgsync::count<Question, of_quiz>          questions;
    has_many<Player, through<"result", of_quiz, foreign_key<"player_id">>, order_by<"nick">, pluck<"nick">> players;
};

// Three ways from a player to quizzes.
struct PlayerPage {
    static constexpr std::string_view table = "player";
    std::int64_t          id;
    keyword               school;
    keyword               nick;
    optional<std::string> name;
    has_many<OtherQuiz, foreign_key<"author_school", "author_nick">, references<"school", "nick">> wrote;
    has_many<OtherQuiz, foreign_key<"reviewer_id">>                                                reviewed;
    has_many<OtherQuiz, through<"result", foreign_key<"player_id">, of_quiz>>                      played;
};
// clang-format on
}  // namespace quiz

struct quizzes : pgsync::index<quiz::Quiz> {};

struct open_quizzes : pgsync::index<quiz::OpenQuiz> {
    static constexpr std::string_view where = "state = 'open'";  // other quizzes have no document
    static constexpr std::string_view routing = "school";        // a school's quizzes on one shard
};

struct quiz_players : pgsync::index<quiz::PlayerPage> {
    static constexpr std::string_view name = "players";
};
