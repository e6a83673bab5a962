#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/find_followed.hpp>
#include <pgsync/catalog/partitions.hpp>
#include <pgsync/pipeline/change_source.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/wal_text.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/wal/copy_both.hpp>
#include <pgsync/wal/decoder.hpp>
#include <pgsync/wal/event.hpp>
#include <pgsync/wal/replication.hpp>

namespace pgsync::pipeline {

/// The change_source of a logical replication slot: a replication stream, a session on the primary for its
/// positions, and one for the catalog, opened when it is first needed.
class postgres_changes {
  public:
    struct settings {
        std::string database;                ///< conninfo of the primary
        postgres::system_identity identity;  ///< of the server on which the slot was checked
        std::string slot;
        std::string publication;
    };

    /// Once `stop_fd` is readable, every wait ends and a running query is cancelled.
    postgres_changes(settings setting, std::span<const postgres::index_binding> indices, int stop_fd)
        : settings_(std::move(setting)),
          indices_(indices),
          stop_fd_(stop_fd),
          primary_(settings_.database, stop_fd),
          stream_(settings_.database, stop_fd),
          decoder_(stream_.server_version(), [this, texts = texts()](std::string_view schema,
                                                                     std::string_view name) mutable {
              const std::string in(texts.value(schema).value_or(schema));
              return postgres::find_followed(catalog(), indices_, in, texts.value(name).value_or(name));
          }) {}

    postgres::lsn start() {
        check_server();
        postgres::advance_log(primary_);
        const auto target = postgres::flushed_position(primary_);
        stream_.follow(settings_.slot, settings_.publication);
        return target;
    }

    template <typename OnEvent>
    std::optional<received> receive(std::chrono::milliseconds timeout, int stop_fd, const OnEvent& on_event) {
        const auto frame = stream_.receive(timeout, stop_fd);
        if (!frame) return std::nullopt;
        if (const auto* alive = std::get_if<postgres::keepalive>(&*frame))
            return received{alive->wal_end, true, alive->reply_requested};
        const auto& data = std::get<postgres::xlog_data>(*frame);
        received out{data.end};
        decoder_.decode(data, [&](const postgres::event& event) { on_event(event); });
        return out;
    }

    void send_status(const postgres::standby_status& status) { stream_.send_status(status); }
    [[nodiscard]] postgres::lsn flushed() { return postgres::flushed_position(primary_); }
    [[nodiscard]] bool reports_truncate() const { return postgres::has_truncate(stream_.server_version()); }

    [[nodiscard]] std::vector<std::uint32_t> ancestors(std::uint32_t oid) {
        return postgres::read_ancestors(catalog(), oid);
    }
    [[nodiscard]] bool has_column(std::uint32_t oid, std::string_view name) {
        return postgres::has_column(catalog(), oid, name);
    }
    /// Any server behind the connection string will do: the database has the same encoding on all of them.
    [[nodiscard]] wal_text texts() {
        return wal_text::of(std::string(primary_.server_encoding()),
                            [this]() -> postgres::session& { return catalog(); });
    }
    [[nodiscard]] std::string server() const { return stream_.server(); }
    void close() { stream_.close(); }

  private:
    /// Throws errc::connection unless the stream leads to the server that was checked: one name may stand for
    /// several.
    void check_server() {
        const auto now = stream_.identify();
        if (now.system == settings_.identity.system && now.timeline == settings_.identity.timeline) return;
        throw error(errc::connection, stream_.server() + " is not the server it was a moment ago");
    }

    postgres::session& catalog() {
        if (!catalog_) catalog_ = std::make_unique<postgres::session>(settings_.database, stop_fd_);
        return *catalog_;
    }

    settings settings_;
    std::span<const postgres::index_binding> indices_;
    int stop_fd_;
    postgres::session primary_;
    std::unique_ptr<postgres::session> catalog_;
    postgres::replication_stream stream_;
    postgres::decoder decoder_;
};
static_assert(change_source<postgres_changes>);

}  // namespace pgsync::pipeline
