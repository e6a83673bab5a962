#pragma once

#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>

#include <pgsync/base/printable.hpp>

namespace pgsync {

/// What kind of thing went wrong: what a caller does about it depends on this and on nothing else.
enum class errc : std::uint8_t {
    configuration,  ///< an option, a variable or a URL that cannot work as given
    connection,     ///< a server is away or cut the connection: worth trying again
    busy,           ///< a server works, but not for this just now (a deadlock, no memory): worth trying again
    superseded,     ///< another program has taken over what this one did: worth trying again, after it
    changed,        ///< something that was checked at the start is different now: worth beginning again
    permission,     ///< the role or API user lacks a right
    catalog,        ///< the database does not look as the shape says
    replication,    ///< slot, publication, replica identity or WAL level
    index,          ///< index, alias or mapping in the cluster is missing, foreign or of another shape
    rejected,       ///< the cluster refuses a document for good
    protocol,       ///< bytes from a server that make no sense
    database,       ///< any other error PostgreSQL reports
    interrupted,    ///< stopped by a signal before the work was done
};

/// What goes away by itself, and so says nothing about a shape or a setting: worth trying again.
[[nodiscard]] constexpr bool is_passing(errc code) noexcept {
    return code == errc::connection || code == errc::busy || code == errc::superseded ||
           code == errc::changed;
}

/// The one exception pgsync throws. `what()` names the thing that failed; `remedy()` says what to do about
/// it (empty where nothing useful can be said). Neither ever holds a password or an API key, nor any control
/// character but line ends.
class error : public std::runtime_error {
  public:
    /// `where`: left out, it is the line that throws.
    error(errc code, const std::string& what, const std::string& remedy = {},
          std::source_location where = std::source_location::current())
        : std::runtime_error(printable(what, true)),
          code_(code),
          remedy_(printable(remedy, true)),
          where_(where) {}

    [[nodiscard]] errc code() const noexcept { return code_; }                    ///< what to decide by
    [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }  ///< or empty
    [[nodiscard]] const std::source_location& where() const noexcept { return where_; }  ///< for who debugs

  private:
    errc code_;
    std::string remedy_;
    std::source_location where_;
};

/// Beside an error: it is errc::connection, since a program that has once been connected waits for it to pass
/// as well (a certificate is being renewed), but it says that what was set is wrong rather than that a server
/// is away. Who has never been connected had better say so than wait.
struct wrong_settings {};

}  // namespace pgsync
