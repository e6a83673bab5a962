#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/cli/command_line.hpp>

using pgsync::app::parsed_command;

namespace {

/// One start of a program: its environment, its file, its arguments.
struct start {
    std::map<std::string, std::string> environment{};
    std::optional<std::string> file{};
    std::vector<std::string> arguments{};
    mode_t mode = 0600;

    struct outcome {
        parsed_command command;
        std::optional<int> status;
        std::string printed;
        std::string refused;
        std::string remedy;
    };

    [[nodiscard]] outcome operator()() const {
        outcome out;
        auto words = arguments;
        const auto path =
            std::filesystem::temp_directory_path() / ("pgsync-config-" + std::to_string(::getpid()));
        if (file) {
            std::ofstream(path) << *file;
            ::chmod(path.c_str(), mode);
            ::setenv("PGSYNC_CONFIG", path.c_str(), 1);
        }
        for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
        words.insert(words.begin(), "program");
        std::vector<char*> argv;
        for (auto& each : words) argv.push_back(each.data());
        std::ostringstream printed;
        auto* const before = std::cout.rdbuf(printed.rdbuf());
        try {
            out.status = pgsync::app::parse_command_line(static_cast<int>(argv.size()), argv.data(),
                                                         "a program", out.command);
        } catch (const pgsync::error& problem) {
            out.refused = problem.what();
            out.remedy = problem.remedy();
        }
        std::cout.rdbuf(before);
        out.printed = printed.str();
        for (const auto& [name, value] : environment) ::unsetenv(name.c_str());
        ::unsetenv("PGSYNC_CONFIG");
        std::filesystem::remove(path);
        // The folder of temporary files is the machine's.
        for (auto* text : {&out.refused, &out.remedy, &out.printed})
            for (auto at = text->find(path.string()); at != std::string::npos; at = text->find(path.string()))
                text->replace(at, path.string().size(), "FILE");
        return out;
    }
};

}  // namespace

TEST_CASE("arguments weigh more than the environment, and that more than the file", "[config]") {
    const auto page_size = [](const start& how) {
        const auto got = how();
        REQUIRE(got.refused.empty());
        REQUIRE_FALSE(got.status);
        return got.command.setting.page_size;
    };
    const std::map<std::string, std::string> environment{{"PGSYNC_PAGE_SIZE", "20"}};
    const std::string file = "page-size = 30";
    CHECK(page_size({{}, {}, {"sync"}}) == 5'000);
    CHECK(page_size({{}, file, {"sync"}}) == 30);
    CHECK(page_size({environment, {}, {"sync"}}) == 20);
    CHECK(page_size({{}, {}, {"sync", "--page-size", "10"}}) == 10);
    CHECK(page_size({environment, file, {"sync"}}) == 20);
    CHECK(page_size({{}, file, {"sync", "--page-size", "10"}}) == 10);
    CHECK(page_size({environment, {}, {"sync", "--page-size", "10"}}) == 10);
    CHECK(page_size({environment, file, {"sync", "--page-size", "10"}}) == 10);
    // An empty variable says nothing.
    CHECK(page_size({{{"PGSYNC_PAGE_SIZE", ""}}, file, {"sync"}}) == 30);
}

TEST_CASE("an option before the command's name is an argument like any other", "[config]") {
    const auto got =
        start{{{"PGSYNC_NAME", "by_environment"}}, "name = 'by_file'", {"--name", "by_argument", "sync"}}();
    CHECK(got.command.setting.name == "by_argument");
}

TEST_CASE("a section is for its command, and what all may use for those that have it", "[config]") {
    const std::string file =
        "once = true\nworkers = 3\n[bootstrap]\nworkers = 4\n[sync]\nlog-level = 'debug'";
    const auto sync = start{{}, file, {"sync"}}();
    CHECK(sync.command.setting.once);
    CHECK(sync.command.setting.workers == 3);
    CHECK(sync.command.log_level == "debug");
    const auto bootstrap = start{{}, file, {"bootstrap"}}();
    REQUIRE(bootstrap.refused.empty());
    CHECK_FALSE(bootstrap.command.setting.once);
    CHECK(bootstrap.command.setting.workers == 4);
    CHECK(bootstrap.command.log_level == "info");
    CHECK(start{{}, file, {"explain"}}().refused.empty());
}

TEST_CASE("flags are true or false, and an argument can take one back", "[config]") {
    CHECK(start{{{"PGSYNC_ONCE", "yes"}}, {}, {"sync"}}().command.setting.once);
    CHECK_FALSE(start{{{"PGSYNC_ONCE", "0"}}, "once = true", {"sync"}}().command.setting.once);
    CHECK_FALSE(start{{{"PGSYNC_ONCE", "yes"}}, {}, {"sync", "--once=false"}}().command.setting.once);
    CHECK(start{{{"PGSYNC_ONCE", "perhaps"}}, {}, {"sync"}}().refused ==
          "PGSYNC_ONCE: once is true or false, not \"perhaps\"");
}

TEST_CASE("values are checked wherever they come from, and the place is named", "[config]") {
    CHECK(
        start{{{"PGSYNC_WORKERS", "0"}}, {}, {"sync"}}().refused.starts_with("PGSYNC_WORKERS: --workers: "));
    CHECK(start{{}, "\nworkers = 0", {"sync"}}().refused.starts_with("FILE:2: --workers: "));
    CHECK(start{{{"PGSYNC_ON_REJECTED", "dead-letter"}}, {}, {"sync"}}().command.setting.rejected ==
          pgsync::app::on_rejected::dead_letter);
    CHECK(start{{{"PGSYNC_ON_REJECTED", "ignore"}}, {}, {"sync"}}().refused.starts_with(
        "PGSYNC_ON_REJECTED: "));
    CHECK(start{{}, {}, {"sync", "--metrics", "localhost"}}().refused ==
          "--metrics \"localhost\" names no address to listen at");
    CHECK(start{{{"PGSYNC_CONFIG", "/nowhere/at-all"}}, {}, {"sync"}}().refused ==
          "cannot read /nowhere/at-all: No such file or directory");
}

TEST_CASE("a word that no command knows is named with its line and the nearest one", "[config]") {
    const auto option = start{{}, "workers = 1\npage-sise = 1", {"sync"}}();
    CHECK(option.refused == "FILE:2: no command has an option \"page-sise\"");
    CHECK(option.remedy == "did you mean page-size?");
    const auto command = start{{}, "[snyc]\nonce = true", {"bootstrap"}}();
    CHECK(command.refused == "FILE:2: there is no command \"snyc\"");
    CHECK(command.remedy == "did you mean sync?");
    CHECK(start{{}, "[teardown]\npage-size = 1", {"sync"}}().refused ==
          "FILE:2: teardown has no option \"page-size\"");
    CHECK(start{{}, "config = 'other'", {"sync"}}().refused == "FILE:1: no command has an option \"config\"");
    // It would have refresh read everything and dead-letters drop everything.
    CHECK(start{{}, "all = true", {"refresh"}}().refused == "FILE:1: no command has an option \"all\"");
    CHECK_FALSE(start{{{"PGSYNC_ALL", "true"}}, {}, {"refresh"}}().command.refresh.all);
    CHECK(start{{}, "database = 'host=h password=\'s3 cret'", {"sync"}}().refused.find("s3") ==
          std::string::npos);
    CHECK(start{{}, "\nelasticsearch = 'ftp://h'", {"sync"}}().refused.starts_with("FILE:2: "));
}

TEST_CASE("a variable that is nearly an option's is told with the option, others are not guessed at",
          "[config]") {
    const std::vector<std::string> known{"PGSYNC_CONFIG", "PGSYNC_PAGE_SIZE", "PGSYNC_WORKERS",
                                         "PGSYNC_ROWS",   "PGSYNC_DATABASE",  "PGSYNC_ONCE",
                                         "PGSYNC_OLD",    "PGSYNC_NAME"};
    const auto meant = [&](const std::string& name) {
        const auto found = pgsync::app::unknown_variables({name}, known);
        return found.empty() ? "known" : found.at(0).meant.empty() ? "none" : found.at(0).meant;
    };
    CHECK(meant("PGSYNC_PAGE_SIZE") == "known");
    CHECK(meant("PGSYNC_CONFIG") == "known");
    CHECK(meant("PGHOST") == "known");
    CHECK(meant("PGSYNC_PAGE_SISE") == "PGSYNC_PAGE_SIZE");
    CHECK(meant("PGSYNC_PAGESIZE") == "PGSYNC_PAGE_SIZE");
    CHECK(meant("PGSYNC_WROKERS") == "PGSYNC_WORKERS");
    CHECK(meant("PGSYNC_DATABASE_URL") == "PGSYNC_DATABASE");
    CHECK(meant("PGSYNC_NAMES") == "PGSYNC_NAME");
    // Of the tests, of builds, of somebody's deployment.
    for (const auto* name : {"PGSYNC_TEST_SERVERS", "PGSYNC_BUILD", "PGSYNC_JOBS", "PGSYNC_CACHE",
                             "PGSYNC_SOURCE", "PGSYNC_DEMO_PASSWORD", "PGSYNC_IMAGE", "PGSYNC_VERSION"})
        CHECK(meant(name) == "none");
}

TEST_CASE("the options of every command are known in the environment of each", "[config]") {
    const auto unknown = [](const start& how) {
        std::string out;
        const auto got = how();
        CHECK(got.refused.empty());
        for (const auto& each : got.command.unknown)
            if (!each.meant.empty()) out += each.name + ">" + each.meant + " ";
        return out;
    };
    CHECK(unknown(
              {{{"PGSYNC_REPAIR", "yes"}, {"PGSYNC_ONCE", "yes"}, {"PGSYNC_DIAGRAM", "dot"}}, {}, {"status"}})
              .empty());
    CHECK(unknown({{}, "workers = 1", {"status"}}).empty());  // PGSYNC_CONFIG names the file
    CHECK(unknown(
              {{{"PGSYNC_REPIAR", "yes"}, {"PGSYNC_WORKER", "4"}, {"PGSYNC_LOGLEVEL", ""}}, {}, {"sync"}}) ==
          "PGSYNC_REPIAR>PGSYNC_REPAIR PGSYNC_WORKER>PGSYNC_WORKERS ");
    const auto shown =
        start{{{"PGSYNC_WORKER", "4"}, {"PGSYNC_PARALLEL", "4"}}, {}, {"sync", "--print-config"}}();
    CHECK(
        shown.printed.find("\n# PGSYNC_WORKER is no option of any command; did you mean PGSYNC_WORKERS?\n") !=
        std::string::npos);
    CHECK(shown.printed.find("\n# PGSYNC_PARALLEL is no option of any command\n") != std::string::npos);
}

TEST_CASE("a command that would change something passes no wish for a dry run over", "[config]") {
    const auto refused = [](std::vector<std::string> arguments, const std::string& value = "true",
                            const std::optional<std::string>& file = {}) {
        std::map<std::string, std::string> environment;
        if (!file) environment["PGSYNC_DRY_RUN"] = value;
        const auto got = start{environment, file, std::move(arguments)}();
        CHECK(got.refused.empty() == got.remedy.empty());
        return got.refused;
    };
    for (const std::string command : {"sync", "refresh"})
        CHECK(refused({command}) == "PGSYNC_DRY_RUN: dry-run is true, but " + command +
                                        " has no dry run, and would change something");
    CHECK_FALSE(refused({"verify", "--repair"}).empty());
    CHECK(refused({"sync"}, "", "dry-run = true") ==
          "FILE:1: dry-run is true, but sync has no dry run, and would change something");
    for (const std::string command : {"bootstrap", "swap", "teardown"}) CHECK(refused({command}).empty());
    CHECK(refused({"dead-letters", "drop", "--all"}).empty());
    CHECK(refused({"verify"}).empty());
    CHECK(refused({"dead-letters"}).empty());
    CHECK(refused({"dead-letters", "list"}).empty());
    CHECK(refused({"status"}).empty());
    CHECK(refused({"explain"}).empty());
    CHECK(refused({"refresh"}, "false").empty());
    CHECK(refused({"refresh"}, "").empty());
    CHECK(refused({"refresh"}, "", "dry-run = false").empty());
    CHECK(refused({"refresh"}, "", "[bootstrap]\ndry-run = true").empty());
}

TEST_CASE("a password may stand in the environment and in a file of one's own, not in an argument",
          "[config]") {
    const std::string url = "postgresql://u:s3cret@h/d";
    CHECK(start{{{"PGSYNC_DATABASE", url}}, {}, {"sync"}}().command.setting.database == url);
    CHECK(start{{}, "database = \"" + url + "\"", {"sync"}}().command.setting.database == url);
    CHECK(start{{}, {}, {"sync", "--database", url}}().refused.starts_with("--database holds a password"));
    for (const mode_t open : {0640U, 0604U, 0602U}) {
        for (const auto& line : {"database = '" + url + "'", std::string("read-from = 'password=s3cret'"),
                                 std::string("elasticsearch = 'http://u:s3cret@h'")}) {
            const auto got = start{{}, line, {"sync", "--database", "dbname=x"}, open}();
            CHECK(got.refused.ends_with("holds a password, and others may read this file"));
            CHECK(got.refused.find("s3cret") == std::string::npos);
        }
    }
    CHECK(start{{}, "database = 'dbname=x'", {"sync"}, 0644}().refused.empty());
}

TEST_CASE("what is in force is printed with where it comes from, and without passwords", "[config]") {
    const start how{
        {{"PGSYNC_DATABASE", "host=h password='s3 cret'"}, {"ELASTICSEARCH_URL", "http://u:s3cret@h:1"}},
        "page-size = 30\nworkers = 4",
        {"sync", "--print-config", "--workers=9"}};
    const auto got = how();
    CHECK(got.status == 0);
    CHECK(got.printed.find("s3") == std::string::npos);
    const auto says = [&](const std::string& name, const std::string& value, const std::string& origin) {
        auto line = name + " = \"" + value + "\"";
        line.resize(std::max<std::size_t>(line.size() + 2, 40), ' ');
        return got.printed.find("\n" + line + "# " + origin + "\n") != std::string::npos;
    };
    CHECK(says("database", "password='***' host='h'", "environment PGSYNC_DATABASE"));
    CHECK(says("elasticsearch", "http://u:***@h:1", "environment ELASTICSEARCH_URL"));
    CHECK(says("page-size", "30", "file FILE:1"));
    CHECK(says("workers", "9", "flag --workers"));
    CHECK(says("on-rejected", "stop", "default"));
    CHECK(says("once", "false", "default"));
    for (const std::string url :
         {"postgresql://shop:pa'ss@h/d", "postgresql://shop:pa\"ss@h/d", "postgresql://h/d?p%61ssword=pass",
          "host=h sslpassword=pass", "host=h password='pa ss", "postgresql://u:p@ss@h/d"}) {
        CAPTURE(url);
        const auto shown = start{{{"PGSYNC_DATABASE", url}}, {}, {"status", "--print-config"}}().printed;
        CHECK(shown.find("ss@") == std::string::npos);
        CHECK(shown.find("ss\"") == std::string::npos);
        CHECK(shown.find("=pa") == std::string::npos);
        CHECK(shown.find("***") != std::string::npos);
    }
    for (const std::string url : {"http://u:pa\"ss@h:1", "http://u:pa'ss@h:1", "http://u:pa:ss@h:1"}) {
        CAPTURE(url);
        const auto shown = start{{{"ELASTICSEARCH_URL", url}}, {}, {"status", "--print-config"}}().printed;
        CHECK(shown.find("http://u:***@h:1") != std::string::npos);
        CHECK(shown.find("ss") == shown.rfind("ss"));  // of `compress`, or of nothing
        CHECK(shown.find("pa") == std::string::npos);
    }
    auto json = how;
    json.arguments.push_back("--json");
    CHECK(json().printed.find(R"("page-size":{"value":"30","from":"file","name":"FILE:1"})") !=
          std::string::npos);
}
