#pragma once

#include <exception>
#include <iostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/linkage.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/cli/command_line.hpp>
#include <pgsync/cli/configuration.hpp>
#include <pgsync/cli/engine.hpp>
#include <pgsync/cli/memory.hpp>
#include <pgsync/cli/run.hpp>
#include <pgsync/cli/stop_signal.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/observe/service_notice.hpp>

namespace pgsync::app {

inline std::string base_name(std::string_view path) {
    return std::string(path.substr(path.find_last_of('/') + 1));
}

inline report dispatch(const parsed_command& command, std::span<const compiled_index> indices) {
    basic_engine engine(command.setting, indices);
    const stop_signal signals(engine.stopping());
    const service_notice notice(engine.counts());
    switch (command.what) {
        case app::command::bootstrap: {
            std::ostringstream printed;
            auto result = engine.bootstrap(printed);
            result.text = printed.str();
            return result;
        }
        case app::command::sync:
            return engine.sync();
        case app::command::swap:
            return engine.swap();
        case app::command::status:
            return engine.status();
        case app::command::doctor:
            return engine.doctor();
        case app::command::teardown:
            return engine.teardown();
        case app::command::verify:
            return engine.verify(command.verify);
        case app::command::refresh:
            return engine.refresh(command.refresh);
        case app::command::dead_letters:
            return engine.dead_letters(command.dead_letters);
        case app::command::explain:
            break;
    }
    return engine.explain(command.parts);
}

/// Prints why a command failed: on standard error and, with --json, as an object on standard output.
inline void tell(const parsed_command& command, const std::string& what, const std::string& remedy) {
    if (command.log_format == "json") {
        log::start(command.log_level, log::form::json);  // logging may not have been started yet
        log::error("{}{}", what, remedy.empty() ? "" : "; " + remedy);
    } else {
        std::cerr << command.setting.program << ": " << what << "\n";
        if (!remedy.empty()) std::cerr << "  " << remedy << "\n";
    }
    if (!command.json) return;
    boost::json::object problem{{"error", what}};
    if (!remedy.empty()) problem["remedy"] = remedy;
    std::cout << boost::json::serialize(problem) << "\n";
}

PGSYNC_LINKAGE int run_program(std::span<const compiled_index> indices, int argc, char** argv) {
    give_memory_back();
    parsed_command command;
    command.setting.program = base_name(argc > 0 ? argv[0] : "pgsync");
    std::string names;
    for (const auto& index : indices) names += (names.empty() ? "" : ", ") + std::string(index.name);
    int failed = 2;
    try {
        const auto status = parse_command_line(
            argc, argv, "Keeps " + names + " in Elasticsearch or OpenSearch in sync with PostgreSQL",
            command);
        if (status) return *status;
        failed = 1;
        log::start(command.log_level, command.log_format == "json" ? log::form::json : log::form::text);
        for (const auto& each : command.unknown) {
            const auto text = configuration::text_of(each);
            each.meant.empty() ? log::debug("{}", text) : log::warn("{}", text);
        }
        const auto result = dispatch(command, indices);
        if (command.json) {
            std::cout << result.json << "\n";
        } else {
            std::cout << result.text;
        }
        return result.in_order ? 0 : 3;
    } catch (const error& problem) {
        tell(command, problem.what(), problem.remedy());
    } catch (const std::exception& problem) {
        tell(command, problem.what(), {});
    }
    return failed;
}

}  // namespace pgsync::app
