#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/format_units.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/report.hpp>

namespace pgsync::app {

enum class severity : std::uint8_t {
    error,    ///< something does not work, or documents are wrong
    warning,  ///< it works, but not forever, or not well
    advice,   ///< it works; this would be better
};

/// One step of a remedy: a statement for the database, a request for the cluster, a command of this program,
/// or something no program can do.
struct step {
    enum class kind : std::uint8_t { sql, request, command, other };
    kind what = kind::other;
    std::string text{};  ///< the statement without `;`, the command, or `PUT /index/_settings`
    std::string body{};  ///< of a request, as JSON
};

[[nodiscard]] inline step by_sql(std::string statement) {
    return {step::kind::sql, std::move(statement), {}};
}
[[nodiscard]] inline step by_request(std::string what, const boost::json::object& body) {
    return {step::kind::request, std::move(what),
            body.empty() ? std::string() : boost::json::serialize(body)};
}
[[nodiscard]] inline step by_command(std::string command) {
    return {step::kind::command, std::move(command), {}};
}
[[nodiscard]] inline step by_hand(std::string text) { return {step::kind::other, std::move(text), {}}; }

/// Which command fixes the finding by itself, if the role's rights allow it.
enum class mended_by : std::uint8_t { nobody, bootstrap, sync };

/// Something that an operator should know.
struct finding {
    severity how_bad = severity::error;
    std::string_view code{};  ///< its kind, for programs: `missing_index`
    std::string what{};
    std::string why{};           ///< why it matters
    std::vector<step> remedy{};  ///< steps, in this order
    mended_by mends = mended_by::nobody;
    bool sync_starts = false;  ///< sync starts nevertheless, although this is an error that sync does not fix
};

using findings = std::vector<finding>;

[[nodiscard]] constexpr std::string_view name_of(severity how_bad) noexcept {
    constexpr std::array<std::string_view, 3> names{"error", "warning", "advice"};
    return names[static_cast<std::size_t>(how_bad)];
}

/// Returns the remedy as one line.
[[nodiscard]] inline std::string remedy_of(const finding& about) {
    std::string out;
    for (const auto& todo : about.remedy) {
        if (!out.empty()) out += "; ";
        if (todo.what == step::kind::command) out += "run ";
        out += todo.text + (todo.body.empty() ? "" : " " + todo.body);
    }
    return out;
}

/// Returns the short form that /ready, the metrics and the status page show. Leaves out advice.
[[nodiscard]] inline std::vector<metrics::condition> summaries_of(const findings& all) {
    std::vector<metrics::condition> out;
    for (const auto& each : all) {
        if (each.how_bad != severity::advice)
            out.push_back({std::string(each.code), each.how_bad == severity::error, each.what});
    }
    return out;
}

/// Formats a step as a user types it: into psql, into curl or a console, or into a shell.
[[nodiscard]] inline std::string text_of(const step& of, std::string_view program) {
    switch (of.what) {
        case step::kind::sql:
            return of.text + ";";
        case step::kind::request:
            return of.text + (of.body.empty() ? "" : " " + of.body);
        case step::kind::command:
            return std::string(program) + " " + of.text;
        case step::kind::other:
            break;
    }
    return of.text;
}

[[nodiscard]] inline boost::json::object json_of(const step& of) {
    switch (of.what) {
        case step::kind::sql:
            return {{"sql", of.text}};
        case step::kind::request: {
            const auto blank = of.text.find(' ');
            boost::json::object request{{"method", of.text.substr(0, blank)},
                                        {"path", of.text.substr(blank + 1)}};
            if (!of.body.empty()) request["body"] = boost::json::parse(of.body);
            return {{"request", request}};
        }
        case step::kind::command:
            return {{"command", of.text}};
        case step::kind::other:
            break;
    }
    return {{"text", of.text}};
}

/// Returns the report on `all`, the most severe findings first, otherwise in the order in which they were
/// found. The report is in order if there is nothing but advice.
[[nodiscard]] inline report report_of(findings all, std::string_view program) {
    std::stable_sort(all.begin(), all.end(),
                     [](const finding& a, const finding& b) { return a.how_bad < b.how_bad; });
    std::array<std::uint64_t, 3> counts{};
    boost::json::array list;
    std::string text;
    for (const auto& each : all) {
        ++counts[static_cast<std::size_t>(each.how_bad)];
        boost::json::array remedy;
        text += std::string(name_of(each.how_bad)) + ": " + printable(each.what, true) + "\n";
        text += "  " + printable(each.why, true) + "\n";
        for (const auto& todo : each.remedy) {
            text += "    " + printable(text_of(todo, program), true) + "\n";
            remedy.push_back(json_of(todo));
        }
        text += "\n";
        list.push_back({{"severity", name_of(each.how_bad)},
                        {"code", each.code},
                        {"what", each.what},
                        {"why", each.why},
                        {"remedy", remedy}});
    }
    const bool in_order = counts[0] == 0 && counts[1] == 0;
    text += all.empty() ? std::string("nothing found\n")
                        : counted(counts[0], "error") + ", " + counted(counts[1], "warning") + ", " +
                              std::to_string(counts[2]) + " of advice\n";
    return {in_order, text,
            boost::json::serialize(boost::json::object{{"findings", list}, {"in_order", in_order}})};
}

}  // namespace pgsync::app
