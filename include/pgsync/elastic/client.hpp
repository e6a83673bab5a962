#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/backoff.hpp>
#include <pgsync/elastic/bulk_body.hpp>
#include <pgsync/elastic/transport.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>

namespace pgsync::elastic {

/// Which software answers, and in which version.
struct server_info {
    bool opensearch = false;
    std::string version;  ///< "2.19.1"
};

/// What a name stands for in the cluster.
struct index_facts {
    std::string index;          ///< the concrete index
    bool alias = false;         ///< the name asked for was an alias of it
    boost::json::object meta;   ///< `_meta` of its mapping; empty where there is none
};

/// Administration of indices: everything that is not a bulk. Each call is repeated for a while when the cluster
/// is away or busy; then errc::connection. What the cluster refuses is errc::index with its own words.
template <transport Transport>
class client {
  public:
    struct settings {
        std::string address;  ///< for messages, without secrets
        std::chrono::seconds patience{30};
    };

    client(Transport& through, settings setting) : transport_(through), settings_(std::move(setting)) {}

    [[nodiscard]] server_info info() {
        const auto answer = call("GET", "/", {}, {404, 400});
        auto top = object(answer.body);
        if (answer.status != 200 || top.if_contains("version") == nullptr) {
            // Some builds have no handler for the root path; every node tells of itself.
            const auto nodes = object(call("GET", "/_nodes/_local?filter_path=nodes.*.version", {}).body);
            if (const auto* list = nodes.if_contains("nodes"); list != nullptr && list->is_object()) {
                for (const auto& node : list->get_object()) {
                    return {false, string_in(node.value(), "version")};
                }
            }
            throw error(errc::configuration, "what answers at " + settings_.address + " is no Elasticsearch or OpenSearch",
                        "check ELASTICSEARCH_URL");
        }
        const auto& version = top["version"];
        return {string_in(version, "distribution") == "opensearch", string_in(version, "number")};
    }

    /// The index behind a name; nothing when the cluster has neither index nor alias of it. An alias of several
    /// indices is an error.
    [[nodiscard]] std::optional<index_facts> find(std::string_view name) {
        const auto answer = call("GET", "/" + escaped(name) + "?filter_path=*.aliases,*.mappings._meta", {}, {404});
        if (answer.status == 404) return std::nullopt;
        const auto top = object(answer.body);
        if (top.empty()) return index_facts{std::string(name), false, {}};
        if (top.size() > 1) {
            throw error(errc::index, "\"" + std::string(name) + "\" is an alias of " + std::to_string(top.size()) +
                                         " indices, of which pgsync would have to guess one",
                        "choose another name for the index, or remove that alias");
        }
        index_facts facts;
        facts.index = std::string(top.begin()->key());
        facts.alias = facts.index != name;
        const auto* mappings = at(top.begin()->value(), "mappings");
        const auto* meta = mappings == nullptr ? nullptr : at(*mappings, "_meta");
        if (meta != nullptr && meta->is_object()) facts.meta = meta->get_object();
        return facts;
    }

    void create_index(std::string_view name, const boost::json::object& body) {
        call("PUT", "/" + escaped(name), boost::json::serialize(body));
    }
    /// A missing index is as good as a deleted one.
    void delete_index(std::string_view name) { call("DELETE", "/" + escaped(name), {}, {404}); }

    void put_settings(std::string_view name, const boost::json::object& body) {
        call("PUT", "/" + escaped(name) + "/_settings", boost::json::serialize(body));
    }
    /// Replaces `_meta` of the mapping as a whole.
    void put_meta(std::string_view name, const boost::json::object& meta) {
        call("PUT", "/" + escaped(name) + "/_mapping", boost::json::serialize(boost::json::object{{"_meta", meta}}));
    }
    void add_alias(std::string_view index, std::string_view alias) {
        const boost::json::object add{{"add", {{"index", index}, {"alias", alias}}}};
        call("POST", "/_aliases", boost::json::serialize(boost::json::object{{"actions", boost::json::array{add}}}));
    }
    void refresh(std::string_view name) { call("POST", "/" + escaped(name) + "/_refresh", std::string("{}")); }

    [[nodiscard]] std::uint64_t count(std::string_view name) {
        const auto top = object(call("GET", "/" + escaped(name) + "/_count", {}).body);
        const auto* found = top.if_contains("count");
        return found != nullptr && found->is_int64() ? static_cast<std::uint64_t>(found->get_int64()) : 0;
    }

    /// Calls back with the ids of every document that searches can see, in pieces of at most `size`.
    void scan_ids(std::string_view name, std::size_t size,
                  const std::function<void(std::span<const std::string>)>& on_ids) {
        const std::string fields = "filter_path=_scroll_id,hits.hits._id";
        const boost::json::object search{{"size", size}, {"_source", false}, {"sort", boost::json::array{"_doc"}}};
        auto top = object(
            call("POST", "/" + escaped(name) + "/_search?scroll=5m&" + fields, boost::json::serialize(search)).body);
        scroll_guard scroll{*this, string_in(top, "_scroll_id")};
        std::vector<std::string> ids;
        while (true) {
            ids.clear();
            if (const auto* outer = top.if_contains("hits")) {
                if (const auto* hits = at(*outer, "hits"); hits != nullptr && hits->is_array()) {
                    for (const auto& hit : hits->get_array()) ids.push_back(string_in(hit, "_id"));
                }
            }
            if (ids.empty()) return;
            on_ids(ids);
            const boost::json::object next{{"scroll", "5m"}, {"scroll_id", scroll.id}};
            top = object(call("POST", "/_search/scroll?" + fields, boost::json::serialize(next)).body);
            if (auto id = string_in(top, "_scroll_id"); !id.empty()) scroll.id = std::move(id);
        }
    }

    [[nodiscard]] const std::string& address() const { return settings_.address; }

    /// One request, repeated while there is no answer, 429 or 5xx. Statuses other than 2xx and those in `accepted`
    /// are errors.
    response call(std::string method, std::string path, std::optional<std::string> body,
                  std::initializer_list<long> accepted = {}) {
        backoff pauses;
        const auto deadline = std::chrono::steady_clock::now() + settings_.patience;
        const auto shared = body ? std::make_shared<const std::string>(std::move(*body)) : nullptr;
        while (true) {
            request what;
            what.method = method;
            what.path = path;
            what.body = shared;
            auto answer = perform(transport_, std::move(what));
            if (answer.status >= 200 && answer.status < 300) return answer;
            for (const auto status : accepted) {
                if (answer.status == status) return answer;
            }
            const bool worth_repeating = answer.status == 0 || answer.status == 429 || answer.status >= 500;
            if (!worth_repeating) refuse(method, path, answer);
            if (std::chrono::steady_clock::now() >= deadline) give_up(answer);
            std::this_thread::sleep_for(pauses.next());
        }
    }

  private:
    struct scroll_guard {
        client& owner;
        std::string id;
        ~scroll_guard() {
            try {
                owner.call("DELETE", "/_search/scroll",
                           boost::json::serialize(boost::json::object{{"scroll_id", boost::json::array{id}}}), {404, 400});
            } catch (const error&) {
                // It ends by itself after its time.
            }
        }
    };

    static const boost::json::value* at(const boost::json::value& in, std::string_view key) {
        return in.is_object() ? in.get_object().if_contains(key) : nullptr;
    }
    static std::string string_in(const boost::json::value& in, std::string_view key) {
        const auto* found = at(in, key);
        return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    }
    static std::string string_in(const boost::json::object& in, std::string_view key) {
        const auto* found = in.if_contains(key);
        return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    }

    boost::json::object object(const std::string& body) const {
        boost::json::error_code failed;
        auto parsed = boost::json::parse(body, failed);
        if (failed && body.empty()) return {};
        if (failed || !parsed.is_object()) {
            throw error(errc::protocol, "what answers at " + settings_.address + " does not speak JSON",
                        "check that ELASTICSEARCH_URL names an Elasticsearch or OpenSearch cluster");
        }
        return std::move(parsed.get_object());
    }

    /// Percent-encodes what a path segment cannot hold.
    static std::string escaped(std::string_view name) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        std::string out;
        for (const char c : name) {
            const auto byte = static_cast<unsigned char>(c);
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                               c == '_' || c == '.' || c == '~';
            if (plain) {
                out += c;
            } else {
                out += '%';
                out += digits[byte >> 4U];
                out += digits[byte & 15U];
            }
        }
        return out;
    }

    [[noreturn]] void refuse(const std::string& method, const std::string& path, const response& answer) const {
        const auto what = method + " " + path.substr(0, path.find('?'));
        if (answer.status == 401 || answer.status == 403) {
            throw error(errc::permission, "the cluster at " + settings_.address + " refuses " + what + " (HTTP " +
                                              std::to_string(answer.status) + "): " + reason(answer.body),
                        "check user and password in ELASTICSEARCH_URL and what this user may do");
        }
        throw error(errc::index, "the cluster at " + settings_.address + " answers " + what + " with HTTP " +
                                     std::to_string(answer.status) + ": " + reason(answer.body));
    }
    [[noreturn]] void give_up(const response& answer) const {
        const auto why = answer.status == 0 ? answer.failure
                                            : "HTTP " + std::to_string(answer.status) + ", " + reason(answer.body);
        throw error(errc::connection, "the cluster at " + settings_.address + " does not answer: " + why,
                    "check that it runs and that ELASTICSEARCH_URL or --elasticsearch names it");
    }
    static std::string reason(const std::string& body) {
        boost::json::error_code failed;
        const auto parsed = boost::json::parse(body, failed);
        if (!failed) {
            if (const auto* outer = at(parsed, "error")) {
                if (outer->is_string()) return std::string(outer->get_string());
                auto text = string_in(*outer, "type") + ": " + string_in(*outer, "reason");
                const auto* cause = at(*outer, "caused_by");
                if (cause != nullptr && !string_in(*cause, "reason").empty()) text += ": " + string_in(*cause, "reason");
                return text;
            }
        }
        return body.size() <= 300 ? body : body.substr(0, 300) + "…";
    }

    Transport& transport_;
    settings settings_;
};

}  // namespace pgsync::elastic
