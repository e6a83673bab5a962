#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/backoff.hpp>
#include <pgsync/base/error.hpp>
#include <pgsync/base/interrupt_switch.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>
#include <pgsync/sink/elastic/bulk_response.hpp>
#include <pgsync/sink/elastic/detail/own_failures.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/sink/elastic/held_document.hpp>
#include <pgsync/sink/elastic/index_unavailable.hpp>
#include <pgsync/sink/elastic/refused_always.hpp>
#include <pgsync/sink/elastic/stored_id.hpp>
#include <pgsync/sink/elastic/transport.hpp>
#include <pgsync/sink/elastic/waiting_clock.hpp>

namespace pgsync::elastic {

/// The index that a name refers to.
struct index_facts {
    std::string index;         ///< the concrete index
    bool alias = false;        ///< the name is an alias of the index
    boost::json::object meta;  ///< `_meta` of its mapping; empty if there is none
    std::vector<std::string> aliases{};
    bool closed = false;
    std::vector<std::string> blocks{};  ///< that are set on it: `write`, `read_only`, …
    /// Identifies this index among all that were ever created, cloned or restored, even under the same name.
    std::string incarnation{};
    std::int64_t created = 0;  ///< milliseconds since 1970; 0: unknown
};

/// Builds one action for client::change_aliases(); `what` is `add` or `remove`.
[[nodiscard]] inline boost::json::object alias_action(std::string_view what, std::string_view index,
                                                      std::string_view alias) {
    return {{what, {{"index", index}, {"alias", alias}}}};
}

/// A document as the index holds it.
struct stored_document {
    std::int64_t version = 0;
    boost::json::value source;
};

/// Thrown when a TLS connection to the server is impossible with the current settings; see wrong_settings.
class tls_error : public error, public wrong_settings {
  public:
    using error::error;
};

/// Administers indices: everything except bulks. Each call is retried for a while if the cluster is down or
/// busy, and then throws errc::connection. If the cluster refuses a request, the call throws errc::index with
/// the cluster's own message; likewise if it answers with the same error (500) for minutes, since it is then
/// up and will not carry out the request. An index that is closed, or stays blocked, causes
/// index_unavailable. After interrupt() every call throws errc::interrupted. Thread-safe.
template <transport Transport, waiting_clock Clock = steady_waiting>
class client {
  public:
    struct settings {
        std::string address;  ///< for messages, without secrets
        dialect speaks = {};
        std::chrono::seconds patience{30};
        std::chrono::seconds stubborn{180};  ///< how long to retry on the same 5xx that is not an outage
        std::chrono::milliseconds timeout{60'000};  ///< of one attempt
        bool awaits_opening = false;  ///< wait for closed indices to be opened, until interrupt()
        /// Polled while waiting; returns true once the program is to stop. From then on nothing is retried,
        /// and the cluster gets at most `stop_patience` to answer, so that requests that work still complete.
        std::function<bool()> stopped = {};
        std::chrono::milliseconds stop_patience{1'000};
    };

    client(Transport& through, settings setting, Clock clock = {})
        : transport_(through), settings_(std::move(setting)), clock_(std::move(clock)) {}

    /// Makes every call throw errc::interrupted: pending calls at once, later ones until resume().
    void interrupt() {
        stop_.request(mutex_);
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    }
    /// Makes calls work again; those that were interrupted stay interrupted.
    void resume() {
        const std::lock_guard lock(mutex_);
        stop_.resume();
    }

    [[nodiscard]] server_info info() {
        const auto answer = call("GET", "/", {}, {400, 404, 405});
        auto top = object(answer.body);
        if (answer.status != 200 || top.if_contains("version") == nullptr) {
            // Some builds have no handler for the root path, but every node reports its own version.
            const auto nodes = object(call("GET", "/_nodes/_local?filter_path=nodes.*.version", {}).body);
            if (const auto* list = nodes.if_contains("nodes"); list != nullptr && list->is_object()) {
                for (const auto& node : list->get_object()) {
                    return {false, string_in(node.value(), "version")};
                }
            }
            throw error(errc::configuration,
                        "what answers at " + settings_.address + " is no Elasticsearch or OpenSearch",
                        "check ELASTICSEARCH_URL");
        }
        const auto& version = top["version"];
        return {string_in(version, "distribution") == "opensearch", string_in(version, "number")};
    }

    /// Returns the index that a name refers to, or nothing if the cluster has no index or alias of that name.
    /// Throws errc::index if the name is an alias of several indices.
    [[nodiscard]] std::optional<index_facts> find(std::string_view name) {
        auto found = find_each(name);
        if (found.empty()) return std::nullopt;
        if (found.size() > 1) {
            throw error(errc::index,
                        "\"" + std::string(name) + "\" is an alias of " + std::to_string(found.size()) +
                            " indices, of which pgsync would have to guess one",
                        "choose another name for the index, or remove that alias");
        }
        return std::move(found.front());
    }

    /// Returns every index that a name refers to: several if it is an alias of several, none if the cluster
    /// has no index or alias of that name.
    [[nodiscard]] std::vector<index_facts> find_each(std::string_view name) {
        const auto path = "/" + escaped(name);
        const auto answer =
            call("GET",
                 path +
                     "?filter_path=*.aliases,*.mappings._meta,*.mappings._doc._meta,*.settings.index.uuid,"
                     "*.settings.index.history,*.settings.index.verified_before_close,"
                     "*.settings.index.blocks,*.settings.index.creation_date",
                 {}, {404});
        std::vector<index_facts> found;
        if (answer.status == 404) return found;
        const auto top = object(answer.body);
        if (top.empty()) found.push_back({std::string(name), false, {}, {}});
        for (const auto& each : top) {
            found.push_back(facts_of(each));
            found.back().alias = found.back().index != name;
            if (settings_.speaks.tells_closed()) continue;
            const auto about = "/" + escaped(found.back().index) + "/_count";
            found.back().closed = says_closed(call("GET", about, {}, {400, 401, 403, 404}).body);
        }
        return found;
    }

    /// Returns every index whose name begins with `prefix`.
    [[nodiscard]] std::vector<index_facts> find_all(std::string_view prefix) {
        const auto path = "/" + escaped(prefix) + "*?expand_wildcards=open,closed&";
        const auto answer =
            call("GET",
                 path + "filter_path=*.settings.index.creation_date,*.aliases,*.mappings._meta," +
                     "*.mappings._doc._meta",
                 {}, {404});
        std::vector<index_facts> found;
        if (answer.status == 404) return found;
        const auto top = object(answer.body);
        // The answer also contains indices that only have an alias with this prefix.
        for (const auto& each : top) {
            if (each.key().starts_with(prefix)) found.push_back(facts_of(each));
        }
        return found;
    }

    [[nodiscard]] bool exists(std::string_view name) {
        return call("HEAD", "/" + escaped(name), {}, {404}).status != 404;
    }

    /// Returns whether an ingest pipeline exists, or nothing if this user may not ask.
    [[nodiscard]] std::optional<bool> has_pipeline(std::string_view name) {
        const auto status = call("GET", "/_ingest/pipeline/" + escaped(name), {}, {401, 403, 404}).status;
        if (status == 401 || status == 403) return std::nullopt;
        return status != 404;
    }

    void create_index(std::string_view name, const boost::json::object& body) { create(name, body, false); }
    /// Creates an index unless it exists; another program may have created it in the meantime.
    void create_index_if_missing(std::string_view name, const boost::json::object& body) {
        create(name, body, true);
    }
    /// Deletes an index; a missing one is not an error.
    void delete_index(std::string_view name) { call("DELETE", "/" + escaped(name), {}, {404}); }

    void put_settings(std::string_view name, const boost::json::object& body) {
        call("PUT", "/" + escaped(name) + "/_settings",
             boost::json::serialize(settings_.speaks.settings_body(body)));
    }
    /// Merges into the mapping; throws errc::index if the existing mapping cannot be changed that way.
    void put_mapping(std::string_view name, const boost::json::object& mapping) {
        call("PUT", settings_.speaks.mapping_path(escaped(name)), boost::json::serialize(mapping));
    }
    /// Re-indexes every document of an index in place, from its stored source and under the current mapping
    /// (_update_by_query), and returns when that is done. Concurrent writes are newer and win. If a task that
    /// an earlier call started for the same `purpose` is still running, waits for it instead of starting a
    /// second one. Calls `waiting` a few times a second meanwhile.
    void index_again(std::string_view name, const std::string& purpose,
                     const std::function<void()>& waiting) {
        refresh(name);
        boost::json::value last;
        for (int attempts = 0; attempts < 3; ++attempts) {
            const auto outcome = outcome_of(name, begin_indexing(name, purpose), waiting);
            if (!outcome) continue;  // the task was lost with its node
            last = *outcome;
            if (at(last, "canceled") != nullptr) continue;
            const auto* failures = at(last, "failures");
            if (failures == nullptr || !failures->is_array() || !failures->get_array().empty()) break;
            return;
        }
        throw error(errc::index, "the cluster could not re-index the documents of \"" + std::string(name) +
                                     "\" in place: " + boost::json::serialize(last).substr(0, 500));
    }
    /// Waits for tasks that re-index this index for another purpose. If the mapping changed during one of
    /// them, it would be unknown which mapping each document is indexed with.
    void await_other_indexing(std::string_view name, const std::string& purpose,
                              const std::function<void()>& waiting) {
        while (const auto other = indexing(name, purpose, false)) {
            log::info("{}: another task re-indexes its documents; waiting until it ends", name);
            static_cast<void>(outcome_of(name, *other, waiting));
        }
    }
    [[nodiscard]] static std::string index_again_path(std::string_view name) {
        return "/" + escaped(name) +
               "/_update_by_query?conflicts=proceed&refresh=true&wait_for_completion=false";
    }
    /// Replaces `_meta` of the mapping as a whole. Returns false if the cluster has no index or alias of that
    /// name.
    [[nodiscard]] bool put_meta(std::string_view name, const boost::json::object& meta) {
        const auto body = boost::json::serialize(boost::json::object{{"_meta", meta}});
        return call("PUT", settings_.speaks.mapping_path(escaped(name)), body, {404}).status != 404;
    }
    void add_alias(std::string_view index, std::string_view alias) {
        change_aliases({alias_action("add", index, alias)});
    }
    /// Applies all of the actions atomically; see alias_action().
    void change_aliases(const boost::json::array& actions) {
        call("POST", "/_aliases", boost::json::serialize(boost::json::object{{"actions", actions}}));
    }
    void refresh(std::string_view name) {
        call("POST", "/" + escaped(name) + "/_refresh", {});  // Elasticsearch 8 refuses a body
    }

    [[nodiscard]] std::uint64_t count(std::string_view name) {
        const auto top = object(call("GET", "/" + escaped(name) + "/_count", {}).body);
        const auto* found = top.if_contains("count");
        return found != nullptr && found->is_int64() ? static_cast<std::uint64_t>(found->get_int64()) : 0;
    }

    /// Sends a GET request that the cluster may not support or not allow. Returns nothing if there is no such
    /// API (400, 404, 405), this user may not call it (401, 403), or it takes too long (408).
    [[nodiscard]] std::optional<boost::json::value> ask(const std::string& path) {
        const auto answer = call("GET", path, {}, {400, 401, 403, 404, 405, 408});
        if (answer.status < 200 || answer.status >= 300) return std::nullopt;
        boost::json::error_code failed;
        boost::json::parse_options deep;
        deep.max_depth = 1'000;
        auto parsed = boost::json::parse(answer.body, failed, {}, deep);
        if (failed) return std::nullopt;
        return parsed;
    }

    /// Waits until the primary shards of the index behind a name are available; throws errc::connection if
    /// that takes longer than `longest`.
    void wait_ready(std::string_view name, std::chrono::seconds longest = std::chrono::seconds(60)) {
        const auto deadline = clock_.now() + longest;
        const auto path = "/_cluster/health/" + escaped(name) + "?wait_for_status=yellow&timeout=5s";
        while (true) {
            const auto answer = call("GET", path, {}, {408});
            const auto top = object(answer.body);
            const auto* late = top.if_contains("timed_out");
            if (answer.status == 200 && (late == nullptr || late->is_bool() == false || !late->get_bool()))
                return;
            if (clock_.now() >= deadline) {
                throw error(errc::connection,
                            "the shards of \"" + std::string(name) + "\" at " + settings_.address +
                                " are not there after " + std::to_string(longest.count()) + " s",
                            "ask the cluster for the reason: GET /_cluster/allocation/explain");
            }
        }
    }

    /// Returns the document that the index holds under an id, searchable yet or not, or nothing if there is
    /// none. Throws errc::index if the index does not exist.
    [[nodiscard]] std::optional<stored_document> get_document(std::string_view name, std::string_view id) {
        const auto path = "/" + escaped(name) + "/_doc/" + escaped(id);
        const auto answer = call("GET", path, {}, {404});
        const auto top = object(answer.body);
        if (top.contains("error")) refuse("GET", path, answer);
        const auto* version = top.if_contains("_version");
        const auto* source = top.if_contains("_source");
        if (version == nullptr || !version->is_int64() || source == nullptr) return std::nullopt;
        return stored_document{version->get_int64(), *source};
    }

    /// Returns what the index holds at each of these places, searchable yet or not. Throws errc::index if the
    /// index does not exist, errc::connection if a shard is unavailable.
    [[nodiscard]] std::vector<held_document> get_documents(std::string_view name,
                                                           const std::vector<document_place>& places,
                                                           wanted_source wanted = whole_source) {
        std::vector<held_document> out(places.size());
        std::vector<document_place> asked;
        std::vector<std::size_t> numbers;
        for (std::size_t i = 0; i < places.size(); ++i) {
            // No document can have such an id, and a single one would make the cluster refuse the whole
            // request.
            if (places[i].id.empty() || places[i].id.size() > 512) continue;
            asked.push_back(places[i]);
            numbers.push_back(i);
        }
        if (asked.empty()) return out;
        // No filter_path: with it the cluster parses the documents, and numbers come out in its own
        // representation.
        const auto path = "/" + escaped(name) + "/_mget" + std::string(wanted);
        const auto answer = call("POST", path, many_documents_body(asked));
        auto found = parse_many_documents(answer.body);
        if (found.size() != asked.size()) {
            throw error(errc::protocol, "what answers at " + settings_.address + " tells of " +
                                            std::to_string(found.size()) + " documents instead of " +
                                            std::to_string(asked.size()));
        }
        for (std::size_t i = 0; i < found.size(); ++i) {
            const auto& failure = found[i].failure;
            if (failure == "index_not_found_exception")
                throw error(errc::index, "index \"" + std::string(name) + "\" is gone");
            if (says_closed(failure)) throw index_unavailable(closed_text(name), opening(name));
            // If every document has a routing, none can exist without one.
            if (!failure.empty() && failure != "routing_missing_exception") {
                throw error(errc::connection, "the cluster at " + settings_.address +
                                                  " cannot tell what it holds under an id of \"" +
                                                  std::string(name) + "\": " + printable(failure));
            }
            out[numbers[i]] = std::move(found[i]);
        }
        return out;
    }

    /// Returns every copy, under whatever routing, of the documents with these ids that searches can see.
    [[nodiscard]] std::vector<stored_id> find_copies(std::string_view name,
                                                     const std::vector<std::string>& ids) {
        std::vector<stored_id> out;
        // A search returns at most `size` hits, and each id may exist on several shards.
        constexpr std::size_t at_once = 500;
        const auto path = "/" + escaped(name) +
                          "/_search?allow_partial_search_results=false&filter_path=timed_out,_shards.failed,"
                          "hits.hits._id,hits.hits._routing,hits.hits._version";
        for (std::size_t begin = 0; begin < ids.size(); begin += at_once) {
            boost::json::array values;
            for (std::size_t i = begin; i < std::min(ids.size(), begin + at_once); ++i)
                values.emplace_back(ids[i]);
            const boost::json::object search{{"size", 10'000},
                                             {"_source", false},
                                             {"version", true},
                                             {"query", {{"ids", {{"values", values}}}}}};
            const auto top = object(call("POST", path, boost::json::serialize(search)).body);
            if (!whole(top)) {
                throw error(errc::connection, "the cluster at " + settings_.address +
                                                  " could not search all of \"" + std::string(name) + "\"");
            }
            for (auto& each : ids_in(top)) out.push_back(std::move(each));
        }
        return out;
    }

    /// Calls `on_ids` with the ids of every document that searches can see, each with routing and version, in
    /// batches of at most `size` (and at most 10,000). Each id is reported at least once: if the cluster
    /// loses its place, the scan starts over.
    void scan_ids(std::string_view name, std::size_t size,
                  const std::function<void(std::span<const stored_id>)>& on_ids) {
        std::string same;
        auto since = clock_.now();
        response last;
        for (int attempt = 1; !scan_once(name, std::clamp<std::size_t>(size, 1, 10'000), on_ids, last);
             ++attempt) {
            auto own = own_error(last);
            if (own != same) since = clock_.now();
            same = std::move(own);
            if (same.empty() && attempt >= 5) {
                throw error(errc::connection,
                            "the cluster at " + settings_.address +
                                " failed five times to list the ids of \"" + std::string(name) + "\"",
                            "look at its log for failed searches, and start again");
            }
            if (!same.empty() && clock_.now() - since >= settings_.stubborn)
                refuse_always("POST", "/_search/scroll", last);
            log::warn("cluster {}: lost its place among the ids of {}; reading them again", settings_.address,
                      name);
            if (!same.empty()) pause(clock_.now() + std::chrono::seconds(1), current_stop());
        }
    }

    /// Percent-encodes characters that cannot appear in a path segment.
    [[nodiscard]] static std::string escaped(std::string_view name) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        std::string out;
        for (const char c : name) {
            const auto byte = static_cast<unsigned char>(c);
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                               c == '-' || c == '_' || c == '.' || c == '~';
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

    [[nodiscard]] const std::string& address() const { return settings_.address; }

    /// Sends one request and repeats it as long as there is no answer, 429, 5xx or a block. Any status other
    /// than 2xx and those in `accepted` is an error. Sets `unanswered` if an attempt before the last one may
    /// have been carried out all the same.
    response call(std::string method, std::string path, std::optional<std::string> body,
                  std::initializer_list<long> accepted = {}, bool* unanswered = nullptr) {
        const auto stop = current_stop();
        backoff pauses;
        const auto deadline = clock_.now() + settings_.patience;
        bool said = false;
        std::string same;  // the 5xx error, not an outage, that the cluster keeps answering
        auto since = clock_.now();
        const auto shared = body ? std::make_shared<const std::string>(std::move(*body)) : nullptr;
        while (true) {
            request what;
            what.method = method;
            what.path = path;
            what.body = shared;
            what.timeout = settings_.timeout;
            auto answer = attempt(std::move(what), stop);
            if (answer.status >= 200 && answer.status < 300) return answer;
            for (const auto status : accepted) {
                if (answer.status == status) return answer;
            }
            const bool closed = answer.status < 500 && says_closed(answer.body);
            if (closed && !settings_.awaits_opening) refuse_closed(path, answer);
            if (!closed && !is_passing(answer)) refuse(method, path, answer);
            if (unanswered != nullptr)
                *unanswered = *unanswered || answer.status == 0 || answer.status >= 500;
            const auto now = clock_.now();
            if (told_to_stop()) give_up(answer);
            auto own = own_error(answer);
            if (own != same) since = now;
            same = std::move(own);
            const auto end = same.empty() ? deadline : std::max(deadline, since + settings_.stubborn);
            if (!closed && now >= end) {
                if (!same.empty() && settings_.stubborn > settings_.patience)
                    refuse_always(method, path, answer);
                give_up(answer);
            }
            if (!std::exchange(said, true)) {
                const auto seconds =
                    same.empty() ? settings_.patience : std::max(settings_.patience, settings_.stubborn);
                log::warn("cluster {}: {}; trying again {}", settings_.address, trouble(answer),
                          closed ? "until it is opened: " + opening(name_in(path, answer))
                                 : "for " + std::to_string(seconds.count()) + " s");
            }
            // An operator who has just opened the index may be waiting for this request.
            auto next = pauses.next();
            if (closed) next = std::min(next, std::chrono::milliseconds(1'000));
            pause(closed ? now + next : std::min(end, now + next), stop);
        }
    }

  private:
    /// Returns a running task that re-indexes this index for `purpose` or, if `same` is false, for any other
    /// purpose.
    std::optional<std::string> indexing(std::string_view name, const std::string& purpose, bool same) {
        const auto answer = call("GET", "/_tasks?actions=*byquery&detailed", {}, {401, 403});
        if (answer.status != 200) return std::nullopt;
        const auto top = object(answer.body);
        const auto* nodes = top.if_contains("nodes");
        if (nodes == nullptr || !nodes->is_object()) return std::nullopt;
        for (const auto& node : nodes->get_object()) {
            const auto* tasks = at(node.value(), "tasks");
            if (tasks == nullptr || !tasks->is_object()) continue;
            for (const auto& [id, task] : tasks->get_object()) {
                const auto* headers = at(task, "headers");
                const auto about = string_in(task, "description");
                if (at(task, "parent_task_id") != nullptr || !about.starts_with("update-by-query [") ||
                    about.find("[" + std::string(name) + "]") == std::string::npos)
                    continue;
                if ((headers != nullptr && string_in(*headers, "X-Opaque-Id") == purpose) == same)
                    return std::string(id);
            }
        }
        return std::nullopt;
    }
    /// Starts re-indexing unless a task for this purpose is already running, and returns the task's id. Each
    /// retry looks for the task first, since an attempt without an answer may have started it.
    std::string begin_indexing(std::string_view name, const std::string& purpose) {
        const auto stop = current_stop();
        const auto deadline = clock_.now() + settings_.patience;
        backoff pauses;
        while (true) {
            if (auto running = indexing(name, purpose, true)) return std::move(*running);
            request what;
            what.method = "POST";
            what.path = index_again_path(name);
            what.opaque_id = purpose;
            what.timeout = settings_.timeout;
            const auto answer = attempt(std::move(what), stop);
            if (answer.status >= 200 && answer.status < 300) return string_in(object(answer.body), "task");
            if (!is_passing(answer)) refuse("POST", index_again_path(name), answer);
            if (told_to_stop() || clock_.now() >= deadline) give_up(answer);
            log::warn("cluster {}: {}; trying again", settings_.address, trouble(answer));
            pause(clock_.now() + std::max(pauses.next(), std::chrono::milliseconds(500)), stop);
        }
    }
    /// Waits until a task ends and returns its result, or nothing if the cluster no longer knows the task.
    std::optional<boost::json::value> outcome_of(std::string_view name, const std::string& task,
                                                 const std::function<void()>& waiting) {
        auto told = clock_.now();
        while (true) {
            boost::json::object answer;
            try {
                const auto got = call("GET", "/_tasks/" + task, {}, {404});
                if (got.status == 404) return std::nullopt;
                answer = object(got.body);
            } catch (const error& problem) {
                // The task keeps running, and giving up on it would mean starting a second one alongside.
                if (problem.code() != errc::connection || told_to_stop() ||
                    dynamic_cast<const wrong_settings*>(&problem) != nullptr)
                    throw;
                waiting();
                continue;
            }
            const auto* done = answer.if_contains("completed");
            if (done == nullptr || !done->is_bool())
                throw error(errc::protocol, "the cluster does not tell of its task " + task);
            if (done->get_bool()) {
                const auto* outcome = answer.if_contains("response");
                return outcome != nullptr && outcome->is_object() ? *outcome : boost::json::value(answer);
            }
            if (told_to_stop())
                throw error(errc::interrupted, "stopped while the cluster re-indexed documents");
            if (clock_.now() - told > std::chrono::seconds(10)) {
                told = clock_.now();
                const auto* status = at(answer.at("task"), "status");
                log::info("{}: re-indexed so far: {}", name,
                          status == nullptr ? "?" : boost::json::serialize(*status).substr(0, 100));
            }
            pause(clock_.now() + std::chrono::milliseconds(250), current_stop());
            waiting();
        }
    }

    struct scroll_guard {
        client& owner;
        std::string id;
        ~scroll_guard() {
            if (id.empty()) return;
            // The outcome does not matter: a scroll also expires by itself, so nothing waits for this
            // request.
            request what;
            what.method = "DELETE";
            what.path = "/_search/scroll";
            what.timeout = std::chrono::seconds(5);
            what.body = std::make_shared<const std::string>(
                boost::json::serialize(boost::json::object{{"scroll_id", boost::json::array{id}}}));
            owner.transport_.submit(std::move(what), [](response&&) {});
        }
    };

    static index_facts facts_of(const boost::json::key_value_pair& from) {
        index_facts facts;
        facts.index = std::string(from.key());
        const auto* mapping = dialect::mapping_in(from.value());
        const auto* meta = mapping == nullptr ? nullptr : at(*mapping, "_meta");
        if (meta != nullptr && meta->is_object()) facts.meta = meta->get_object();
        const auto* aliases = at(from.value(), "aliases");
        if (aliases != nullptr && aliases->is_object()) {
            for (const auto& each : aliases->get_object()) facts.aliases.emplace_back(each.key());
        }
        const auto* settings = at(from.value(), "settings");
        const auto* index = settings == nullptr ? nullptr : at(*settings, "index");
        if (index == nullptr) return facts;
        facts.closed = string_in(*index, "verified_before_close") == "true";
        if (const auto* blocks = at(*index, "blocks"); blocks != nullptr && blocks->is_object()) {
            for (const auto& each : blocks->get_object())
                if (each.value() == "true") facts.blocks.emplace_back(each.key());
        }
        const auto created = string_in(*index, "creation_date");
        std::from_chars(created.data(), created.data() + created.size(), facts.created);
        facts.incarnation = string_in(*index, "uuid");
        // An index that is restored over a closed one keeps its `uuid`.
        const auto* history = at(*index, "history");
        if (history != nullptr) facts.incarnation += "/" + string_in(*history, "uuid");
        return facts;
    }

    void create(std::string_view name, const boost::json::object& body, bool may_exist) {
        bool unanswered = false;
        const auto path = "/" + escaped(name);
        const auto answer = call("PUT", path, boost::json::serialize(settings_.speaks.creation_body(body)),
                                 {400}, &unanswered);
        // If an earlier attempt got no answer, that attempt may have created the index.
        const bool there = answer.body.find("resource_already_exists_exception") != std::string::npos;
        if (answer.status == 400 && !(there && (unanswered || may_exist))) refuse("PUT", path, answer);
    }

    [[nodiscard]] std::stop_token current_stop() const {
        const std::lock_guard lock(mutex_);
        return stop_.token();
    }
    [[nodiscard]] bool told_to_stop() const { return settings_.stopped && settings_.stopped(); }

    /// Returns whether the same request may get another answer later. A block (because of a full disk, or an
    /// operator's) comes as 403 and may be removed.
    static bool is_passing(const response& answer) {
        return answer.status == 0 || answer.status == 429 || answer.status >= 500 ||
               says_blocked(answer.body);
    }

    /// Submits once and waits for the answer, until stopped.
    response attempt(request what, const std::stop_token& stop) {
        std::stop_source end;
        const std::stop_callback link(stop, [&end] { end.request_stop(); });
        what.stop = end.get_token();
        std::future<response> future;
        if (!stop.stop_requested()) {
            future = elastic::ask(transport_, std::move(what));
            if (settings_.stopped) wait_or_end(future, end);
            future.wait();
        }
        if (stop.stop_requested()) {
            throw error(errc::interrupted, "stopped while waiting for the cluster at " + settings_.address);
        }
        auto answer = future.get();
        if (answer.status == 0 && end.stop_requested()) {
            answer.failure = "nothing came back within " + std::to_string(settings_.stop_patience.count()) +
                             " ms of being told to stop";
        }
        return answer;
    }
    /// Returns once the answer is there, or once the request has been given up and its answer will follow
    /// immediately.
    void wait_or_end(const std::future<response>& answer, std::stop_source& end) const {
        std::optional<std::chrono::steady_clock::time_point> deadline;
        while (answer.wait_for(look_around_every) == std::future_status::timeout) {
            const auto now = std::chrono::steady_clock::now();
            if (!deadline && told_to_stop()) deadline = now + settings_.stop_patience;
            if (!deadline || now < *deadline) continue;
            end.request_stop();
            return;
        }
    }

    /// Scans all ids once; returns false if pages may have been missed. Only the first request may be
    /// repeated: if a scroll request gets no answer, it is unknown whether the scroll moved on.
    bool scan_once(std::string_view name, std::size_t size,
                   const std::function<void(std::span<const stored_id>)>& on_ids, response& last) {
        last = {};
        const std::string fields =
            "filter_path=_scroll_id,timed_out,_shards.failed,hits.hits._id,"
            "hits.hits._routing,hits.hits._version";
        const boost::json::object search{
            {"size", size}, {"_source", false}, {"version", true}, {"sort", boost::json::array{"_doc"}}};
        const auto first =
            "/" + escaped(name) + "/_search?scroll=5m&allow_partial_search_results=false&" + fields;
        auto top = object(call("POST", first, boost::json::serialize(search)).body);
        scroll_guard scroll{*this, string_in(top, "_scroll_id")};
        const auto stop = current_stop();
        while (whole(top)) {
            const auto ids = ids_in(top);
            if (ids.empty()) return true;
            on_ids(ids);
            const boost::json::object next{{"scroll", "5m"}, {"scroll_id", scroll.id}};
            request what;
            what.method = "POST";
            what.path = "/_search/scroll?" + fields;
            what.body = std::make_shared<const std::string>(boost::json::serialize(next));
            const auto answer = attempt(std::move(what), stop);
            if (answer.status == 401 || answer.status == 403) refuse("POST", "/_search/scroll", answer);
            if (answer.status != 200 && told_to_stop()) give_up(answer);
            if (answer.status != 200) {
                last = answer;
                return false;
            }
            top = object(answer.body);
            if (auto id = string_in(top, "_scroll_id"); !id.empty()) scroll.id = std::move(id);
        }
        return false;
    }
    /// Returns the hits of a page.
    static std::vector<stored_id> ids_in(const boost::json::object& page) {
        std::vector<stored_id> ids;
        const auto* outer = page.if_contains("hits");
        const auto* hits = outer == nullptr ? nullptr : at(*outer, "hits");
        if (hits == nullptr || !hits->is_array()) return ids;
        for (const auto& hit : hits->get_array()) {
            const auto* version = at(hit, "_version");
            ids.push_back({string_in(hit, "_id"), string_in(hit, "_routing"),
                           version != nullptr && version->is_int64() ? version->get_int64() : 0});
        }
        return ids;
    }
    /// Returns whether every shard contributed to a page.
    static bool whole(const boost::json::object& page) {
        const auto* late = page.if_contains("timed_out");
        const auto* shards = page.if_contains("_shards");
        const auto* failed = shards == nullptr ? nullptr : at(*shards, "failed");
        return failed != nullptr && failed->is_int64() && failed->get_int64() == 0 &&
               (late == nullptr || !late->is_bool() || !late->get_bool());
    }

    /// Waits until `until`, or until stopped.
    void pause(std::chrono::steady_clock::time_point until, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        for (auto now = clock_.now(); now < until && !stop.stop_requested(); now = clock_.now()) {
            if (told_to_stop()) return;
            clock_.wait_until(changed_, lock,
                              settings_.stopped ? std::min(until, now + look_around_every) : until);
        }
    }

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
        boost::json::parse_options deep;
        deep.max_depth = 1'000;  // mappings of other programs may be deeply nested
        auto parsed = boost::json::parse(body, failed, {}, deep);
        if (failed && body.empty()) return {};
        // Documents may contain lone surrogates, which PostgreSQL's json accepts.
        if (failed) parsed = boost::json::parse(detail::without_lone_surrogates(body), failed, {}, deep);
        if (failed || !parsed.is_object()) {
            throw error(errc::protocol, "what answers at " + settings_.address + " does not speak JSON",
                        "check that ELASTICSEARCH_URL names an Elasticsearch or OpenSearch cluster");
        }
        return std::move(parsed.get_object());
    }

    [[noreturn]] void refuse(const std::string& method, const std::string& path,
                             const response& answer) const {
        const auto what = method + " " + path.substr(0, path.find('?'));
        if (answer.status == 401 || answer.status == 403) {
            throw error(
                errc::permission,
                "the cluster at " + settings_.address + " refuses " + what + " (HTTP " +
                    std::to_string(answer.status) + "): " + reason(answer.body),
                "check user and password in ELASTICSEARCH_URL, or the key or token, and what they may do");
        }
        // Each version reserves different metadata fields: `_type`, `_doc_count`, …
        const bool taken = answer.body.find("is defined more than once") != std::string::npos ||
                           answer.body.find("is defined twice") != std::string::npos;
        throw error(errc::index,
                    "the cluster at " + settings_.address + " answers " + what + " with HTTP " +
                        std::to_string(answer.status) + ": " + reason(answer.body),
                    taken ? "this version of the cluster keeps that name for itself: give the member another "
                            "with named<T, \"key\">"
                          : "");
    }
    /// Returns the index that an error is about, or the name in the request if the error does not say.
    static std::string name_in(const std::string& path, const response& answer) {
        boost::json::error_code failed;
        const auto parsed = boost::json::parse(answer.body, failed);
        const auto* outer = failed ? nullptr : at(parsed, "error");
        const auto found = outer == nullptr ? std::string() : string_in(*outer, "index");
        return found.empty() ? path.substr(1, path.find_first_of("/?", 1) - 1) : found;
    }
    /// Returns status and type of an error that is not temporary by its own account; empty for any other
    /// answer. The reason is left out because it may contain numbers that differ each time.
    static std::string own_error(const response& answer) {
        if (answer.status < 500 || detail::says_not_now(answer.status) || says_blocked(answer.body))
            return {};
        boost::json::error_code failed;
        const auto parsed = boost::json::parse(answer.body, failed);
        const auto* outer = failed ? nullptr : at(parsed, "error");
        return std::to_string(answer.status) + " " + (outer == nullptr ? "" : string_in(*outer, "type"));
    }
    [[noreturn]] static void refuse_closed(const std::string& path, const response& answer) {
        const auto index = name_in(path, answer);
        throw index_unavailable(closed_text(index), opening(index));
    }
    [[noreturn]] void refuse_always(const std::string& method, const std::string& path,
                                    const response& answer) const {
        throw elastic::refused_always("the cluster at " + settings_.address + " has answered " + method +
                                          " " + path.substr(0, path.find('?')) + " with the same error for " +
                                          std::to_string(settings_.stubborn.count()) +
                                          " s: " + trouble(answer),
                                      "it is not away, but cannot do this: its log says more about that "
                                      "request; once that is mended start "
                                      "again. Nothing is lost: what is not confirmed is repeated");
    }
    [[noreturn]] void give_up(const response& answer) const {
        if (says_blocked(answer.body)) {
            const auto remedy = unblocking(reason(answer.body));
            if (!remedy.empty())
                throw index_unavailable(
                    "the cluster at " + settings_.address + " is blocked: " + reason(answer.body), remedy);
        }
        const auto what = "the cluster at " + settings_.address + " does not answer: " + trouble(answer);
        if (!answer.remedy.empty()) throw tls_error(errc::connection, what, answer.remedy);
        throw error(errc::connection, what,
                    "check that it runs and that ELASTICSEARCH_URL or --elasticsearch names it");
    }
    static std::string trouble(const response& answer) {
        if (answer.status == 0) return answer.failure;
        return "HTTP " + std::to_string(answer.status) + ", " + reason(answer.body);
    }
    static std::string reason(std::string body) {
        boost::json::error_code failed;
        const auto parsed = boost::json::parse(body, failed);
        if (!failed) {
            if (const auto* outer = at(parsed, "error")) {
                item_result told;
                detail::read_error(*outer, told);
                return printable(told.type.empty() ? told.reason : told.type + ": " + told.reason);
            }
        }
        detail::scrub(body);
        shorten(body, 300);
        return printable(body);
    }

    static constexpr std::chrono::milliseconds look_around_every{50};

    Transport& transport_;
    settings settings_;
    Clock clock_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    interrupt_switch stop_;
};

}  // namespace pgsync::elastic
