#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "../../catch.hpp"
#include <pgsync/base/log.hpp>

using namespace std::chrono_literals;

TEST_CASE("a line of JSON has a time in UTC, a level, and what the line is about", "[log]") {
    const auto at = std::chrono::system_clock::time_point(1'777'636'800s + 5ms);
    const std::array<std::string_view, 3> keys{"index", "", "index"};
    const std::array<std::string, 3> arguments{"bookings", "3", "other"};
    CHECK(pgsync::log::detail::as_json("info", "loaded", keys, arguments, at) ==
          R"({"time":"2026-05-01T12:00:00.005Z","level":"info","message":"loaded","index":"bookings"})");
}

TEST_CASE("hostile text stays one line and one string", "[log]") {
    const std::string hostile = "a\"},{\"level\":\"error\n\x1b[31m\\ \xff\xe2\x80";
    const std::array<std::string_view, 1> keys{"slot"};
    const std::array<std::string, 1> arguments{hostile};
    const auto line = pgsync::log::detail::as_json("warn", pgsync::printable(hostile), keys, arguments, {});
    CHECK(line.find('\n') == std::string::npos);
    const auto read = boost::json::parse(line).as_object();  // refuses what is no UTF-8
    CHECK(read.at("level").as_string() == "warn");
    CHECK(std::string_view(read.at("message").as_string()) == pgsync::printable(hostile));
    CHECK(std::string_view(read.at("slot").as_string()) == pgsync::printable(hostile));
    CHECK(read.size() == 4);
}
