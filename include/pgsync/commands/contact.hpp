#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <pgsync/base/error.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/store/cluster.hpp>

namespace pgsync::app {

/// Why a server could not be queried.
struct trouble {
    std::string what;
    std::string remedy;
};

/// Connections to both servers, either of which may be down: for commands that only look, and that report on
/// one server while the other is unavailable.
class contact {
  public:
    /// `stop_fd` becomes readable when the program is to stop; -1 if never.
    contact(options setting, std::span<const compiled_index> indices, int stop_fd)
        : setting_(with_defaults(std::move(setting), indices)), indices_(indices), stop_fd_(stop_fd) {
        no_cluster_ = attempt([&] {
            cluster_ = std::make_unique<cluster>(
                setting_, [this] { return wait_for_stop(stop_fd_, std::chrono::milliseconds(0)); }, true);
            search_address_ = cluster_->address();
        });
        no_database_ = attempt([&] {
            auto made = std::make_unique<postgres::session>(setting_.database, stop_fd_);
            made->exec("SET lock_timeout = '5s'");  // looking must not queue up behind an ALTER TABLE
            catalog_ = std::move(made);
        });
    }

    [[nodiscard]] const options& setting() const { return setting_; }
    [[nodiscard]] std::span<const compiled_index> indices() const { return indices_; }
    [[nodiscard]] int stop_fd() const { return stop_fd_; }
    /// Null if the server does not answer.
    [[nodiscard]] postgres::session* catalog() { return catalog_.get(); }
    [[nodiscard]] cluster* search() { return cluster_.get(); }
    /// Without secrets; empty if the cluster never answered.
    [[nodiscard]] const std::string& search_address() const { return search_address_; }
    [[nodiscard]] const std::optional<trouble>& no_database() const { return no_database_; }
    [[nodiscard]] const std::optional<trouble>& no_cluster() const { return no_cluster_; }

    /// Calls `look` with the connection to the database, or to the cluster, if it answers. A server that
    /// fails during the call counts as down from then on.
    template <typename Look>
    void with_database(Look&& look) {
        if (!catalog_) return;
        if (auto gone = attempt([&] { look(*catalog_); })) {
            no_database_ = std::move(gone);
            catalog_.reset();
        }
    }
    template <typename Look>
    void with_cluster(Look&& look) {
        if (!cluster_) return;
        if (auto gone = attempt([&] { look(*cluster_); })) {
            no_cluster_ = std::move(gone);
            cluster_.reset();
        }
    }

  private:
    /// Runs `body` and returns why it failed, if it did. Passes errc::interrupted on: a stop says nothing
    /// about the server.
    template <typename Body>
    static std::optional<trouble> attempt(Body&& body) {
        try {
            body();
            return std::nullopt;
        } catch (const error& problem) {
            if (problem.code() == errc::interrupted) throw;
            return trouble{problem.what(), problem.remedy()};
        }
    }

    options setting_;
    std::span<const compiled_index> indices_;
    int stop_fd_;
    std::unique_ptr<cluster> cluster_;
    std::unique_ptr<postgres::session> catalog_;
    std::string search_address_;
    std::optional<trouble> no_database_;
    std::optional<trouble> no_cluster_;
};

}  // namespace pgsync::app
