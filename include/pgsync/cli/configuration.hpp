#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/json_string.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/cli/cli11.hpp>
#include <pgsync/cli/config_file.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/sink/elastic/url.hpp>

namespace pgsync::app {

/// Returns the environment variable of an option: `page-size` → `PGSYNC_PAGE_SIZE`.
[[nodiscard]] inline std::string environment_name(std::string_view option) {
    std::string out = "PGSYNC_";
    for (const char c : option)
        out += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

/// Returns the word in `known` that `word` was probably meant to be, differing in at most `errors` letters
/// that are wrong, missing or superfluous; empty if there is none.
[[nodiscard]] inline std::string nearest(std::string_view word, const std::vector<std::string>& known,
                                         std::size_t errors) {
    std::string best;
    std::size_t least = errors + 1;
    for (const auto& each : known) {
        std::vector<std::size_t> row(each.size() + 1);  // Levenshtein distance
        std::iota(row.begin(), row.end(), std::size_t{0});
        for (std::size_t i = 1; i <= word.size(); ++i) {
            auto diagonal = std::exchange(row[0], i);
            for (std::size_t j = 1; j <= each.size(); ++j) {
                const auto replaced = diagonal + (word[i - 1] == each[j - 1] ? 0U : 1U);
                diagonal = row[j];
                row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
            }
        }
        if (row.back() < least) {
            least = row.back();
            best = each;
        }
    }
    return best;
}
[[nodiscard]] inline std::string nearest(std::string_view word, const std::vector<std::string>& known) {
    return nearest(word, known, std::max<std::size_t>(word.size() / 3, 2));
}

/// A variable whose name has the prefix of pgsync's options, but belongs to no option of any command.
struct unknown_variable {
    std::string name;
    std::string meant;  ///< the variable that was probably meant; empty: none
};

/// Returns those of `names` that have the prefix of an option's variable and are not in `known`. A misspelt
/// variable has no effect and should be reported. But the prefix is not reserved: tests, builds and
/// deployments use variables of their own (PGSYNC_TEST_SERVERS, PGSYNC_IMAGE), too many to list here. A
/// variable therefore only counts as misspelt (`meant`) if it differs from an option's name in at most one
/// letter in three.
[[nodiscard]] inline std::vector<unknown_variable> unknown_variables(const std::vector<std::string>& names,
                                                                     const std::vector<std::string>& known) {
    const auto prefix = environment_name("");
    std::vector<std::string> options;
    for (const auto& each : known) options.push_back(each.substr(prefix.size()));
    std::vector<unknown_variable> out;
    for (const auto& name : names) {
        if (!name.starts_with(prefix) || std::find(known.begin(), known.end(), name) != known.end()) continue;
        const auto word = name.substr(prefix.size());
        const auto meant = nearest(word, options, std::max<std::size_t>(word.size() / 3, 1));
        out.push_back({name, meant.empty() ? "" : prefix + meant});
    }
    return out;
}

/// Completes a command's options from the environment and a configuration file where the arguments did not
/// set them. CLI11 supports both, too, but gives the file precedence over the environment.
class configuration {
  public:
    /// Call after `app` has parsed the arguments; `chosen` is the command they name.
    configuration(CLI::App& app, CLI::App& chosen) : app_(app), chosen_(chosen) {}

    /// Applies the environment, and the file that the arguments name (`file`) or, if that is empty,
    /// PGSYNC_CONFIG. Throws errc::configuration for options in the file that no command has, for invalid
    /// values, and for a file that contains a password and that others may read.
    void apply(std::string file) {
        if (file.empty()) file = environment(environment_name("config"));
        std::map<std::string, config_entry> said;
        if (!file.empty()) said = read(file);
        for (auto* option : chosen_.get_options()) {
            const auto name = name_of(*option);
            if (!is_settable(name)) continue;
            if (const auto* given = from_arguments(*option)) {
                origins_[name] = {"flag", "--" + name, joined(given->results())};
                continue;
            }
            const auto variable = environment_name(name);
            const auto value = environment(variable);
            if (!value.empty()) {
                set(*option, {value}, {"environment", variable, {}}, variable);
            } else if (const auto found = said.find(name);
                       found != said.end() && found->second.values != std::vector<std::string>{""}) {
                const auto where = file + ":" + std::to_string(found->second.line);
                set(*option, found->second.values, {"file", where, {}}, where);
            }
        }
        refuse_dry_run(said, file);
    }

    /// Returns variables in the environment that look like an option's and have no effect; see
    /// unknown_variables().
    [[nodiscard]] std::vector<unknown_variable> unknown() const {
        std::vector<std::string> names;
        for (char** each = environ; *each != nullptr; ++each) {
            const std::string_view line(*each);
            const auto end = std::min(line.find('='), line.size());
            if (end + 1 < line.size()) names.emplace_back(line.substr(0, end));  // an empty one sets nothing
        }
        std::vector<std::string> known{environment_name("config")};
        for (const auto* command :
             std::as_const(app_).get_subcommands([](const CLI::App*) { return true; })) {
            for (const auto* option : command->get_options())
                if (is_settable(name_of(*option))) known.push_back(environment_name(name_of(*option)));
        }
        std::sort(names.begin(), names.end());
        return unknown_variables(names, known);
    }

    /// Returns the settings in force, one per line, each with its origin; passwords are masked.
    [[nodiscard]] std::string text() const {
        std::string out;
        for (const auto& [name, from] : all()) {
            std::string line = name + " = ";
            append_json_string(line, from.value);
            line.resize(std::max<std::size_t>(line.size() + 2, 40), ' ');
            out += printable(line) + "# " + from.kind +
                   (from.name.empty() ? "" : " " + printable(from.name)) + "\n";
        }
        for (const auto& each : unknown()) out += "# " + text_of(each) + "\n";
        return out;
    }
    [[nodiscard]] static std::string text_of(const unknown_variable& each) {
        return printable(each.name) + " is no option of any command" +
               (each.meant.empty() ? "" : "; did you mean " + each.meant + "?");
    }
    /// Returns the same as `{"page-size":{"value":"1000","from":"environment","name":"PGSYNC_PAGE_SIZE"},…}`.
    [[nodiscard]] std::string json() const {
        std::string out = "{";
        for (const auto& [name, from] : all()) {
            if (out.size() > 1) out += ',';
            append_json_string(out, name);
            out += ":{\"value\":";
            append_json_string(out, printable(from.value));
            out += ",\"from\":";
            append_json_string(out, from.kind);
            if (!from.name.empty()) {
                out += ",\"name\":";
                append_json_string(out, printable(from.name));
            }
            out += '}';
        }
        return out + "}";
    }

  private:
    struct origin {
        std::string kind;  ///< flag, environment, file or default
        std::string name;
        std::string value;
    };

    static std::string environment(const std::string& name) {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? "" : value;
    }
    static std::string name_of(const CLI::Option& option) {
        return option.get_lnames().empty() ? "" : option.get_lnames().front();
    }
    /// Returns whether environment and file may set an option. Options that request an action or name the
    /// file can only be arguments; so can `all`, whose meaning depends on the command.
    static bool is_settable(std::string_view name) {
        return !name.empty() && name != "help" && name != "config" && name != "print-config" &&
               name != "all" && name != "yes" && name != "adopt";
    }
    static std::string joined(const std::vector<std::string>& values) {
        std::string out;
        for (const auto& each : values) out += (out.empty() ? "" : ",") + each;
        return out;
    }

    /// Refuses to run a command that would change something but has no dry run, if environment or file set
    /// `dry-run`: the user wants nothing to be changed, and the command would ignore the setting.
    void refuse_dry_run(const std::map<std::string, config_entry>& said, const std::string& file) const {
        constexpr auto option = "dry-run";
        if (chosen_.get_option_no_throw("--dry-run") != nullptr || !changes_something()) return;
        auto where = environment_name(option);
        auto text = environment(where);
        if (const auto found = said.find(option); text.empty() && found != said.end()) {
            where = file + ":" + std::to_string(found->second.line);
            text = joined(found->second.values);
        }
        if (text.empty() || !truth(text, option, where)) return;
        throw error(errc::configuration,
                    where + ": dry-run is true, but " + chosen_.get_name() +
                        " has no dry run, and would change something",
                    "bootstrap, swap, teardown and dead-letters have one; to run " + chosen_.get_name() +
                        " take it out of the environment or the file");
    }
    [[nodiscard]] bool changes_something() const {
        const auto name = chosen_.get_name();
        if (name == "verify") return chosen_.get_option("--repair")->as<bool>();
        return name != "status" && name != "doctor" && name != "explain";
    }

    /// Returns the option if the arguments set it; some options may also precede the command's name.
    [[nodiscard]] const CLI::Option* from_arguments(const CLI::Option& option) const {
        if (option.count() > 0) return &option;
        const auto* outer = std::as_const(app_).get_option_no_throw("--" + name_of(option));
        return outer != nullptr && outer->count() > 0 ? outer : nullptr;
    }

    void set(CLI::Option& option, const std::vector<std::string>& values, origin from,
             const std::string& where) {
        from.value = joined(values);
        const bool flag = option.get_expected_min() == 0;
        if (flag) from.value = truth(from.value, name_of(option), where) ? "true" : "false";
        try {
            if (flag) {
                option.add_result(from.value);
            } else {
                option.add_result(values);
            }
            option.run_callback();
        } catch (const CLI::Error& problem) {
            throw error(errc::configuration, where + ": " + problem.what(),
                        "see " + chosen_.get_name() + " --help");
        }
        origins_[name_of(option)] = std::move(from);
    }

    static bool truth(const std::string& text, const std::string& name, const std::string& where) {
        for (const auto* yes : {"true", "1", "on", "yes"})
            if (text == yes) return true;
        for (const auto* no : {"false", "0", "off", "no"})
            if (text == no) return false;
        throw error(errc::configuration,
                    where + ": " + name + " is true or false, not \"" + printable(text) + "\"",
                    "write true, 1, on, yes, or false, 0, off, no");
    }

    // ---- the configuration file

    [[nodiscard]] std::map<std::string, config_entry> read(const std::string& path) const {
        const auto [text, open_to_others] = contents(path);
        std::map<std::string, config_entry> out;
        for (auto& each : read_config(text, path)) {
            check(each, path);
            bool secret = false;
            try {
                secret = holds_secret(each);
            } catch (const error& problem) {
                throw error(errc::configuration,
                            path + ":" + std::to_string(each.line) + ": " + problem.what(), problem.remedy());
            }
            if (open_to_others && secret) {
                throw error(errc::configuration,
                            path + ":" + std::to_string(each.line) + ": " + each.name +
                                " holds a password, and others may read this file",
                            "chmod 600 " + path +
                                ", or put the password into PGPASSWORD, ~/.pgpass or "
                                "ELASTICSEARCH_PASSWORD_FILE");
            }
            // A section for this command takes precedence over the part for all commands.
            if (each.section == chosen_.get_name()) {
                out[each.name] = std::move(each);
            } else if (each.section.empty()) {
                out.emplace(each.name, std::move(each));
            }
        }
        return out;
    }

    static std::pair<std::string, bool> contents(const std::string& path) {
        const auto refuse = [&] {
            throw error(errc::configuration, "cannot read " + path + ": " + std::strerror(errno),
                        "--config or PGSYNC_CONFIG names it");
        };
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) refuse();
        std::string text;
        struct stat facts {};
        ::fstat(fd, &facts);
        char piece[4096];
        ssize_t size = 0;
        while ((size = ::read(fd, piece, sizeof piece)) > 0)
            text.append(piece, static_cast<std::size_t>(size));
        const int problem = errno;
        ::close(fd);
        errno = problem;
        if (size < 0) refuse();
        return {text, (facts.st_mode & 077U) != 0};
    }

    void check(const config_entry& each, const std::string& path) const {
        const auto where = path + ":" + std::to_string(each.line) + ": ";
        const auto refuse = [&](const std::string& what, const std::string& meant) {
            throw error(errc::configuration, where + what,
                        meant.empty() ? "see --help of the command" : "did you mean " + meant + "?");
        };
        std::vector<std::string> commands;
        std::vector<std::string> names;
        for (auto* command : app_.get_subcommands([](CLI::App*) { return true; })) {
            commands.push_back(command->get_name());
            if (!each.section.empty() && command->get_name() != each.section) continue;
            for (const auto* option : command->get_options())
                if (is_settable(name_of(*option))) names.push_back(name_of(*option));
        }
        if (!each.section.empty() &&
            std::find(commands.begin(), commands.end(), each.section) == commands.end())
            refuse("there is no command \"" + printable(each.section) + "\"",
                   nearest(each.section, commands));
        if (std::find(names.begin(), names.end(), each.name) == names.end())
            refuse((each.section.empty() ? "no command has an" : each.section + " has no") + " option \"" +
                       printable(each.name) + "\"",
                   nearest(each.name, names));
    }

    static bool holds_secret(const config_entry& each) {
        return std::any_of(each.values.begin(), each.values.end(), [&](const std::string& value) {
            if (each.name == "elasticsearch" && !value.empty()) {
                const auto urls = elastic::parse_urls(value);
                return std::any_of(urls.begin(), urls.end(),
                                   [](const auto& url) { return !url.password.empty(); });
            }
            return (each.name == "database" || each.name == "read-from") && postgres::holds_password(value);
        });
    }

    // ---- the settings in force

    [[nodiscard]] std::vector<std::pair<std::string, origin>> all() const {
        std::vector<std::pair<std::string, origin>> out;
        for (const auto* option : std::as_const(chosen_).get_options()) {
            const auto name = name_of(*option);
            if (!is_settable(name)) continue;
            const auto found = origins_.find(name);
            auto from =
                found != origins_.end() ? found->second : origin{"default", {}, option->get_default_str()};
            if (found == origins_.end() && option->get_expected_min() == 0) from.value = "false";
            if (found == origins_.end() && name == "elasticsearch") {
                from.value = environment("ELASTICSEARCH_URL");
                if (!from.value.empty()) from = {"environment", "ELASTICSEARCH_URL", from.value};
                if (from.value.empty()) from.value = "http://127.0.0.1:9200";
            }
            if (found == origins_.end() && name == "insecure-http" &&
                !environment("ELASTICSEARCH_INSECURE_HTTP").empty())
                from = {"environment", "ELASTICSEARCH_INSECURE_HTTP",
                        environment("ELASTICSEARCH_INSECURE_HTTP")};
            if (name == "database" || name == "read-from") from.value = postgres::masked(from.value);
            if (name == "elasticsearch") from.value = elastic::masked(from.value);
            out.emplace_back(name, std::move(from));
        }
        return out;
    }

    CLI::App& app_;
    CLI::App& chosen_;
    std::map<std::string, origin> origins_;
};

}  // namespace pgsync::app
