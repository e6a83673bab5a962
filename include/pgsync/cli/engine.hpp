#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <pgsync/base/linkage.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/commands/dead_letters_options.hpp>
#include <pgsync/commands/explain/explain_parts.hpp>
#include <pgsync/commands/refresh_options.hpp>
#include <pgsync/commands/verify/verify_options.hpp>
#include <pgsync/compiled/compiled.hpp>

namespace pgsync {

namespace metrics {
enum class phase : std::uint8_t;
}

namespace app {

class record;
struct start_wait;

/// The commands for some indices, as functions. Each throws pgsync::error in cases where the program would
/// end with a message, and returns what the program would print. All except status(), doctor() and explain()
/// resume by themselves when a server that they have reached goes down and comes back; bootstrap() and sync()
/// also wait for one that is down when they start, see options::connect_timeout.
class basic_engine {
  public:
    /// `indices` must outlive the engine. If options::metrics is set, bootstrap() (unless `dry_run`) and
    /// sync() serve the metrics while they run.
    basic_engine(options setting, std::span<const compiled_index> indices);

    /// Creates and loads what is missing. With `dry_run` only prints what it would do, to `out`.
    report bootstrap(std::ostream& out) const;
    /// The same, printing to standard output.
    report bootstrap() const;
    /// Keeps the indices in sync with the database; returns after stop(), or with `once` when caught up.
    report sync() const;
    /// Switches readers to the indices of a changed shape, or back to those of an earlier one; see
    /// app::swap(). Unless options::yes is set, asks for confirmation at the terminal, and throws
    /// errc::configuration if there is none.
    report swap() const;
    /// Removes slot, publication and indices. Asks for confirmation like swap().
    report teardown() const;
    /// Returns the state of slot and indices; in order if every index is loaded and kept in sync.
    [[nodiscard]] report status() const;
    /// Returns every problem, each with its remedy; in order if there is nothing but advice.
    [[nodiscard]] report doctor() const;
    /// Returns what the shapes were compiled to: SQL, mapping, routes, query plans, a diagram.
    [[nodiscard]] report explain(const explain_parts& parts) const;
    /// Compares every document with the database, while changes continue; see verify_options.
    [[nodiscard]] report verify(const verify_options& how = {}) const;
    /// Reads some documents again and writes them.
    [[nodiscard]] report refresh(const refresh_options& how) const;
    /// Lists the documents that the cluster refused, retries them, or drops them.
    [[nodiscard]] report dead_letters(const dead_letters_options& how = {}) const;

    /// Ends the running command. sync() finishes what is in flight and returns, also during a load or while
    /// it waits for a server; the next start resumes there. It throws errc::interrupted if what was in flight
    /// was not acknowledged in time, or with `once`; the other commands always throw it. Cannot be undone;
    /// may be called from any thread and from a signal handler.
    void stop() const noexcept { stop_.request(); }
    /// The stop request that stop() makes; may also be made from a signal handler.
    [[nodiscard]] const stop_request& stopping() const noexcept { return stop_; }
    /// The metrics of this engine; see <pgsync/metrics.hpp>.
    [[nodiscard]] const std::shared_ptr<pgsync::metrics::registry>& counts() const noexcept {
        return setting_.counts;
    }

  private:
    template <typename Body>
    void work(record& done, const Body& body, metrics::phase then, const start_wait& first,
              metrics::phase* reached = nullptr) const;

    options setting_;
    std::span<const compiled_index> indices_;
    stop_request stop_;
};

}  // namespace app

namespace detail {

template <typename... Indices>
constexpr bool names_differ() {
    const std::array<std::string_view, sizeof...(Indices)> names{compiled<Indices>.name...};
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (names[i] == names[j]) return false;
        }
    }
    return true;
}

template <typename... Indices>
constexpr std::array<compiled_index, sizeof...(Indices)> compile_all() {
    static_assert(sizeof...(Indices) > 0,
                  "pgsync: name at least one index: pgsync::run<reservations>(argc, argv)");
    (void)check::index_names_are_unique<names_differ<Indices...>(), Indices...>{};
    return {compiled<Indices>...};
}

/// The compiled indices of one program.
template <typename... Indices>
inline constexpr std::array<compiled_index, sizeof...(Indices)> compiled_together = compile_all<Indices...>();

}  // namespace detail

using app::dead_letters_action;
using app::dead_letters_options;
using app::on_rejected;
using app::options;
using app::refresh_options;
using app::report;
using app::verify_options;

/// For programs with a `main` of their own: `pgsync::engine<reservations> engine(setting);`, then
/// engine.bootstrap(), engine.sync() on one thread, and engine.stop() on another. All indices share one slot.
/// Log lines go to spdlog's default logger.
template <typename... Indices>
class engine : public app::basic_engine {
  public:
    /// Connects to nothing until a command is called.
    explicit engine(options setting = {})
        : basic_engine(std::move(setting), detail::compiled_together<Indices...>) {}
};

}  // namespace pgsync
