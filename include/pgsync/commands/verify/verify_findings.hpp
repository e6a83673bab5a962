#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include <pgsync/base/printable.hpp>
#include <pgsync/commands/diagnosis/slot_progress.hpp>
#include <pgsync/commands/verify/compare_documents.hpp>

/// The findings of verify, and their text and JSON.
namespace pgsync::app::detail {

/// What verify found in one index.
struct index_findings {
    std::string name;
    std::uint64_t rows = 0;       ///< of the root's table that belong in the index
    std::uint64_t documents = 0;  ///< in the index
    std::uint64_t compared = 0;
    std::uint64_t missing = 0;
    std::uint64_t extra = 0;
    std::uint64_t different = 0;
    std::uint64_t changing = 0;
    std::uint64_t unmade = 0;    ///< rows whose document cannot be made
    std::uint64_t may_come = 0;  ///< of those that are wrong
    std::uint64_t repaired = 0;
    std::uint64_t behind = 0;  ///< bytes of WAL that the slot's consumer still has to read
    bool sampled = false;
    bool contents = true;
    std::string no_contents;           ///< why they are not compared
    std::vector<std::string> lacking;  ///< fields that the index does not keep, so cannot be compared
    slot_progress slot;
    std::vector<suspect> examples;
    std::vector<std::string> unrepaired;  ///< why not
    std::vector<std::string> faults;      ///< why some documents cannot be made

    [[nodiscard]] std::uint64_t wrong() const { return missing + extra + different; }
    [[nodiscard]] bool in_order() const { return wrong() == repaired && unmade == 0; }
};

[[nodiscard]] inline std::string text_of(const index_findings& found) {
    const auto number = [](std::uint64_t count) { return std::to_string(count); };
    std::string out = printable(found.name) + ": " + number(found.rows) + " rows" +
                      (found.sampled ? " of a sample" : "") + ", " + number(found.documents) +
                      " documents, " + number(found.compared) + " compared: ";
    if (found.wrong() == 0) {
        out += found.contents ? "all equal\n" : "none missing, none extra\n";
    } else {
        out += number(found.missing) + " missing, " + number(found.extra) + " extra, " +
               number(found.different) + " different\n";
    }
    if (!found.contents) out += "  their contents were not compared: " + found.no_contents + "\n";
    if (!found.lacking.empty()) {
        std::string names;
        for (const auto& each : found.lacking) names += (names.empty() ? "" : ", ") + printable(each);
        out += "  not compared, since _source of the index's mapping leaves them out: " + names + "\n";
    }
    for (const auto& each : found.examples) {
        out += "  " + std::string(name_of(each.what)) + " " + printable(each.place.id) +
               (each.place.routing.empty() ? std::string()
                                           : " (routing " + printable(each.place.routing) + ")") +
               (each.may_come ? ", may be still to come" : "") + "\n";
        for (const auto& at : each.paths)
            out +=
                "    " + at.path + ": " + at.database + " in the database, " + at.index + " in the index\n";
    }
    if (found.wrong() > found.examples.size())
        out +=
            "  and " + number(found.wrong() - found.examples.size()) + " more (--show lists more of them)\n";
    if (found.may_come != 0) {
        out +=
            "  " + number(found.may_come) + " of these may be still to come: " +
            (found.slot.followed ? "the sync has still to read " : "no sync runs, and the slot has still ") +
            number(found.behind) + " bytes of WAL\n";
    } else if (!found.slot.exists) {
        out += "  there is no slot: no changes follow\n";
    }
    if (found.changing != 0)
        out += "  " + number(found.changing) + " changed at every look and could not be compared\n";
    if (found.unmade != 0) {
        out += "  " + number(found.unmade) + " cannot be made, and were not compared; correct their rows:\n";
        for (const auto& why : found.faults) out += "    " + why + "\n";
    }
    if (found.repaired != 0) out += "  " + number(found.repaired) + " repaired\n";
    for (const auto& why : found.unrepaired) out += "  not repaired: " + why + "\n";
    return out;
}

[[nodiscard]] inline boost::json::object json_of(const index_findings& found) {
    boost::json::array examples;
    for (const auto& each : found.examples) {
        boost::json::array paths;
        for (const auto& at : each.paths)
            paths.push_back({{"path", at.path}, {"database", at.database}, {"index", at.index}});
        boost::json::object example{{"id", each.place.id}, {"what", name_of(each.what)}};
        if (!each.place.routing.empty()) example["routing"] = each.place.routing;
        if (each.may_come) example["may_come"] = true;
        if (!paths.empty()) example["paths"] = paths;
        examples.push_back(example);
    }
    boost::json::array unrepaired;
    const boost::json::array lacking(found.lacking.begin(), found.lacking.end());
    for (const auto& why : found.unrepaired) unrepaired.emplace_back(why);
    boost::json::array faults;
    for (const auto& why : found.faults) faults.emplace_back(why);
    return {{"index", found.name},
            {"sampled", found.sampled},
            {"contents_compared", found.contents},
            {"rows", found.rows},
            {"documents", found.documents},
            {"compared", found.compared},
            {"missing", found.missing},
            {"extra", found.extra},
            {"different", found.different},
            {"may_come", found.may_come},
            {"changing", found.changing},
            {"repaired", found.repaired},
            {"not_repaired", unrepaired},
            {"not_compared", lacking},
            {"slot", found.slot.exists},
            {"followed", found.slot.followed},
            {"behind_bytes", found.behind},
            {"examples", examples},
            {"cannot_be_made", found.unmade},
            {"faults", faults}};
}

}  // namespace pgsync::app::detail
