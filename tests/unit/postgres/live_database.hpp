#pragma once

#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <unistd.h>

#include "../../catch.hpp"
#include <pgsync/postgres/session.hpp>

/// A database of its own on the server that PGHOST and its like name (a superuser's connection), dropped at
/// the end. Tests that use it are hidden behind the tag [postgres] and need PGSYNC_TEST_SERVERS to be set;
/// those tagged [publications] need version 10.
class live_database {
  public:
    live_database() : name_("pgsync_unit_" + std::to_string(std::random_device{}())) {
        if (std::getenv("PGSYNC_TEST_SERVERS") == nullptr)
            FAIL("set PGSYNC_TEST_SERVERS, and PGHOST and so on to a superuser's connection");
        pgsync::postgres::session("dbname=postgres")
            .exec("CREATE DATABASE " + name_ + " ENCODING 'UTF8' TEMPLATE template0");
        // Before version 15 everybody may; pgsync's sessions would then make no tables there.
        open().exec("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    }
    live_database(const live_database&) = delete;
    live_database& operator=(const live_database&) = delete;
    ~live_database() {
        try {
            pgsync::postgres::session admin("dbname=postgres");
            const auto mine = pgsync::postgres::quote_literal(name_);
            admin.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = " + mine);
            // A slot is free only when the process that read it is really gone.
            for (int patience = 0; patience < 100; ++patience) {
                const auto busy =
                    admin.exec("SELECT 1 FROM pg_replication_slots WHERE active AND database = " + mine);
                if (busy.rows() == 0) break;
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
            }
            admin.exec(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = " +
                mine);
            for (int patience = 0; patience < 100; ++patience) {
                try {
                    admin.exec("DROP DATABASE IF EXISTS " + name_);
                    break;
                } catch (const pgsync::postgres::sql_error& problem) {
                    if (problem.sqlstate() != "55006") throw;
                    std::this_thread::sleep_for(std::chrono::milliseconds(50));
                }
            }
        } catch (const std::exception& problem) {
            WARN("database " << name_ << " is left behind: " << problem.what());
        }
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    /// With `more` keywords, "user=x".
    [[nodiscard]] std::string conninfo(const std::string& more = {}) const {
        return "dbname=" + name_ + " " + more;
    }
    [[nodiscard]] pgsync::postgres::session open(const std::string& more = {}) const {
        return pgsync::postgres::session(conninfo(more));
    }

  private:
    std::string name_;
};

/// Sets an environment variable for as long as it lives.
class live_variable {
  public:
    live_variable(const char* name, const char* value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before, had_ = true;
        ::setenv(name, value, 1);
    }
    live_variable(const live_variable&) = delete;
    live_variable& operator=(const live_variable&) = delete;
    ~live_variable() {
        if (had_)
            ::setenv(name_, before_.c_str(), 1);
        else
            ::unsetenv(name_);
    }

  private:
    const char* name_;
    std::string before_;
    bool had_ = false;
};

/// A descriptor that becomes readable when told to.
class live_signal {
  public:
    live_signal() { REQUIRE(::pipe(ends_) == 0); }
    live_signal(const live_signal&) = delete;
    live_signal& operator=(const live_signal&) = delete;
    ~live_signal() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    [[nodiscard]] int fd() const { return ends_[0]; }
    void raise() const { REQUIRE(::write(ends_[1], "x", 1) == 1); }

  private:
    int ends_[2] = {-1, -1};
};

/// The pgsync::error that `body` throws; fails the test when there is none.
template <typename Error = pgsync::postgres::sql_error, typename Body>
Error error_of(Body&& body) {
    try {
        body();
    } catch (const Error& problem) {
        return problem;
    }
    FAIL("nothing was thrown");
    std::abort();
}
