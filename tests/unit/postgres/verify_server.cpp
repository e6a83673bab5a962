#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include "contains.hpp"
#include <pgsync/postgres/detail/verify_server.hpp>

using namespace pgsync::postgres;

namespace {

/// Variables of the environment, for the time being; what libpq would read beside them is unset.
class environment {
  public:
    explicit environment(const std::vector<std::pair<std::string, std::string>>& wanted) {
        for (const char* name : {"PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGREQUIRESSL", "PGSERVICE",
                                 "PGSERVICEFILE", "PGSSLROOTCERT"})
            set(name, nullptr);
        for (const auto& [name, value] : wanted) set(name, value.c_str());
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment() {
        for (auto each = former_.rbegin(); each != former_.rend(); ++each) {
            if (each->second)
                ::setenv(each->first.c_str(), each->second->c_str(), 1);
            else
                ::unsetenv(each->first.c_str());
        }
    }

  private:
    void set(const std::string& name, const char* value) {
        const char* is = std::getenv(name.c_str());
        former_.emplace_back(name, is == nullptr ? std::nullopt : std::optional<std::string>(is));
        if (value != nullptr)
            ::setenv(name.c_str(), value, 1);
        else
            ::unsetenv(name.c_str());
    }
    std::vector<std::pair<std::string, std::optional<std::string>>> former_;
};

std::string mode(const std::string& conninfo,
                 const std::vector<std::pair<std::string, std::string>>& variables = {}) {
    const environment set(variables);
    const auto out = detail::verified(parse_conninfo(conninfo));
    const auto* found = find_parameter(out, "sslmode");
    return found == nullptr ? "" : *found;
}

}  // namespace

TEST_CASE("a server on another machine has to prove who it is, unless somebody says otherwise", "[tls]") {
    CHECK(mode("host=db.example") == "verify-full");
    CHECK(mode("postgresql://me@db.example/shop") == "verify-full");
    CHECK(mode("", {{"PGHOST", "10.0.0.1"}}) == "verify-full");
    CHECK(mode("host=localhost hostaddr=10.0.0.1") == "verify-full");
    CHECK(mode("host=127.0.0.1,db.example") == "verify-full");
    CHECK(mode("host=127.evil.example") == "verify-full");
    CHECK(mode("host=localhost.evil.example") == "verify-full");

    CHECK(mode("host=db.example sslmode=disable") == "disable");
    CHECK(mode("host=db.example sslmode=prefer") == "prefer");
    CHECK(mode("host=db.example", {{"PGSSLMODE", "prefer"}}).empty());
}

TEST_CASE("a server on this machine does not", "[tls]") {
    for (const char* host : {"", "host=/var/run/postgresql", "host=localhost", "host=127.0.0.1", "host=::1",
                             "host=127.3.2.1", "host=db.example hostaddr=127.0.0.1", "host=localhost,/tmp",
                             "postgresql://%2Ftmp/shop", "postgresql://me@[::1]:5433/shop"}) {
        CAPTURE(host);
        CHECK(mode(host).empty());
    }
}

TEST_CASE("a service file has its say about the host and about encryption", "[tls]") {
    const std::string path = "/tmp/pgsync_services_" + std::to_string(::getpid());
    std::ofstream(path) << "[far]\nhost=db.example\n\n[trusted]\nhost=db.example\nsslmode=disable\n\n"
                           "[near]\nhost=127.0.0.1\n";
    const std::pair<std::string, std::string> file{"PGSERVICEFILE", path};
    CHECK(mode("service=far", {file}) == "verify-full");
    CHECK(mode("", {file, {"PGSERVICE", "far"}}) == "verify-full");
    CHECK(mode("service=trusted", {file}).empty());
    CHECK(mode("service=near", {file}).empty());
    CHECK(mode("service=near host=db.example", {file}) == "verify-full");
    CHECK(mode("service=nowhere", {file}).empty());
    ::unlink(path.c_str());
}

TEST_CASE("what is wrong with the encryption is told with its remedy", "[tls]") {
    CHECK_THAT(detail::encryption_remedy("server does not support SSL, but SSL was required"),
               contains("PGSSLROOTCERT") && contains("PGSSLMODE=disable"));
    CHECK_THAT(detail::encryption_remedy("SSL error: certificate verify failed"), contains("expired"));
    CHECK_THAT(detail::encryption_remedy("server certificate for \"a\" does not match host name \"b\""),
               contains("PGHOSTADDR"));
    CHECK_THAT(detail::encryption_remedy("connection requires a valid client certificate"),
               contains("PGSSLKEY"));
    CHECK(detail::encryption_remedy("Connection refused").empty());
}
