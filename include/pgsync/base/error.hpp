#pragma once

#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>

#include <pgsync/base/printable.hpp>

namespace pgsync {

/// The kind of problem. It is the only thing a caller needs to decide what to do.
enum class errc : std::uint8_t {
    configuration,  ///< an option, a variable or a URL that cannot work as given
    connection,     ///< a server is unreachable or cut the connection: retry
    busy,           ///< a server is up but cannot do this right now (a deadlock, no memory): retry
    superseded,     ///< another program has taken over this one's job: retry after it
    changed,        ///< something that was checked at the start is different now: start over
    permission,     ///< the role or API user lacks a right
    catalog,        ///< the database does not match the shape
    replication,    ///< slot, publication, replica identity or WAL level
    index,          ///< an index, alias or mapping in the cluster is missing, foreign or of another shape
    rejected,       ///< the cluster rejects a document permanently
    protocol,       ///< bytes from a server that make no sense
    database,       ///< any other error PostgreSQL reports
    interrupted,    ///< stopped by a signal before the work was done
};

/// Returns true for problems that go away by themselves and so say nothing about a shape or a setting: they
/// are worth a retry.
[[nodiscard]] constexpr bool is_passing(errc code) noexcept {
    return code == errc::connection || code == errc::busy || code == errc::superseded ||
           code == errc::changed;
}

/// The only exception pgsync throws. `what()` names the thing that failed; `remedy()` says what to do about
/// it (empty where there is nothing useful to say). Neither ever contains a password, an API key or a control
/// character other than line ends.
class error : public std::runtime_error {
  public:
    /// `where` defaults to the line that throws.
    error(errc code, const std::string& what, const std::string& remedy = {},
          std::source_location where = std::source_location::current())
        : std::runtime_error(printable(what, true)),
          code_(code),
          remedy_(printable(remedy, true)),
          where_(where) {}

    [[nodiscard]] errc code() const noexcept { return code_; }                    ///< what a caller acts on
    [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }  ///< may be empty
    [[nodiscard]] const std::source_location& where() const noexcept { return where_; }  ///< for debugging

  private:
    errc code_;
    std::string remedy_;
    std::source_location where_;
};

/// Marks an error that has the code errc::connection but is caused by a wrong setting, not by an unreachable
/// server. It has that code because a program that was connected before should wait for it to pass (a
/// certificate is being renewed). A program that has never been connected should report it instead of
/// waiting.
struct wrong_settings {};

}  // namespace pgsync
