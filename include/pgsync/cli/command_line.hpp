#pragma once

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/cli/cli11.hpp>
#include <pgsync/cli/configuration.hpp>
#include <pgsync/commands/dead_letters_options.hpp>
#include <pgsync/commands/explain/explain_parts.hpp>
#include <pgsync/commands/refresh_options.hpp>
#include <pgsync/commands/verify/verify_options.hpp>
#include <pgsync/observe/listen_address.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/postgres/scrub.hpp>
#include <pgsync/sink/elastic/url.hpp>
#include <pgsync/version.hpp>

namespace pgsync::app {

enum class command {
    bootstrap,
    sync,
    status,
    doctor,
    verify,
    refresh,
    dead_letters,
    swap,
    teardown,
    explain
};

struct parsed_command {
    command what = command::explain;
    options setting;
    explain_parts parts;
    verify_options verify;
    refresh_options refresh;
    dead_letters_options dead_letters;
    std::string log_level = "info";
    std::string log_format = "text";
    bool json = false;                        ///< print the result as one object on standard output
    std::vector<unknown_variable> unknown{};  ///< in the environment
};

namespace detail {

inline void add_database(CLI::App& to, options& into) {
    to.add_option(
          "--database", into.database,
          "PostgreSQL, as a URI or key=value pairs; default: PGHOST, PGDATABASE and libpq's other variables")
        ->type_name("CONNINFO");
}

inline void add_servers(CLI::App& to, options& into) {
    add_database(to, into);
    to.add_option(
          "--elasticsearch", into.elasticsearch,
          "URL of the cluster, or of several of its nodes, separated by commas or the option repeated: if "
          "one does not answer, the next is used; default: ELASTICSEARCH_URL, else http://127.0.0.1:9200")
        ->join(',')
        ->type_name("URL");
    to.add_flag("--insecure-http", into.insecure_http,
                "send user, key or token to a cluster on another machine even over http://, in the clear");
    to.add_option_function<unsigned>(
          "--search-timeout",
          [&into](unsigned seconds) { into.search_timeout = std::chrono::seconds(seconds); },
          "how long the cluster may take to answer before the request is retried")
        ->check(CLI::Range(1, 3'600))
        ->type_name("SECONDS")
        ->default_str(std::to_string(into.search_timeout.count()));
    to.add_option("--name", into.name,
                  "name of slot and publication; default: pgsync_ and the name of the first index");
}

inline void add_reading(CLI::App& to, options& into) {
    to.add_option("--read-from", into.read_from,
                  "a standby to read documents from, so that the primary only streams WAL; sync waits until "
                  "the standby has replayed what a change needs")
        ->type_name("CONNINFO");
    to.add_option("--page-size", into.page_size, "most documents to read at once; fewer if they fill a bulk")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    to.add_option("--workers", into.workers, "connections that read pages in parallel")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
}

inline void add_writing(CLI::App& to, options& into) {
    to.add_option("--bulk-bytes", into.bulk_bytes, "size of a bulk request in bytes")
        ->check(CLI::Range(1'000, 100'000'000))
        ->capture_default_str();
    to.add_option("--bulks-in-flight", into.bulks_in_flight,
                  "most bulk requests in flight; fewer while the cluster is overloaded")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    const std::map<std::string, compression> ways{
        {"remote", compression::remote}, {"always", compression::always}, {"never", compression::never}};
    to.add_option("--compress", into.compress,
                  "compress requests to the cluster with gzip: if it is on another machine, always, or never")
        ->transform(CLI::CheckedTransformer(ways, CLI::ignore_case).description(""))
        ->type_name("remote|always|never")
        ->default_str("remote");
    const std::map<std::string, on_rejected> policies{{"stop", on_rejected::stop},
                                                      {"dead-letter", on_rejected::dead_letter}};
    to.add_option("--on-rejected", into.rejected,
                  "what to do with a document that the cluster rejects for good, or that cannot be made from "
                  "its row: stop, or write it with its error to <index>-dead-letters and continue")
        ->transform(CLI::CheckedTransformer(policies, CLI::ignore_case).description(""))
        ->type_name("stop|dead-letter")
        ->default_str("stop");
}

inline void add_loading(CLI::App& to, options& into) {
    add_reading(to, into);
    add_writing(to, into);
    const std::map<std::string, on_lost_slot> lost{{"stop", on_lost_slot::stop},
                                                   {"resync", on_lost_slot::resync}};
    to.add_option("--on-lost-slot", into.lost_slot,
                  "what to do if changes are missing because the slot was dropped, invalidated or read by "
                  "another program: stop, or read everything again into the same indices, which stay in use")
        ->transform(CLI::CheckedTransformer(lost, CLI::ignore_case).description(""))
        ->type_name("stop|resync")
        ->default_str("stop");
}

inline void add_metrics(CLI::App& to, options& into) {
    to.add_option("--metrics", into.metrics,
                  "serve /metrics for Prometheus, /health, /ready and a status page: a port that only this "
                  "machine can reach, or HOST:PORT")
        ->type_name("[HOST:]PORT");
}

inline void add_verify(CLI::App& to, verify_options& into) {
    to.add_option("--index", into.indices, "only this index; may be given several times")
        ->allow_extra_args(false)
        ->type_name("NAME");
    to.add_flag("--repair", into.repair, "rewrite documents that differ, from the database");
    to.add_option("--show", into.show, "how many differences of each index to list")->capture_default_str();
    to.add_option("--sample", into.sample,
                  "compare only random pages: a share of all documents, 5%, or about how many, 1000");
    to.add_option_function<unsigned>(
          "--patience", [&into](unsigned seconds) { into.patience = std::chrono::seconds(seconds); },
          "how long a lagging sync may make no progress before missing documents are reported as differences")
        ->type_name("SECONDS")
        ->default_str(std::to_string(into.patience.count()));
}

inline void add_refresh(CLI::App& to, refresh_options& into) {
    to.add_option("--index", into.index, "the index; required if the program has several")->type_name("NAME");
    to.add_option("--key", into.keys, "a document's _id; may be given several times")
        ->allow_extra_args(false)
        ->type_name("KEY");
    to.add_option("--where", into.where,
                  "documents of the rows for which this SQL over the root's columns is true")
        ->type_name("SQL");
    to.add_option("--relation", into.relation,
                  "documents that contain the rows given by --rows of this relation: place.city")
        ->type_name("PATH");
    to.add_option("--rows", into.rows, "keys of those rows")->type_name("KEY");
    to.add_flag("--all", into.all, "every document");
}

inline void add_dead_letters(CLI::App& to, dead_letters_options& into) {
    const std::map<std::string, dead_letters_action> actions{{"list", dead_letters_action::list},
                                                             {"retry", dead_letters_action::retry},
                                                             {"drop", dead_letters_action::drop}};
    to.add_option("action", into.action,
                  "list; retry: read the documents again and write them; drop: remove dead letters")
        ->transform(CLI::CheckedTransformer(actions, CLI::ignore_case).description(""))
        ->type_name("list|retry|drop")
        ->default_str("list");
    to.add_option("--index", into.indices, "only this index; may be given several times")
        ->allow_extra_args(false)
        ->type_name("NAME");
    to.add_option("--limit", into.limit, "most dead letters of each index to list")
        ->check(CLI::Range(0, 10'000))
        ->capture_default_str();
    to.add_option("--id", into.ids, "only the dead letter of this document; may be given several times")
        ->allow_extra_args(false)
        ->type_name("ID");
    to.add_flag("--all", into.all, "drop: all dead letters");
}

/// Adds the options of commands whose effect cannot be undone.
inline void add_consent(CLI::App& to, options& setting) {
    to.add_flag("--dry-run", setting.dry_run, "print what would be done, without doing it");
    to.add_flag("--yes", setting.yes, "do not ask for confirmation; required without a terminal");
}

inline void add_adopt(CLI::App& to, options& setting) {
    to.add_flag("--adopt", setting.adopt,
                "take over indices that another database or program has filled: everything is read again "
                "while they stay in use");
}

/// Returns an error that says what is wrong with the arguments, with the word that was probably meant.
inline error misuse(CLI::App& app, const CLI::ParseError& problem) {
    auto* chosen = app.get_subcommands().empty() ? &app : app.get_subcommands().front();
    const auto help = chosen == &app ? std::string("see --help") : "see " + chosen->get_name() + " --help";
    const auto left = app.remaining(true);
    // CLI11 lists unplaced arguments from the last to the first.
    const auto odd = std::find_if(left.begin(), left.end(),
                                  [](const std::string& each) { return each.starts_with("--"); });
    const bool option = odd != left.end();
    if (dynamic_cast<const CLI::ExtrasError*>(&problem) == nullptr || left.empty()) {
        const auto said = postgres::scrub(problem.what());
        // CLI11's message is `--option: Check burn value in {drop->2,…`, with its own representation of the
        // choices.
        constexpr std::string_view before = ": Check ";
        const auto begin = said.find(before);
        const auto end = said.find(" value in {");
        const auto* about = std::as_const(*chosen).get_option_no_throw(said.substr(0, begin));
        if (about == nullptr || begin == std::string::npos || end == std::string::npos)
            return error(errc::configuration, said, help);
        const auto value = said.substr(begin + before.size(), end - begin - before.size());
        return error(errc::configuration,
                     printable(said.substr(0, begin) + " is one of " + about->get_type_name() + ", not \"" +
                               value + "\""),
                     help);
    }
    const auto word = option ? odd->substr(2, odd->find('=') - 2) : left.front();
    std::vector<std::string> known;
    if (option) {
        for (const auto* each : chosen->get_options())
            if (!each->get_lnames().empty()) known.push_back(each->get_lnames().front());
    } else if (chosen == &app) {
        for (const auto* each : app.get_subcommands([](CLI::App*) { return true; }))
            known.push_back(each->get_name());
    }
    const auto meant = nearest(word, known);
    const auto what = option ? (chosen == &app ? "there is" : chosen->get_name() + " has") +
                                   std::string(" no option --") + word
                      : chosen == &app ? "there is no command \"" + word + "\""
                                       : chosen->get_name() + " takes no \"" + word + "\"";
    return error(
        errc::configuration, postgres::scrub(printable(what)),
        (meant.empty() ? "" : "did you mean " + std::string(option ? "--" : "") + meant + "? ") + help);
}

/// Throws if a connection string contains a password: arguments are visible to every user of the machine.
inline void refuse_password(const char* option, const std::string& conninfo) {
    if (!postgres::holds_password(conninfo)) return;
    throw error(errc::configuration,
                std::string(option) + " holds a password, which every user of this machine can read",
                "put it into PGPASSWORD or ~/.pgpass");
}

inline void refuse_secrets(const options& setting) {
    refuse_password("--database", setting.database);
    refuse_password("--read-from", setting.read_from);
    if (setting.elasticsearch.empty()) return;
    for (const auto& url : elastic::parse_urls(setting.elasticsearch)) {
        if (url.password.empty()) continue;
        throw error(errc::configuration,
                    "--elasticsearch holds a password, which every user of this machine can read",
                    "put the URL into ELASTICSEARCH_URL instead");
    }
}

}  // namespace detail

/// Parses the command line and applies the environment and the configuration file. Returns an exit status if
/// there is nothing to run: 0 after --help, --version or --print-config, 2 without a command. Throws
/// errc::configuration for invalid arguments or settings, which is status 2 as well.
inline std::optional<int> parse_command_line(int argc, char** argv, const std::string& summary,
                                             parsed_command& into) {
    CLI::App app{summary};
    // Not required here, so that a misspelt command is reported as such.
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", "pgsync " + std::string(version_string),
                         "print the version of pgsync that this program was built with");
    auto& setting = into.setting;
    std::string file;
    bool print = false;
    const auto add = [&](const char* name, const char* text, command which) {
        auto* sub = app.add_subcommand(name, text);
        sub->callback([&into, which] { into.what = which; });
        sub->add_option("--log-level", into.log_level, "debug, info, warn or error")
            ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
            ->capture_default_str();
        sub->add_option("--log-format", into.log_format, "text, or json: one object per line")
            ->check(CLI::IsMember({"text", "json"}))
            ->capture_default_str();
        sub->add_option("--config", file, "a file of options, TOML: page-size = 1000; default: PGSYNC_CONFIG")
            ->type_name("FILE");
        sub->add_flag("--print-config", print,
                      "print the settings in force from arguments, environment and file, and exit");
        sub->add_flag("--json", into.json, "print the result as one JSON object on standard output");
        return sub;
    };
    const auto add_start = [&setting](CLI::App& to) {
        to.add_option_function<unsigned>(
              "--connect-timeout",
              [&setting](unsigned seconds) { setting.connect_timeout = std::chrono::seconds(seconds); },
              "how long to wait at the start for servers that are down; 0: no limit")
            ->check(CLI::Range(0, 86'400))
            ->type_name("SECONDS")
            ->default_str(std::to_string(setting.connect_timeout.count()));
    };
    auto* bootstrap =
        add("bootstrap", "Create publication, slot and indices, and load them; resumes an interrupted load",
            command::bootstrap);
    detail::add_servers(*bootstrap, setting);
    detail::add_loading(*bootstrap, setting);
    detail::add_metrics(*bootstrap, setting);
    add_start(*bootstrap);
    bootstrap->add_flag("--dry-run", setting.dry_run, "print what would be done, without doing it");
    detail::add_adopt(*bootstrap, setting);
    auto* sync = add("sync", "Keep the indices in sync until SIGINT or SIGTERM", command::sync);
    detail::add_servers(*sync, setting);
    detail::add_loading(*sync, setting);
    detail::add_metrics(*sync, setting);
    add_start(*sync);
    sync->add_option_function<unsigned>(
            "--stop-timeout",
            [&setting](unsigned seconds) { setting.stop_timeout = std::chrono::seconds(seconds); },
            "how long to wait, when asked to stop, until what was sent is acknowledged; the rest is repeated "
            "at the next start")
        ->check(CLI::Range(1, 3'600))
        ->type_name("SECONDS")
        ->default_str(std::to_string(setting.stop_timeout.count()));
    sync->add_flag("--once", setting.once, "stop once everything committed before the start is in the index");
    detail::add_adopt(*sync, setting);
    sync->add_flag("--bootstrap", setting.bootstrap_first, "bootstrap first if that has not been done");
    sync->add_flag_callback(
        "--no-swap", [&setting] { setting.swap_when_ready = false; },
        "do not switch readers to the index of a changed shape once it is up to date; see swap");
    auto* swap = add("swap",
                     "Switch readers to the indices of this program's shapes, which a sync keeps in sync; an "
                     "earlier program switches back",
                     command::swap);
    detail::add_servers(*swap, setting);
    detail::add_consent(*swap, setting);
    detail::add_adopt(*swap, setting);
    auto* status = add("status", "Print the state of slot and indices; exit status 3 if something is wrong",
                       command::status);
    detail::add_servers(*status, setting);
    status
        ->add_option_function<unsigned>(
            "--seconds", [&setting](unsigned seconds) { setting.watch = std::chrono::seconds(seconds); },
            "look twice, this many seconds apart, and print how many documents are written per second")
        ->check(CLI::Range(1, 3'600))
        ->type_name("SECONDS");
    auto* doctor = add("doctor",
                       "Check both servers for present and future problems, and print what to do; exit "
                       "status 3 if there is more than advice",
                       command::doctor);
    detail::add_servers(*doctor, setting);
    detail::add_loading(*doctor, setting);
    auto* teardown = add("teardown", "Remove slot, publication and indices", command::teardown);
    detail::add_servers(*teardown, setting);
    detail::add_consent(*teardown, setting);
    teardown->add_flag("--old", setting.teardown_old,
                       "remove what earlier shapes of this program left behind and what is no longer used, "
                       "instead of its own");
    teardown->add_flag("--dead-letters", setting.teardown_letters,
                       "also remove the dead-letter indices with their contents");
    auto* verify =
        add("verify", "Compare every document with the database, while changes continue", command::verify);
    detail::add_servers(*verify, setting);
    detail::add_reading(*verify, setting);
    detail::add_writing(*verify, setting);
    detail::add_verify(*verify, into.verify);
    auto* refresh = add("refresh", "Read some documents again and write them", command::refresh);
    detail::add_servers(*refresh, setting);
    detail::add_reading(*refresh, setting);
    detail::add_writing(*refresh, setting);
    detail::add_refresh(*refresh, into.refresh);
    auto* letters = add("dead-letters", "List documents that the cluster rejected, retry them, or drop them",
                        command::dead_letters);
    detail::add_servers(*letters, setting);
    detail::add_consent(*letters, setting);
    detail::add_dead_letters(*letters, into.dead_letters);
    auto* explain =
        add("explain", "Print SQL, mapping and routes; needs no server but for --plans", command::explain);
    bool sql = false;
    bool mapping = false;
    bool routes = false;
    explain->add_flag("--sql", sql, "only the queries that yield documents");
    explain->add_flag("--mapping", mapping, "only the mapping");
    explain->add_flag("--routes", routes, "only how changed rows find their documents");
    explain->add_flag("--raw", into.parts.raw, "each query and mapping in one line, as it is sent");
    bool plans = false;
    bool analyse = false;
    auto picture = drawing::none;
    explain->add_flag("--plans", plans,
                      "only the plans of the queries, for some keys and values of the database");
    explain->add_flag("--analyze", analyse, "like --plans, but run the queries");
    const std::map<std::string, drawing> drawings{{"mermaid", drawing::mermaid}, {"dot", drawing::dot}};
    explain->add_option("--diagram", picture, "only a picture of shapes and routes, for Mermaid or Graphviz")
        ->transform(CLI::CheckedTransformer(drawings, CLI::ignore_case).description(""))
        ->type_name("mermaid|dot");
    detail::add_database(*explain, setting);
    app.footer(
        "Every option can be given as PGSYNC_<OPTION> and in a file as well (--config), see "
        "docs/configuration.md.\n"
        "Passwords: PGPASSWORD or ~/.pgpass for the database; ELASTICSEARCH_URL, ELASTICSEARCH_API_KEY and "
        "others "
        "for the cluster, see docs/operating.md.");
    // Allows `airbnb --database … sync` as well as `airbnb sync --database …`.
    detail::add_servers(app, setting);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == 0) {  // --help, --version
            static_cast<void>(app.exit(problem));
            return 0;
        }
        throw detail::misuse(app, problem);
    }
    if (app.get_subcommands().empty()) {
        std::cerr << app.help();
        return 2;
    }
    detail::refuse_secrets(setting);
    configuration said(app, *app.get_subcommands().front());
    said.apply(file);
    into.unknown = said.unknown();
    if (!setting.metrics.empty()) static_cast<void>(parse_listen_address(setting.metrics));
    if (print) {
        std::cout << (into.json ? said.json() + "\n" : said.text());
        return 0;
    }
    plans = plans || analyse;
    if (sql || mapping || routes || plans || picture != drawing::none)
        into.parts = {sql, mapping, routes, plans, analyse, picture, into.parts.raw};
    return std::nullopt;
}

}  // namespace pgsync::app
