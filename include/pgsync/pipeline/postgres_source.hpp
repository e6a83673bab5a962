#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/pipeline/document_source.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/row_lookup.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>

namespace pgsync::pipeline {

/// The document_source that reads on one PostgreSQL session, which must have no other use meanwhile.
class postgres_source {
  public:
    postgres_source(postgres::session& documents, std::span<const postgres::index_binding> indices,
                    postgres::version_clock& clock)
        : session_(documents),
          reader_(documents, indices),
          indices_(indices),
          begin_(postgres::begin_reading(indices)),
          clock_(clock) {}
    /// Takes ownership of the session.
    postgres_source(std::unique_ptr<postgres::session> documents,
                    std::span<const postgres::index_binding> indices, postgres::version_clock& clock)
        : postgres_source(*documents, indices, clock) {
        own_ = std::move(documents);
    }

    template <typename Stopped>
    [[nodiscard]] postgres::read_snapshot begin(const postgres::read_needs& needs, const Stopped& stopped) {
        return clock_.begin(session_, begin_, needs, stopped);
    }
    void end() noexcept {
        try {
            if (session_.usable() && session_.in_transaction()) session_.exec("COMMIT");
        } catch (const error&) {
            // The next statement on this session reports it.
        }
    }
    void roll_back() { session_.exec("ROLLBACK"); }

    template <typename JoinKeys, typename OnOwner>
    [[nodiscard]] bool owners(std::size_t index, std::size_t route, const JoinKeys& join_keys,
                              std::size_t limit, const OnOwner& on_owner) {
        return reader_.owners(index, route, join_keys, limit, on_owner);
    }
    template <typename JoinKeys>
    void hold_owners(std::size_t index, std::size_t route, const JoinKeys& join_keys) {
        reader_.find_owners(index, route, join_keys);
        // The server now holds the result without a lock. With a lock, an ALTER TABLE would wait for this
        // session, while the loader's next read would wait for the ALTER TABLE.
        session_.exec("COMMIT");
    }
    template <typename Size, typename OnPiece>
    void held_owners(std::size_t index, const Size& size, const OnPiece& on_piece) {
        reader_.found_owners(index, size, on_piece);
    }

    template <typename Keys, typename OnDocument, typename OnFault>
    void by_keys(std::size_t index, const Keys& keys, const OnDocument& on_document,
                 const OnFault& on_fault) {
        reader_.by_keys(index, keys, on_document, on_fault);
    }
    template <typename OnDocument, typename OnFault>
    void by_page(std::size_t index, const postgres::page_bounds& page, const OnDocument& on_document,
                 const OnFault& on_fault) {
        reader_.by_page(index, page, on_document, on_fault);
    }
    [[nodiscard]] std::optional<postgres::page_bounds> next_page(std::size_t index, std::size_t size,
                                                                 const std::optional<std::string>& after,
                                                                 bool all_rows = false) {
        return reader_.next_page(index, size, after, all_rows);
    }
    [[nodiscard]] std::vector<std::string> keys_of(std::size_t index, const postgres::page_bounds& page) {
        return reader_.keys_of(index, page);
    }
    template <typename Begin>
    void one_by_one(std::size_t index, const std::vector<std::string>& keys, const Begin& begin,
                    const postgres::row_hooks& hooks) {
        lookup_of(index).documents(keys, begin, hooks);
    }

    [[nodiscard]] bool is_row_fault(const postgres::sql_error& problem) const {
        return session_.usable() && postgres::is_row_fault(problem);
    }
    [[nodiscard]] bool is_possible_key(std::size_t index, const std::string& id) {
        return lookup_of(index).is_possible(id);
    }
    [[nodiscard]] postgres::table_storage storage(std::size_t index) {
        return postgres::read_storage(session_, indices_[index]);
    }

  private:
    [[nodiscard]] postgres::row_lookup& lookup_of(std::size_t index) {
        return lookups_.try_emplace(index, session_, reader_, indices_, index).first->second;
    }

    std::unique_ptr<postgres::session> own_;
    postgres::session& session_;
    postgres::document_reader reader_;
    std::span<const postgres::index_binding> indices_;
    postgres::read_start begin_;
    postgres::version_clock& clock_;
    std::map<std::size_t, postgres::row_lookup> lookups_;
};
static_assert(document_source<postgres_source>);

}  // namespace pgsync::pipeline
