#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include <pgsync/sink/elastic/access.hpp>
#include <pgsync/sink/elastic/sha256.hpp>
#include <pgsync/sink/elastic/sigv4.hpp>

using pgsync::elastic::cluster_access;
using pgsync::elastic::hex_of;
using pgsync::elastic::hmac_sha256;
using pgsync::elastic::parse_url;
using pgsync::elastic::sha256;

namespace {

using variables = std::map<std::string, std::string>;

cluster_access given(const variables& in, const std::string& url = "https://cluster:9200") {
    return pgsync::elastic::read_access(parse_url(url), [&](const char* name) {
        const auto found = in.find(name);
        return found == in.end() ? nullptr : found->second.c_str();
    });
}

std::string refusal(const variables& in, const std::string& url = "https://cluster:9200") {
    try {
        static_cast<void>(given(in, url));
    } catch (const pgsync::error& problem) {
        CHECK(problem.code() == pgsync::errc::configuration);
        CHECK_FALSE(problem.remedy().empty());
        CHECK(std::string(problem.what()).find("s3cret") == std::string::npos);
        return problem.what();
    }
    return "nothing was refused";
}

/// A file that is gone at the end.
class file {
  public:
    explicit file(const std::string& content) {
        static int number = 0;
        path_ = (std::filesystem::temp_directory_path() /
                 ("pgsync-access-" + std::to_string(::getpid()) + "-" + std::to_string(++number)))
                    .string();
        std::ofstream(path_) << content;
    }
    ~file() { std::remove(path_.c_str()); }
    file(const file&) = delete;
    file& operator=(const file&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace

TEST_CASE("SHA-256 and its HMAC give what the standards say") {
    CHECK(hex_of(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex_of(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex_of(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex_of(sha256(std::string(1'000'000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(hex_of(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hex_of(hmac_sha256(std::string(131, '\xaa'),
                             "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a request is signed as Amazon's documents say, its path and query brought in their form") {
    const pgsync::elastic::aws_credentials by{"es", "eu-west-1", "AKIDEXAMPLE",
                                              "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "tok+/="};
    const auto lines = pgsync::elastic::sign(
        by,
        {"POST", "search.example.com", "/a%20b/_bulk", "require_alias=true&filter_path=errors,items.*.status",
         "application/x-ndjson", "{\"a\":1}\n"},
        1'440'938'160);
    REQUIRE(lines.size() == 5);
    // Computed with another implementation, see tests/integration/program/security.py.
    CHECK(lines[0] ==
          "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/es/aws4_request, "
          "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
          "Signature=cdd1adbbb170d1e89c9fbc1a23c2291b1a96dfff58c2bc5fa768b42c2c16074d");
    CHECK(lines[1] == "Host: search.example.com");
    CHECK(lines[3] == "X-Amz-Date: 20150830T123600Z");
    CHECK(lines[4] == "X-Amz-Security-Token: tok+/=");
}

TEST_CASE("each way to say who we are") {
    CHECK(given({}).authorization.empty());
    const auto basic = given({{"ELASTICSEARCH_USER", "u"}, {"ELASTICSEARCH_PASSWORD", "s3cret"}});
    CHECK(basic.user == "u");
    CHECK(basic.password == "s3cret");
    CHECK(given({{"ELASTICSEARCH_API_KEY", "aWQ6a2V5"}}).authorization == "ApiKey aWQ6a2V5");
    CHECK(given({{"ELASTICSEARCH_API_KEY", "id:key"}}).authorization == "ApiKey aWQ6a2V5");
    CHECK(given({{"ELASTICSEARCH_API_KEY", "id:ke"}}).authorization == "ApiKey aWQ6a2U=");
    CHECK(given({{"ELASTICSEARCH_API_KEY", "id:k"}}).authorization == "ApiKey aWQ6aw==");
    const file token("abc\n");
    CHECK(given({{"ELASTICSEARCH_BEARER_TOKEN_FILE", token.path()}}).authorization == "Bearer abc");
    const auto aws = given({{"ELASTICSEARCH_AWS_SERVICE", "es"},
                            {"AWS_DEFAULT_REGION", "eu-west-1"},
                            {"AWS_ACCESS_KEY_ID", "id"},
                            {"AWS_SECRET_ACCESS_KEY", "s3cret"}});
    REQUIRE(aws.aws);
    CHECK(aws.aws->region == "eu-west-1");
    // Their being there is no wish to use them.
    CHECK_FALSE(given({{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "s3cret"}}).aws);
}

TEST_CASE("contradictions are refused, with the names of both") {
    CHECK_THAT(refusal({{"ELASTICSEARCH_API_KEY", "s3cret"}, {"ELASTICSEARCH_BEARER_TOKEN", "s3cret"}}),
               contains("ELASTICSEARCH_API_KEY") && contains("ELASTICSEARCH_BEARER_TOKEN"));
    CHECK_THAT(refusal({{"ELASTICSEARCH_API_KEY", "s3cret"}}, "https://u:s3cret@cluster"),
               contains("ELASTICSEARCH_API_KEY") && contains("URL"));
    CHECK_THAT(refusal({{"ELASTICSEARCH_API_KEY", "s3cret"}, {"ELASTICSEARCH_API_KEY_FILE", "/x"}}),
               contains("ELASTICSEARCH_API_KEY and ELASTICSEARCH_API_KEY_FILE"));
    CHECK_THAT(refusal({{"ELASTICSEARCH_API_KEY_FILE", "/no/such/file"}}),
               contains("ELASTICSEARCH_API_KEY_FILE") && contains("/no/such/file"));
    CHECK_THAT(refusal({{"ELASTICSEARCH_API_KEY", "s3cret\nX: y"}}), contains("more than one line"));
    CHECK_THAT(refusal({{"ELASTICSEARCH_PASSWORD", "s3cret"}}), contains("ELASTICSEARCH_USER"));
    CHECK_THAT(
        refusal({{"ELASTICSEARCH_AWS_SERVICE", "es"}, {"AWS_REGION", "r"}, {"AWS_ACCESS_KEY_ID", "k"}}),
        contains("AWS_SECRET_ACCESS_KEY"));
    CHECK_THAT(refusal({{"ELASTICSEARCH_AWS_SERVICE", "s3"}}), contains("s3"));
    CHECK_THAT(refusal({{"ELASTICSEARCH_AWS_SERVICE", "aoss"}}),
               contains("OpenSearch Serverless is not supported"));
    const file pem("x");
    CHECK_THAT(refusal({{"ELASTICSEARCH_CA_FILE", pem.path()}}, "http://cluster"), contains("http://"));
    CHECK_THAT(refusal({{"ELASTICSEARCH_CLIENT_KEY", pem.path()}}), contains("ELASTICSEARCH_CLIENT_CERT"));
}

TEST_CASE("nothing that proves who we are goes to another machine over http:// unless somebody says so") {
    const std::string url = "http://search.internal:9200";
    const file secret("s3cret\n");
    const std::vector<std::pair<std::string, variables>> ways{
        {"user and password (ELASTICSEARCH_USER)",
         {{"ELASTICSEARCH_USER", "u"}, {"ELASTICSEARCH_PASSWORD", "s3cret"}}},
        {"the API key (ELASTICSEARCH_API_KEY)", {{"ELASTICSEARCH_API_KEY", "s3cret"}}},
        {"the API key (ELASTICSEARCH_API_KEY_FILE)", {{"ELASTICSEARCH_API_KEY_FILE", secret.path()}}},
        {"the bearer token (ELASTICSEARCH_BEARER_TOKEN)", {{"ELASTICSEARCH_BEARER_TOKEN", "s3cret"}}},
        {"requests signed for AWS (ELASTICSEARCH_AWS_SERVICE)",
         {{"ELASTICSEARCH_AWS_SERVICE", "es"},
          {"AWS_REGION", "r"},
          {"AWS_ACCESS_KEY_ID", "k"},
          {"AWS_SECRET_ACCESS_KEY", "s3cret"}}}};
    for (auto [what, way] : ways) {
        CAPTURE(what);
        CHECK(refusal(way, url) == what +
                                       " would travel to search.internal in the clear, since the cluster's "
                                       "URL begins with http://");
        CHECK(refusal(way, "https://search.internal:9200") == "nothing was refused");
        for (const std::string here : {"http://127.0.0.1:9200", "http://localhost:9200", "http://[::1]:9200"})
            CHECK(refusal(way, here) == "nothing was refused");
        CHECK_NOTHROW(pgsync::elastic::read_access(
            parse_url(url),
            [&](const char* name) {
                const auto found = way.find(name);
                return found == way.end() ? nullptr : found->second.c_str();
            },
            true));
        way["ELASTICSEARCH_INSECURE_HTTP"] = "0";
        CHECK_THAT(refusal(way, url), contains("in the clear"));
        way["ELASTICSEARCH_INSECURE_HTTP"] = "1";
        CHECK(refusal(way, url) == "nothing was refused");
        way["ELASTICSEARCH_INSECURE_HTTP"] = "perhaps";
        CHECK_THAT(refusal(way, url), contains("ELASTICSEARCH_INSECURE_HTTP"));
    }
    CHECK_THAT(refusal({}, "http://u:s3cret@10.0.0.7:9200"),
               contains("user and password (the user in the cluster's URL) would travel to 10.0.0.7"));
    CHECK(refusal({}, url) == "nothing was refused");
}
