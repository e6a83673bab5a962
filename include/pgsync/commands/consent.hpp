#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <iostream>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/report.hpp>

/// Shows the user what cannot be undone before doing it, and asks for consent.
namespace pgsync::app {

namespace detail {

/// Reads a line from the terminal; returns an empty one on a stop request or at end of input. Polls `stop_fd`
/// as well: with our signal handler a signal no longer ends the process, so a plain read could keep blocking.
[[nodiscard]] inline std::string read_answer(int stop_fd) {
    std::string line;
    while (true) {
        std::array<pollfd, 2> waited{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{stop_fd, POLLIN, 0}};
        if (::poll(waited.data(), stop_fd < 0 ? 1U : 2U, -1) < 0) {
            if (errno == EINTR) continue;
            return {};
        }
        if (stop_fd >= 0 && waited[1].revents != 0) return {};
        char next = '\n';
        if (::read(STDIN_FILENO, &next, 1) != 1) return {};
        if (next == '\n') return line;
        line += next;
    }
}

}  // namespace detail

/// Returns the report of a dry run: all of `what` ("drop slot x") would be done.
[[nodiscard]] inline report would_do(const std::vector<std::string>& what) {
    report out;
    boost::json::array would;
    for (const auto& each : what) {
        out.text += "would " + printable(each) + "\n";
        would.emplace_back(each);
    }
    out.json = boost::json::serialize(boost::json::object{{"dry_run", true}, {"would", would}});
    return out;
}

/// Returns true if all of `what` is to be done now: never with --dry-run, always with --yes. Otherwise asks
/// at the terminal; throws errc::configuration if there is none, and errc::interrupted if the answer is no.
[[nodiscard]] inline bool wanted(const options& setting, int stop_fd, std::string_view command,
                                 const std::vector<std::string>& what) {
    if (setting.dry_run || what.empty()) return false;
    if (setting.yes) return true;
    std::string list;
    for (const auto& each : what) list += "\n  - " + printable(each);
    const auto heading = std::string(command) + " is about to:" + list;
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
        throw error(errc::configuration, heading,
                    "nothing was done: pass --yes to skip the question, or --dry-run to preview");
    }
    std::cerr << setting.program << ": " << heading << "\nGo on? [y/N] " << std::flush;
    const auto answer = detail::read_answer(stop_fd);
    if (answer == "y" || answer == "Y" || answer == "yes") return true;
    throw error(errc::interrupted, "nothing was done", "answer y, or say --yes");
}

}  // namespace pgsync::app
