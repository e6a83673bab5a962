#include <string>

#include "../../catch.hpp"
#include <pgsync/base/this_machine.hpp>
#include <pgsync/sink/elastic/url.hpp>

using pgsync::elastic::parse_url;

TEST_CASE("a cluster's URL is taken apart into address, user and password") {
    const auto plain = parse_url("http://127.0.0.1:9200");
    CHECK(plain.base == "http://127.0.0.1:9200");
    CHECK(plain.user.empty());
    const auto full = parse_url("https://elastic:p%40ss%2Fw%25rd@search.example:9243/team/prefix//");
    CHECK(full.base == "https://search.example:9243/team/prefix");
    CHECK(full.user == "elastic");
    CHECK(full.password == "p@ss/w%rd");
    CHECK(parse_url("http://user@host/").user == "user");
    CHECK(parse_url("http://user:a:b@host").password == "a:b");
    CHECK(parse_url("http://u:p@w@host:9200").password == "p@w");
    CHECK(parse_url("http://[::1]:9200").base == "http://[::1]:9200");
    CHECK(parse_url("http://[::1]").base == "http://[::1]");
}

TEST_CASE("whether a cluster is on this machine is told by its host") {
    for (const auto* url : {"http://localhost:9200", "https://user:word@127.0.0.1", "http://127.3.2.1/prefix",
                            "http://[::1]:9200/"}) {
        CAPTURE(url);
        CHECK(pgsync::is_this_machine(host_of(parse_url(url))));
    }
    for (const auto* url : {"http://10.0.0.1:9200", "http://127.example.org", "http://localhost.example.org/",
                            "http://[fe80::1]"}) {
        CAPTURE(url);
        CHECK_FALSE(pgsync::is_this_machine(host_of(parse_url(url))));
    }
}

TEST_CASE("a URL that cannot work is refused, and no part of its password is shown") {
    for (const auto* const url :
         {"", "127.0.0.1:9200", "ftp://u:secret@host", "http://", "http://u:secret@", "http://u:secret@:9200",
          "http:///x", "http://u:secret@host:port", "http://u:secret@host:0", "http://u:secret@host:65536",
          "http://u:secret@host:", "http://u:secret@host:99999999999999999999", "http://u:secret@host?x=1",
          "http://u:secret@host/#x", "http://u:secret@ho st", "http://u:secret@host:9200\n",
          "http://u:sec/secret@host:9200"}) {
        CAPTURE(url);
        try {
            static_cast<void>(parse_url(url));
            FAIL("accepted");
        } catch (const pgsync::error& e) {
            CHECK(e.code() == pgsync::errc::configuration);
            CHECK(std::string(e.what()).find("secret") == std::string::npos);
            CHECK(e.remedy().find("secret") == std::string::npos);
            CHECK_FALSE(e.remedy().empty());
        }
    }
}

TEST_CASE("a URL is shown without its password") {
    using pgsync::elastic::masked;
    CHECK(masked("http://u:secret@host:9200/a") == "http://u:***@host:9200/a");
    CHECK(masked("http://u:a@secret@host:9200") == "http://u:***@host:9200");
    CHECK(masked("http://u:a:secret@host") == "http://u:***@host");
    CHECK(masked("http://host:9200") == "http://host:9200");
    CHECK(masked("http://u@host") == "http://u@host");
    CHECK(masked("http://u:secret@host:port") == "***");
    CHECK(masked("http://u:secret@a,https://v:other@b:1") == "http://u:***@a,https://v:***@b:1");
    CHECK(masked("http://u:sec,ret@host") == "http://u:***@host");
    CHECK(masked("http://u:secret@a,http://v:other@b:port") == "***");
}

TEST_CASE("several nodes of a cluster are named with commas, which a password may have as well") {
    const auto bases = [](std::string_view text) {
        std::string out;
        for (const auto& each : pgsync::elastic::parse_urls(text)) out += each.base + ' ';
        return out;
    };
    CHECK(bases("http://a:9200") == "http://a:9200 ");
    CHECK(bases("http://a:9200,https://b/, http://[::1]:1") == "http://a:9200 https://b http://[::1]:1 ");
    CHECK(bases("http://u:one,two@a") == "http://a ");
    CHECK(pgsync::elastic::parse_urls("http://u:one,two@a,http://v:w@b").at(0).password == "one,two");
    CHECK(pgsync::elastic::parse_urls("http://u:one,two@a,http://v:w@b").at(1).password == "w");
    for (const auto* bad : {"http://a,", "http://a,b:9200", ",http://a", "http://a, ,http://b"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(bases(bad), pgsync::error);
    }
}
