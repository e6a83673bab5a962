#pragma once

#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include <pgsync/app/command_line.hpp>
#include <pgsync/app/engine.hpp>
#include <pgsync/app/explain.hpp>
#include <pgsync/app/memory.hpp>
#include <pgsync/app/run.hpp>
#include <pgsync/app/stop_signal.hpp>
#include <pgsync/compiled.hpp>
#include <pgsync/error.hpp>
#include <pgsync/linkage.hpp>
#include <pgsync/log.hpp>

namespace pgsync::app {

inline std::string base_name(std::string_view path) {
    return std::string(path.substr(path.find_last_of('/') + 1));
}

inline void dispatch(const parsed_command& command, std::span<const compiled_index> indices) {
    if (command.what == app::command::explain) return explain(std::cout, indices, command.parts);
    basic_engine engine(command.setting, indices);
    const stop_signal signals(engine.stopping());
    switch (command.what) {
        case app::command::bootstrap:
            return engine.bootstrap();
        case app::command::sync:
            return engine.sync();
        case app::command::teardown:
            return engine.teardown();
        case app::command::explain:
            break;
    }
}

PGSYNC_LINKAGE int run_program(std::span<const compiled_index> indices, int argc, char** argv) {
    give_memory_back();
    parsed_command command;
    command.setting.program = base_name(argc > 0 ? argv[0] : "pgsync");
    std::string names;
    for (const auto& index : indices) names += (names.empty() ? "" : ", ") + std::string(index.name);
    try {
        const auto status = parse_command_line(
            argc, argv, "Keeps " + names + " in Elasticsearch or OpenSearch right, from PostgreSQL", command);
        if (status) return *status;
        log::start(command.log_level);
        dispatch(command, indices);
        return 0;
    } catch (const error& problem) {
        std::cerr << command.setting.program << ": " << problem.what() << "\n";
        if (!problem.remedy().empty()) std::cerr << "  " << problem.remedy() << "\n";
    } catch (const std::exception& problem) {
        std::cerr << command.setting.program << ": " << problem.what() << "\n";
    }
    return 1;
}

}  // namespace pgsync::app
