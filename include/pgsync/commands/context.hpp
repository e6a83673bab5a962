#pragma once

#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/stop_deadline.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/catalog/read_identity.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/commands/record.hpp>
#include <pgsync/commands/setup/setup.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/sink/elastic/access.hpp>
#include <pgsync/sink/elastic/url.hpp>
#include <pgsync/store/cluster.hpp>
#include <pgsync/store/index_state.hpp>
#include <pgsync/store/owner.hpp>
#include <pgsync/wal/replication.hpp>

namespace pgsync::app {

/// Fills in what the user left open: names, and the addresses of the servers.
[[nodiscard]] inline options with_defaults(options setting, std::span<const compiled_index> indices) {
    if (setting.name.empty()) setting.name = default_name(indices.front().name);
    if (setting.read_from.empty()) setting.read_from = setting.database;
    if (setting.elasticsearch.empty()) {
        const char* url = std::getenv("ELASTICSEARCH_URL");
        setting.elasticsearch = url != nullptr && *url != '\0' ? url : "http://127.0.0.1:9200";
    }
    return setting;
}

/// Throws errc::configuration for settings that cannot work whatever the servers say, before the program
/// waits for a server.
[[nodiscard]] inline options checked(options setting) {
    for (const auto& url : elastic::parse_urls(setting.elasticsearch))
        static_cast<void>(elastic::access_from_environment(url, setting.insecure_http));
    return setting;
}

/// What every command starts with: connections to both servers, the indices, and how the database matches
/// their shapes.
class context {
  public:
    /// `stop_fd` becomes readable when the program is to stop; -1 if never.
    context(options setting, std::span<const compiled_index> indices, int stop_fd)
        : named_(!setting.name.empty()),
          setting_(checked(with_defaults(std::move(setting), indices))),
          base_name_(setting_.name),
          all_(indices),
          indices_(indices.begin(), indices.end()),
          stop_fd_(stop_fd),
          limit_(stop_fd, setting_.stop_timeout, overdue_),
          catalog_(setting_.database, stop_fd),
          database_(setting_.database, stop_fd),
          cluster_(setting_, [this] { return stopped(); }) {
        counts().watch_slot(setting_.name);
    }

    [[nodiscard]] const options& setting() const { return setting_; }
    /// The indices in use: all of the program's, or after narrow() those that share a slot.
    [[nodiscard]] std::span<const compiled_index> indices() const { return indices_; }
    /// The name from which slot and publication names are made; `setting().name` is the one in use.
    [[nodiscard]] const std::string& base_name() const { return base_name_; }
    [[nodiscard]] bool is_named() const { return named_; }  ///< the user gave the name
    /// Restricts the context to one slot and the listed indices of the program.
    void narrow(const std::string& slot, const std::vector<std::size_t>& which) {
        use_slot(slot);
        indices_.clear();
        for (const auto i : which) indices_.push_back(all_[i]);
    }
    /// Returns to all of the program's indices.
    void widen() {
        setting_.name = base_name_;
        indices_.assign(all_.begin(), all_.end());
    }
    void use_slot(const std::string& name) {
        setting_.name = name;
        counts().watch_slot(name);
    }
    [[nodiscard]] postgres::admin_connection& database() { return database_; }
    [[nodiscard]] postgres::session& catalog() { return catalog_; }
    [[nodiscard]] cluster& search() { return cluster_; }
    [[nodiscard]] postgres::version_clock& clock() { return clock_; }
    /// What has been done, for the command's report. After record_in() it is kept in a record that outlives
    /// this context.
    [[nodiscard]] record& done() { return *done_; }
    void record_in(record& there) { done_ = &there; }
    [[nodiscard]] metrics::registry& counts() const { return metrics::registry_of(setting_.counts); }
    [[nodiscard]] int stop_fd() const { return stop_fd_; }
    /// Becomes readable when a requested stop has exceeded its timeout: for waits that a stop must not end at
    /// once.
    [[nodiscard]] int overdue_fd() const { return overdue_.fd(); }
    [[nodiscard]] bool stopped() const { return wait_for_stop(stop_fd_, std::chrono::milliseconds(0)); }

    /// Identifies the primary, for everything that is read or streamed from here on, and checks the standby
    /// that --read-from names. Throws errc::connection while the server is a standby.
    [[nodiscard]] postgres::system_identity identify() {
        if (catalog_.exec("SELECT pg_catalog.pg_is_in_recovery()").get(0, 0) == "t") {
            throw error(
                errc::connection,
                catalog_.server() +
                    " is a standby; waiting for its promotion, or for --database to reach the primary");
        }
        auto found = postgres::replication_stream(setting_.database, overdue_fd()).identify();
        postgres::read_database(catalog_, found);
        clock_.set_timeline(found.timeline);
        identity_ = found;
        if (setting_.read_from != setting_.database) check_standby(found);
        return found;
    }

    /// The owner that an index must have for this program to write to it.
    [[nodiscard]] const program_here& here() {
        if (!here_) here_ = {postgres::read_owner(catalog_), base_name_, names_of_all(all_)};
        return *here_;
    }

    /// How far an earlier context of this process, which has lost its connections since, had seen the
    /// database's WAL, judged by what it wrote; nullopt if there was none.
    [[nodiscard]] const std::optional<postgres::system_identity>& seen() const { return seen_; }
    void remember_seen(std::optional<postgres::system_identity> seen) { seen_ = std::move(seen); }
    void forget_seen() {
        seen_.reset();
        written_before_ = counts().written.value();
    }
    /// The same, including what this context has written.
    [[nodiscard]] std::optional<postgres::system_identity> seen_by_now() const {
        const auto written = counts().written.value();
        if (!identity_ || written <= 0 || written == written_before_) return seen_;
        auto out = *identity_;
        out.flushed = {static_cast<std::uint64_t>(written)};
        return out;
    }

    /// Logs a warning unless the same text was logged before: bootstrap need not repeat what sync has said.
    void warn_once(const std::string& text) {
        if (warned_.insert(text).second) log::warn("{}", text);
    }

    void warn_again() { warned_.clear(); }

    /// Compares the shapes with the catalog. Throws once with all findings: errc::catalog, or
    /// errc::permission if nothing but rights is missing.
    [[nodiscard]] postgres::shape_report check_shapes() {
        auto report = postgres::check_shapes(indices_, catalog_);
        if (report.findings.empty() && report.rights.empty()) return report;
        // A dry run prints the statements that grant the rights.
        if (report.findings.empty() && setting_.dry_run) return report;
        std::string all;
        for (const auto& finding : report.findings) all += "\n  - " + finding;
        for (const auto& right : report.rights)
            all += "\n  - " + right.what + "; have " + right.who + " run: " + right.sql;
        if (!report.findings.empty())
            throw error(errc::catalog, "the database does not match the shapes:" + all);
        throw error(errc::permission, "this role lacks rights:" + all,
                    "`bootstrap --dry-run` prints all that an administrator has to run");
    }

    /// Makes a batcher that writes documents, by index number.
    [[nodiscard]] std::unique_ptr<elastic::batcher> batcher(elastic::pace how = elastic::pace::prompt) {
        std::vector<elastic::batcher::target> targets;
        std::vector<std::string> aliases;
        for (const auto& index : indices_) {
            targets.push_back(
                {names_of(index).write_alias, std::string(index.pipeline), counts().find(index.name)});
            aliases.emplace_back(index.name);
        }
        return cluster_.batcher(targets, aliases, how);
    }

    /// The operations on the cluster that the pipeline needs.
    [[nodiscard]] pipeline::index_access access() {
        std::vector<std::string> names;
        for (const auto& index : indices_) names.push_back(names_of(index).index);
        return cluster_.access(names);
    }

  private:
    /// Connects to the standby. A missing database is a passing error if the primary has it: its creation
    /// reaches the standby with WAL.
    [[nodiscard]] postgres::session connect_to_standby() {
        try {
            return postgres::session(setting_.read_from, overdue_fd());
        } catch (const postgres::sql_error& problem) {
            if (problem.sqlstate() != "3D000") throw;
            const auto given = postgres::with_defaults(postgres::parse_conninfo(setting_.read_from));
            const auto* name = postgres::find_parameter(given, "dbname");
            if (name == nullptr ||
                catalog_.exec_params("SELECT FROM pg_catalog.pg_database WHERE datname = $1", {*name})
                        .rows() == 0)
                throw;
            throw error(errc::connection,
                        std::string(problem.what()) + "; the standby has not replayed its creation yet");
        }
    }

    void check_standby(const postgres::system_identity& primary) {
        auto standby = connect_to_standby();
        if (!postgres::has_publications(standby.server_version())) {
            throw error(errc::configuration, "--read-from needs PostgreSQL 10 or later",
                        "leave it out: documents are then read from the primary");
        }
        const auto found = standby.exec(
            "SELECT pg_catalog.pg_is_in_recovery(), system_identifier::text FROM "
            "pg_catalog.pg_control_system()");
        if (found.get(0, 1) != primary.system) {
            throw error(
                errc::configuration,
                "--read-from names " + standby.server() + ", which is no copy of " + catalog_.server(),
                "name a standby of the primary that --database names");
        }
        if (found.get(0, 0) != "t") {
            throw error(errc::connection, "--read-from names " + standby.server() + ", which is no standby");
        }
        // A standby receives no WAL before the primary has flushed it. So the primary is asked last: a
        // standby that is ahead of it then shows that the primary was set back.
        const auto names = postgres::function_names(standby.server_version());
        const auto replayed = postgres::lsn::parse(
            standby.exec("SELECT " + std::string(names.replay_lsn) + "::text").get(0, 0));
        if (const auto flushed = postgres::flushed_position(catalog_); replayed && *replayed > flushed) {
            throw error(errc::connection,
                        "--read-from names " + standby.server() + ", which has replayed WAL up to " +
                            postgres::to_string(*replayed) + ", and that of " + catalog_.server() +
                            " ends at " + postgres::to_string(flushed) +
                            ": the primary was set back, and the standby shows what it has lost",
                        "make the standby again from the primary as it is now");
        }
    }

    bool named_;
    options setting_;
    std::string base_name_;
    std::span<const compiled_index> all_;
    std::vector<compiled_index> indices_;
    int stop_fd_;
    stop_request overdue_;
    stop_deadline limit_;
    postgres::session catalog_;  ///< before database_, whose connection attempt a stop cannot interrupt
    postgres::admin_connection database_;
    cluster cluster_;
    postgres::version_clock clock_;
    std::optional<postgres::system_identity> identity_;
    std::optional<program_here> here_;
    std::int64_t written_before_ = counts().written.value();  ///< by earlier contexts
    std::optional<postgres::system_identity> seen_;
    std::set<std::string> warned_;
    record own_record_;
    record* done_ = &own_record_;
};

}  // namespace pgsync::app
