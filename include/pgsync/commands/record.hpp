#pragma once

#include <string_view>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/report.hpp>

namespace pgsync::app {

/// What a command has done so far, for its report. Survives the retries of a command.
class record {
  public:
    [[nodiscard]] boost::json::value& operator[](std::string_view what) { return all_[what]; }

    /// Returns the entry of one index.
    [[nodiscard]] boost::json::object& index(std::string_view alias) {
        auto& list = array("indices");
        for (auto& each : list) {
            if (each.get_object()["alias"] == boost::json::string_view(alias)) return each.get_object();
        }
        list.push_back(boost::json::object{{"alias", alias}});
        return list.back().get_object();
    }

    /// Adds a statement that was run or, in a dry run, would be. `own`: by this role.
    void statement(std::string_view sql, std::string_view why, bool own = true) {
        array("statements").push_back({{"sql", sql}, {"why", why}, {"own", own}});
    }
    /// Adds a request to the cluster; `body` is JSON, or null.
    void request(std::string_view method, std::string_view path, const boost::json::value& body) {
        boost::json::object made{{"method", method}, {"path", path}};
        if (!body.is_null()) made["body"] = body;
        array("requests").push_back(std::move(made));
    }
    [[nodiscard]] boost::json::array& array(std::string_view name) {
        auto& found = all_[name];
        if (!found.is_array()) found.emplace_array();
        return found.get_array();
    }

    [[nodiscard]] report told() const { return {true, {}, boost::json::serialize(all_)}; }

  private:
    boost::json::object all_;
};

}  // namespace pgsync::app
