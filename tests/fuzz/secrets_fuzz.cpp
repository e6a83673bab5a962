// libFuzzer over what reads addresses: a password is found where it is, and shows in no message.
#include <string>
#include <string_view>

#include "check.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/postgres/scrub.hpp>
#include <pgsync/sink/elastic/url.hpp>

namespace {

namespace postgres = pgsync::postgres;

std::string escaped(std::string_view text, std::string_view special, char with) {
    std::string out;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) out += with;
        out += c;
    }
    return out;
}

std::string percent_encoded(std::string_view text, bool everything) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (plain && !everything) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

/// What could also be there by chance is no secret.
bool telling(std::string_view password, std::string_view around) {
    return password.size() >= 5 && around.find(password) == std::string_view::npos &&
           password.find('*') == std::string_view::npos;
}

void scrubbed(const std::string& text, std::string_view hidden, std::string_view around) {
    if (!telling(hidden, around)) return;
    const auto shown = postgres::scrub(text);
    require(shown.find(hidden) == std::string::npos, "scrub leaves a password", text);
}

void scrub(input& from) {
    const auto password = from.text();
    const auto host = std::string(from.text());
    const auto in_quotes = escaped(password, "'\\", '\\');
    scrubbed("host=h password='" + in_quotes + "' dbname=d", in_quotes, "host=h password='' dbname=d");
    scrubbed("PASSWORD = '" + in_quotes + "'", in_quotes, "PASSWORD = ''");
    const auto literal = escaped(password, "'", '\'');
    if (password.find('\\') == std::string_view::npos)
        scrubbed("ALTER ROLE x PASSWORD '" + literal + "' VALID", literal, "ALTER ROLE x PASSWORD '' VALID");
    const auto encoded = percent_encoded(password, from.byte() % 2 == 0);
    scrubbed("at postgresql://me:" + encoded + "@db1:5432,db2/shop?a=b now", encoded,
             "at postgresql://me:@db1:5432,db2/shop?a=b now ***");
    // Whatever else it is given.
    (void)postgres::scrub(host);
    (void)postgres::without_password(host, password);
}

/// What is said of a connection string that cannot be read, nothing of another.
std::string said_of(const std::string& conninfo) {
    try {
        (void)postgres::parse_conninfo(conninfo);
        return {};
    } catch (const pgsync::error& problem) {
        require(problem.code() == pgsync::errc::configuration, "it is a matter of configuration", conninfo);
        return std::string(problem.what()) + problem.remedy();
    }
}

/// Other letters and digits in all the same places, so that it is read alike. Those of a percent encoding
/// stay, for not every two of them are one.
std::string another_like(std::string_view password) {
    const auto next_of = [](char c, char first, char last) {
        return c == last ? first : static_cast<char>(c + 1);
    };
    std::string out;
    std::size_t encoded = 0;
    for (const char c : password) {
        if (c == '%') {
            encoded = 2;
            out += c;
        } else if (encoded > 0) {
            --encoded;
            out += c;
        } else if (c >= 'a' && c <= 'z') {
            out += next_of(c, 'a', 'z');
        } else if (c >= 'A' && c <= 'Z') {
            out += next_of(c, 'A', 'Z');
        } else if (c >= '0' && c <= '9') {
            out += next_of(c, '0', '9');
        } else {
            out += c;
        }
    }
    return out;
}

void conninfo(input& from) {
    const auto password = std::string(from.text());
    const auto tail = std::string(from.text());
    const bool zero = password.find('\0') != std::string::npos || tail.find('\0') != std::string::npos;
    if (!zero && !password.empty()) {
        const auto pairs =
            postgres::parse_conninfo("host=h password='" + escaped(password, "'\\", '\\') + "'");
        const auto* read = postgres::find_parameter(pairs, "password");
        require(read != nullptr && *read == password, "a password is read as it was written", password);
        const auto again = postgres::parse_conninfo(postgres::to_conninfo(pairs));
        require(again == pairs, "parameters survive being written", password);
        const auto url =
            postgres::parse_conninfo("postgresql://me:" + percent_encoded(password, false) + "@h/d");
        read = postgres::find_parameter(url, "password");
        require(read != nullptr && *read == password, "a URL's password is read as it was written", password);
        require(postgres::holds_password("host=h password='" + escaped(password, "'\\", '\\') + "'") &&
                    postgres::holds_password("postgresql://me:" + percent_encoded(password, true) + "@h/d"),
                "a password is noticed", password);
    }
    const auto another = another_like(password);
    const auto silent = [&](const auto& around) {
        const auto said = said_of(around(password));
        if (pgsync::printable(password) != password || said.find(password) == std::string::npos) return;
        // It may be a word of the message's own, which is said whatever the password is.
        const auto own = said_of("postgresql://me:x%zz@h") + said_of("password=x --");
        const bool whatever =
            another != password && said_of(around(another)).find(password) != std::string::npos;
        require(whatever || !telling(password, own + tail), "a message holds the password",
                around(password) + "\n" + said);
    };
    silent([&](const std::string& word) { return "postgresql://me:" + word + "@h" + tail; });
    silent([&](const std::string& word) { return "password=" + word + tail; });
    const auto hides = [](const std::string& text, std::string_view hidden) {
        if (!telling(hidden, "postgresql://me:***@h user='me' password='***' host='h' password='***'"))
            return;
        const auto shown = postgres::masked(text);
        require(shown.find(hidden) == std::string::npos, "a password shows", text + "\n" + shown);
    };
    const auto in_quotes = escaped(password, "'\\", '\\');
    hides("postgresql://me:" + password + "@h", password);
    hides("host=h password='" + in_quotes + "'", in_quotes);
}

void url(input& from) {
    const auto user = from.text();
    const auto password = from.text();
    const auto rest = std::string(from.rest());
    try {
        (void)pgsync::elastic::parse_url(rest);
    } catch (const pgsync::error& problem) {
        require(problem.code() == pgsync::errc::configuration, "it is a matter of configuration", rest);
    }
    const auto text =
        "https://" + percent_encoded(user, false) + ":" + percent_encoded(password, false) + "@search:9200/a";
    const auto read = pgsync::elastic::parse_url(text);
    require(read.user == user && read.password == password && read.base == "https://search:9200/a",
            "a URL is read as it was written", text);
    const auto hides = [](const std::string& before, std::string_view hidden) {
        const auto after = std::string("@search:9200/a");
        if (!telling(hidden, before + "***" + after)) return;
        const auto full = before + std::string(hidden) + after;
        require(pgsync::elastic::masked(full).find(hidden) == std::string::npos, "a password shows", full);
    };
    hides("https://me:", password);
    hides("https://" + percent_encoded(user, false) + ":", percent_encoded(password, false));
    try {
        const auto raw = pgsync::elastic::parse_url("http://" + rest);
        require(raw.base.find('@') == std::string::npos, "what is shown of a URL holds no user", rest);
    } catch (const pgsync::error&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input from(data, size);
    switch (from.byte() % 3) {
        case 0:
            scrub(from);
            break;
        case 1:
            conninfo(from);
            break;
        default:
            url(from);
    }
    return 0;
}
